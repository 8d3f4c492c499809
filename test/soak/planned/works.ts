/** Work by its name. The names stand in the output. */
export type Works = Readonly<Record<string, () => Promise<void>>>;
