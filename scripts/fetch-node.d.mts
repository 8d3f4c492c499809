/** The platform and architecture of this machine, as in the names of Node's packages: `linux-x64`. */
export const thisPlatform: string;
export function fetchNode(major: 24 | 26, platform?: string): Promise<string>;
