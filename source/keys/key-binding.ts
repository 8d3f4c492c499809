import type {Intent} from './intent.js';

/** A key as `read-keys.ts` names it: a printable character as itself, the others by name. */
export type KeyName = string;

export type KeyBinding = {
	readonly id: string;
	readonly keys: readonly KeyName[];
	/** The keys as the help and the README print them. */
	readonly shown: string;
	readonly description: string;
	/** The word beside the key on the last line; undefined for a key that the line does not show. */
	readonly footer?: string;
	/** On a narrow screen the last line drops the highest ranks first. */
	readonly footerRank?: number;
	readonly intent: (key: KeyName) => Intent;
};
