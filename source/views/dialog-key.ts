import type {DialogKey} from '../actions/session-state.js';
import type {KeysRead} from '../keys/read-keys.js';

const names = ['enter', 'escape', 'backspace', 'up', 'down'] as const;

/** A delivery of keys as an action's box takes it: more than one at once is a bunch, whoever typed it. */
export function dialogKey({keys, isBunch}: KeysRead): DialogKey {
	const [key = ''] = keys;
	if (isBunch) {
		return {kind: 'bunch'};
	}

	const name = names.find(candidate => candidate === key);
	if (name !== undefined) {
		return {kind: 'named', name};
	}

	const character = key === 'space' ? ' ' : key;
	return [...character].length === 1 ? {kind: 'character', text: character} : {kind: 'named', name: 'other'};
}
