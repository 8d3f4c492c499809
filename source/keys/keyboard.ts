import {bindings} from './bindings.js';
import type {KeyBinding, KeyName} from './key-binding.js';
import {shownKey} from './key-names.js';

/** The keys that a config file gives to bindings, by binding id. An empty list removes the binding's keys. */
export type KeyChanges = ReadonlyMap<string, readonly KeyName[]>;

/** The bindings in force: the default bindings with the config file's changes. */
export type Keyboard = {
	/** All bindings that have a key. */
	readonly bindings: readonly KeyBinding[];
	readonly bindingOf: (key: KeyName) => KeyBinding | undefined;
	/** The keys of a binding as text; empty for a binding without keys. */
	readonly shown: (id: string) => string;
};

export function keyboardWith(changes: KeyChanges): Keyboard {
	const all = bindings.map(binding => {
		const keys = keysAfter(binding, changes);
		// Ctrl-C always quits, so it is not named.
		const named = keys.filter(key => key !== alwaysQuits).map(shownKey);
		return keys === binding.keys ? binding : {...binding, keys, shown: named.join(' ')};
	});
	const byKey = new Map(all.flatMap(binding => binding.keys.map(key => [key, binding] as const)));
	const shown = new Map(all.map(binding => [binding.id, binding.shown]));
	return {
		bindings: all.filter(({keys}) => keys.length > 0),
		bindingOf: key => byKey.get(key),
		shown: id => shown.get(id) ?? '',
	};
}

/** The key that always quits, whatever a config file says. */
export const alwaysQuits: KeyName = 'ctrl+c';

export function keysAfter({id, keys}: KeyBinding, changes: KeyChanges): readonly KeyName[] {
	const changed = changes.get(id);
	if (changed === undefined) {
		return keys;
	}

	return id === 'quit' ? [...changed.filter(key => key !== alwaysQuits), alwaysQuits] : changed;
}

export const usualKeyboard: Keyboard = keyboardWith(new Map());
