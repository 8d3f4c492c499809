import type {Intent} from './intent.js';

/** A keyboard key as `read-keys.ts` names it. A printable character is its own name. */
export type KeyName = string;

/** The live monitor, or the screen of a replay. */
export type KeyScreen = 'live' | 'replay';

export type KeyBinding = {
	readonly id: string;
	readonly keys: readonly KeyName[];
	/** The keyboard keys as text, for the help and docs/keys.md. */
	readonly shown: string;
	readonly description: string;
	/** The section of the help that lists the key. */
	readonly section: 'Look' | 'Move' | 'Time' | 'Copy' | 'Act';
	/** The word beside the key on the last line of the screen. Absent for a key that this line does not show. */
	readonly footer?: string;
	/** If the last line of the screen is too short, keys with the highest ranks are left out first. */
	readonly footerRank?: number;
	/** The key works only while this screen is shown. Absent: the key works while either screen is shown. */
	readonly on?: KeyScreen;
	readonly intent: (key: KeyName) => Intent;
};
