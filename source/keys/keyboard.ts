import {keysText} from '../state/panel-table.js';
import {bindings} from './bindings.js';
import type {KeyBinding, KeyName, KeyScreen} from './key-binding.js';
import {shownKey} from './key-names.js';
import {panelDescription} from './panel-bindings.js';

/**
The keyboard keys that a config file gives to bindings, by binding id. An empty list removes all keys of the binding.
*/
export type KeyChanges = ReadonlyMap<string, readonly KeyName[]>;

/** A binding whose default keys a config file gives to another binding. */
export type LostBinding = {readonly binding: KeyBinding; readonly takenBy: string};

/** The bindings in force: the default bindings with the config file's changes. */
export type Keyboard = {
	/** The bindings that have at least one key. */
	readonly bindings: readonly KeyBinding[];
	/** The bindings without a key, because a config file gives their default keys to others. */
	readonly lost: readonly LostBinding[];
	readonly bindingOf: (key: KeyName) => KeyBinding | undefined;
	/** The keys of a binding as text; empty for a binding without keys. */
	readonly shown: (id: string) => string;
};

/**
The bindings with the changes of a config file. A changed binding takes its new keys away from every default binding. A
config file therefore stays valid when a later release adds a default key.

@param screen The screen that is shown while the keys are pressed. @default live
*/
export function keyboardWith(changes: KeyChanges, screen: KeyScreen = 'live'): Keyboard {
	const usual = bindingsOn(screen);
	const takers = takersOf(changes, screen);
	const all = usual.map(binding => {
		const keys = keysAfter(binding, changes).filter(key => changes.has(binding.id) || !takers.has(key));
		const isAsUsual = keys.length === binding.keys.length && keys.every((key, index) => key === binding.keys[index]);
		return isAsUsual ? binding : withKeys(binding, keys);
	});
	const byKey = new Map(all.flatMap(binding => binding.keys.map(key => [key, binding] as const)));
	const shown = new Map(all.map(binding => [binding.id, binding.shown]));
	return {
		bindings: all.filter(({keys}) => keys.length > 0),
		lost: usual.flatMap(binding => {
			const takenBy = takers.get(binding.keys[0] ?? '');
			return takenBy === undefined || changes.has(binding.id) || shown.get(binding.id) !== ''
				? []
				: [{binding, takenBy}];
		}),
		bindingOf: key => byKey.get(key),
		shown: id => shown.get(id) ?? '',
	};
}

/** For each key that the config file gives to a binding of this screen, the id of that binding. */
export const takersOf = (changes: KeyChanges, screen: KeyScreen): ReadonlyMap<KeyName, string> =>
	new Map(
		bindingsOn(screen).flatMap(binding =>
			changes.has(binding.id) ? keysAfter(binding, changes).map(key => [key, binding.id] as const) : [],
		),
	);

/** A binding with other keys. The text of its keys leaves out Ctrl-C, which always quits. */
function withKeys(binding: KeyBinding, keys: readonly KeyName[]): KeyBinding {
	const named = keys.filter(key => key !== alwaysQuits).map(shownKey);
	return binding.id === 'panel'
		? {...binding, keys, shown: keysText(keys), description: panelDescription(keys)}
		: {...binding, keys, shown: named.join(' ')};
}

/** The key that always quits, whatever a config file says. */
export const alwaysQuits: KeyName = 'ctrl+c';

/** The bindings whose keys work while a screen (the live monitor or a replay) is shown. */
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
