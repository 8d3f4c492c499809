import type {DialogKey} from '../../actions/dialog/dialog-state.js';
import type {KeyName} from '../../keys/bindings.js';
import type {KeysRead} from '../../keys/read-keys.js';

const names = ['enter', 'escape', 'backspace', 'up', 'down', 'tab'] as const;

/**
Converts the keys of one read from the terminal to the one key that an action's dialog gets. Several keys become a
`bunch`, because they may be a paste.
*/
export function dialogKey({keys, isBunch}: KeysRead): DialogKey {
	const [key = ''] = keys;
	if (isBunch) {
		const characters = keys.map(characterOf);
		return {kind: 'bunch', text: characters.includes(undefined) ? undefined : characters.join('')};
	}

	if (key === 'ctrl+y') {
		return {kind: 'named', name: 'copy'};
	}

	const name = names.find(candidate => candidate === key);
	if (name !== undefined) {
		return {kind: 'named', name};
	}

	const character = characterOf(key);
	return character === undefined ? {kind: 'named', name: 'other'} : {kind: 'character', text: character};
}

/** The character that a key types; undefined for a key that types no character. */
function characterOf(key: KeyName): string | undefined {
	const character = key === 'space' ? ' ' : key;
	return [...character].length === 1 ? character : undefined;
}

/**
Time that a key waits for other keys of the same paste, in milliseconds. It is longer than the 20 ms by which Ink delays
a lone Esc, so that an Esc in the paste arrives in time.
*/
const holdMs = 30;

/**
Passes a key to an action's dialog only if the key came alone, so that a paste can't confirm anything. Ink splits one
read of the terminal at escape sequences and backspaces. The parts of one paste can therefore arrive as separate keys.
Each key waits `holdMs` for such parts.
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
