import {bindings} from './bindings.js';
import type {KeyBinding, KeyName, KeyScreen} from './key-binding.js';
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

/** @param screen Where the keys are pressed. @default live */
export function keyboardWith(changes: KeyChanges, screen: KeyScreen = 'live'): Keyboard {
	const chosen = new Set([...changes.values()].flat());
	// A binding of a replay does not take a key that a config file gives to another binding.
	const isTaken = ({id, on}: KeyBinding, key: KeyName) => on === 'replay' && !changes.has(id) && chosen.has(key);
	const all = bindingsOn(screen).map(binding => {
		const keys = keysAfter(binding, changes).filter(key => !isTaken(binding, key));
		const isAsUsual = keys.length === binding.keys.length && keys.every((key, index) => key === binding.keys[index]);
		// Ctrl-C always quits, so it is not named.
		const named = keys.filter(key => key !== alwaysQuits).map(shownKey);
		return isAsUsual ? binding : {...binding, keys, shown: named.join(' ')};
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

/** The bindings that have an effect on a screen. */
export const bindingsOn = (screen: KeyScreen): readonly KeyBinding[] =>
	bindings.filter(({on}) => on === undefined || on === screen);

export function keysAfter({id, keys}: KeyBinding, changes: KeyChanges): readonly KeyName[] {
	const changed = changes.get(id);
	if (changed === undefined) {
		return keys;
	}

	return id === 'quit' ? [...changed.filter(key => key !== alwaysQuits), alwaysQuits] : changed;
}

export const usualKeyboard: Keyboard = keyboardWith(new Map());
