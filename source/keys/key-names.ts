import {graphemesOf} from '../text/graphemes.js';
import type {KeyName} from './key-binding.js';

/** Keys with a name, as people write them besides, and how the help shows them. */
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
	['shift+tab', 'Shift-Tab', 'shift-tab'],
];

/** With Ctrl these are what terminals send for backspace, tab and Enter. */
const sameAsOthers = 'hijm';

/** A key as a person writes it, as `read-keys.ts` names it; undefined for what is no key, or none a terminal tells apart. */
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

/** A key as the help and the last line show it: `Ctrl-L` for `ctrl+l`. */
export function shownKey(key: KeyName): string {
	const [, letter] = /^ctrl\+(.)$/.exec(key) ?? [];
	return letter === undefined ? (namedKeys.find(([name]) => name === key)?.[1] ?? key) : `Ctrl-${letter.toUpperCase()}`;
}
