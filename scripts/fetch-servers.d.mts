export const servers: ReadonlyArray<{readonly name: string; readonly suite: string; readonly program: string}>;
export function cacheFolder(): string;
export function fetchServer(name: string): Promise<string>;
export function ensureServer(): Promise<string>;
export function ensureNeighbour(program: string): Promise<string>;
export function ensureHtop(): Promise<string>;
export function programOnPath(program: string): string | undefined;
