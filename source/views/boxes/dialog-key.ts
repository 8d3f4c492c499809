import type {DialogKey} from '../../actions/dialog/dialog-state.js';
import type {KeysRead} from '../../keys/read-keys.js';

const names = ['enter', 'escape', 'backspace', 'up', 'down'] as const;

/** A delivery of keys as an action's box takes it: more than one at once is a bunch, whoever typed it. */
export function dialogKey({keys, isBunch}: KeysRead): DialogKey {
	const [key = ''] = keys;
	if (isBunch) {
		return {kind: 'bunch'};
	}

	if (key === 'ctrl+y') {
		return {kind: 'named', name: 'copy'};
	}

	const name = names.find(candidate => candidate === key);
	if (name !== undefined) {
		return {kind: 'named', name};
	}

	const character = key === 'space' ? ' ' : key;
	return [...character].length === 1 ? {kind: 'character', text: character} : {kind: 'named', name: 'other'};
}

/** So long a key in an action's box waits for company, milliseconds: more than Ink holds an Esc back. */
const holdMs = 30;

/**
Ink takes one read of the terminal apart at escape sequences and backspaces, and holds a lone Esc back for 20 ms: a key in
a box counts only when nothing else came along with it.
*/
export class DialogKeys {
	readonly #send: (key: DialogKey) => void;
	#held: KeysRead | undefined;

	constructor(send: (key: DialogKey) => void) {
		this.#send = send;
	}

	press(read: KeysRead): void {
		const held = this.#held;
		this.#held = held === undefined ? read : {keys: [...held.keys, ...read.keys], isBunch: true};
		if (held !== undefined) {
			return;
		}

		setTimeout(() => {
			const keys = this.#held;
			this.#held = undefined;
			if (keys !== undefined) {
				this.#send(dialogKey(keys));
			}
		}, holdMs);
	}
}
