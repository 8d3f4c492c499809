import {bindings} from './bindings.js';
import type {KeyBinding, KeyName} from './key-binding.js';
import {shownKey} from './key-names.js';

/** Other keys than the table's own, by binding id; an empty list takes the key away. */
export type KeyChanges = ReadonlyMap<string, readonly KeyName[]>;

/** The bindings in force: the table's own, or those that the config file put in their place. */
export type Keyboard = {
	/** Without those that have no key. */
	readonly bindings: readonly KeyBinding[];
	readonly bindingOf: (key: KeyName) => KeyBinding | undefined;
	/** The keys of a binding as they are shown; empty for one that has none. */
	readonly shown: (id: string) => string;
};

export function keyboardWith(changes: KeyChanges): Keyboard {
	const all = bindings.map(binding => {
		const keys = keysAfter(binding, changes);
		// Everybody knows Ctrl-C.
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

/** Ctrl-C stays with quitting, whatever else does. */
export const alwaysQuits: KeyName = 'ctrl+c';

export function keysAfter({id, keys}: KeyBinding, changes: KeyChanges): readonly KeyName[] {
	const changed = changes.get(id);
	if (changed === undefined) {
		return keys;
	}

	return id === 'quit' ? [...changed.filter(key => key !== alwaysQuits), alwaysQuits] : changed;
}

export const usualKeyboard: Keyboard = keyboardWith(new Map());
