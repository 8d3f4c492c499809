import {panelWithKey} from '../state/panel-table.js';
import {bindings} from './bindings.js';
import type {KeyName, KeyScreen} from './key-binding.js';
import {keyNamed, shownKey} from './key-names.js';
import {alwaysQuits, bindingsOn, type KeyChanges, keysAfter} from './keyboard.js';

/**
The ids of bindings that a config file can give other keys. The panels' keys are fixed, because the titles of the panels
show them.
*/
export const changeableIds: readonly string[] = bindings.map(({id}) => id).filter(id => id !== 'panel');

/**
Reads the keys that a config file gives to a binding: one key or a list. Returns the keys, or one line with the problem.
*/
export function keyChange(
	id: string,
	value: unknown,
): {readonly keys: readonly KeyName[]} | {readonly problem: string} {
	if (id === 'panel') {
		return {problem: "the panels' keys can't be changed"};
	}

	if (!changeableIds.includes(id)) {
		return {problem: `no key does that; there is ${changeableIds.join(', ')}`};
	}

	const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
	const keys: KeyName[] = [];
	for (const text of texts) {
		const key = typeof text === 'string' ? keyNamed(text) : undefined;
		if (key === undefined) {
			return {problem: `${JSON.stringify(text)} is no key; write "x", "ctrl+x" or ["space", "pageup"]`};
		}

		if (key === alwaysQuits && id !== 'quit') {
			return {problem: 'Ctrl-C always quits'};
		}

		if (keys.includes(key)) {
			return {problem: `${shownKey(key)} is listed twice`};
		}

		keys.push(key);
	}

	return id === 'quit' && keys.every(key => key === alwaysQuits)
		? {problem: 'quitting must keep a key beside Ctrl-C'}
		: {keys};
}

const keyScreens: readonly KeyScreen[] = ['live', 'replay'];

/**
The problems with keys in a config file: a key that is given to two bindings, or a key that can't be taken from its
binding. Each problem comes with the id of the changed binding. It is no problem that a default binding loses a key, see
`keyboardWith`.
*/
export function keyConflicts(changes: KeyChanges): ReadonlyArray<readonly [id: string, problem: string]> {
	const conflicts = keyScreens.flatMap(screen => conflictsOn(screen, changes));
	const texts = conflicts.map(conflict => conflict.join(' '));
	return conflicts.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

function conflictsOn(screen: KeyScreen, changes: KeyChanges): Array<readonly [string, string]> {
	const owners = new Map<KeyName, string>();
	const conflicts: Array<readonly [string, string]> = [];
	for (const binding of bindingsOn(screen).filter(({id}) => changes.has(id))) {
		for (const key of keysAfter(binding, changes)) {
			const other = owners.get(key);
			if (other === undefined) {
				owners.set(key, binding.id);
			} else {
				conflicts.push([
					binding.id,
					`${shownKey(key)} is the key of ${other} already: give ${other} another key, or []`,
				]);
			}

			const fixed = fixedOwner(key, changes);
			if (fixed !== undefined) {
				conflicts.push([binding.id, fixed]);
			}
		}
	}

	return conflicts;
}

/**
The reason why a config file can't give a key to another binding. Undefined for most keys: their default binding loses
them. The digits stay with their panels, because the titles of the panels show them. The binding `quit` keeps its key
unless the config file gives it another one.
*/
function fixedOwner(key: KeyName, changes: KeyChanges): string | undefined {
	if (/^\d$/.test(key) && panelWithKey(key) !== undefined) {
		return `${key} opens a panel, and the digits can't be changed`;
	}

	const quit = changes.has('quit') ? undefined : bindings.find(({id}) => id === 'quit');
	return quit?.keys.includes(key) === true ? `${shownKey(key)} is the key of quit: give quit another key` : undefined;
}
