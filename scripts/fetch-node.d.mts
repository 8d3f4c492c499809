/** This machine's, as packages of Node are named: `linux-x64`. */
export const thisPlatform: string;
export function fetchNode(major: 24 | 26, platform?: string): Promise<string>;
