import type {KeyName} from '../../keys/bindings.js';
import type {Intent} from '../../keys/intent.js';
import type {KeysRead} from '../../keys/read-keys.js';

/** A box that takes every key while it is open. */
export type KeyTaker = {readonly isOpen: boolean; press(read: KeysRead): void};

/** The intents that open a box, or say why they don't. */
const boxIntents: ReadonlySet<Intent['kind']> = new Set<Intent['kind']>([
	'open-actions',
	'open-row-action',
	'take-back',
	'ask-password',
]);

/**
Passes the keys of one read from the terminal, one after the other. Keys that were typed after the key of a box are for
that box, so they never act on the screen behind it: the box gets them if it has opened, and otherwise they are dropped.

@param boxes The boxes that take every key.
@param pressOne Handles one key on the screen, and returns the intent that it stood for.
*/
export function pressKeys(
	{keys, isBunch}: KeysRead,
	boxes: readonly KeyTaker[],
	pressOne: (key: KeyName) => Intent['kind'] | undefined,
): void {
	let opened: Intent['kind'] | undefined;
	for (const [index, key] of keys.entries()) {
		const box = boxes.find(({isOpen}) => isOpen);
		if (box !== undefined) {
			box.press({keys: keys.slice(index), isBunch});
			return;
		}

		if (opened !== undefined && boxIntents.has(opened)) {
			return;
		}

		opened = pressOne(key);
	}
}
