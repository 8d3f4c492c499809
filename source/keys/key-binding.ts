import type {Intent} from './intent.js';

/** A key as `read-keys.ts` names it: a printable character as itself, the others by name. */
export type KeyName = string;

export type KeyBinding = {
	readonly id: string;
	readonly keys: readonly KeyName[];
	/** As the help and the README print them. */
	readonly shown: string;
	readonly description: string;
	/** The word beside the key on the last line; undefined keeps it off. In the order of this table. */
	readonly footer?: string;
	/** Kept on the last line the longer, the smaller it is. */
	readonly footerRank?: number;
	readonly intent: (key: KeyName) => Intent;
};
