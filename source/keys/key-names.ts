import {graphemesOf} from '../text/graphemes.js';
import type {KeyName} from './key-binding.js';

/** Keyboard keys with a name. Each row: the name, the text in the help, and other spellings. */
const namedKeys: ReadonlyArray<readonly [name: KeyName, shown: string, ...others: string[]]> = [
	['up', '↑'],
	['down', '↓'],
	['left', '←'],
	['right', '→'],
	['pageup', 'PgUp', 'pgup'],
	['pagedown', 'PgDn', 'pgdn'],
	['home', 'Home'],
	['end', 'End'],
	['enter', 'Enter', 'return'],
	['escape', 'Esc', 'esc'],
	['backspace', 'Backspace'],
	['space', 'Space', ' '],
	['tab', 'Tab'],
	['f1', 'F1'],
	['shift+tab', 'Shift-Tab', 'shift-tab'],
];

/** Letters with which Ctrl sends the same byte as another key: backspace (h), tab (i) or Enter (j and m). */
const sameAsOthers = 'hijm';

/**
Converts a key's spelling in a config file to its name in `read-keys.ts`. Undefined for an unknown or ambiguous key.
*/
export function keyNamed(text: string): KeyName | undefined {
	const lower = text.toLowerCase();
	const named = namedKeys.find(([name, shown, ...others]) => [name, ...others].includes(lower) || shown === text);
	if (named !== undefined) {
		return named[0];
	}

	const [, letter] = /^ctrl[+-]([a-z])$/.exec(lower) ?? [];
	if (letter !== undefined) {
		return sameAsOthers.includes(letter) ? undefined : `ctrl+${letter}`;
	}

	return [...graphemesOf(text)].length === 1 && /^[^\p{C}\p{Z}]/u.test(text) ? text : undefined;
}

/** The text for a keyboard key in the help and on the last line of the screen: `Ctrl-L` for `ctrl+l`. */
export function shownKey(key: KeyName): string {
	const [, letter] = /^ctrl\+(.)$/.exec(key) ?? [];
	return letter === undefined ? (namedKeys.find(([name]) => name === key)?.[1] ?? key) : `Ctrl-${letter.toUpperCase()}`;
}
