import {graphemesOf} from '../text/graphemes.js';
import type {KeyName} from './bindings.js';

/**
The character that replaces F1 in the input, because Ink gives no name and no text for function keys. It is the code
point that AppKit gives to F1: https://developer.apple.com/documentation/appkit/nsf1functionkey
*/
export const functionKey1 = '\uF704';

/** The sequences that terminals send for F1: xterm, rxvt, the kitty protocol, and the Linux console. */
const functionKey1Sequences = /\u001B(?:OP|\[11~|\[P|\[\[A)/g;

/** The input with each F1 replaced by one character that Ink passes on. */
export const withFunctionKeys = (input: string): string => input.replace(functionKey1Sequences, functionKey1);

/** The part of Ink's key object that `readKeys` uses. It is declared here, because only views/ imports Ink. */
export type InkKey = {
	readonly upArrow: boolean;
	readonly downArrow: boolean;
	readonly leftArrow: boolean;
	readonly rightArrow: boolean;
	readonly pageDown: boolean;
	readonly pageUp: boolean;
	readonly home: boolean;
	readonly end: boolean;
	readonly return: boolean;
	readonly escape: boolean;
	readonly ctrl: boolean;
	readonly shift: boolean;
	readonly tab: boolean;
	readonly backspace: boolean;
	readonly delete: boolean;
	readonly meta: boolean;
};

export type KeysRead = {
	readonly keys: readonly KeyName[];
	/**
	True for several keys in one read, as from fast typing or a paste without bracketed paste. An action's dialog ignores
	several keys at once, except for a few characters in a text field.
	*/
	readonly isBunch: boolean;
};

const named: ReadonlyArray<readonly [keyof InkKey, KeyName]> = [
	['upArrow', 'up'],
	['downArrow', 'down'],
	['leftArrow', 'left'],
	['rightArrow', 'right'],
	['pageDown', 'pagedown'],
	['pageUp', 'pageup'],
	['home', 'home'],
	['end', 'end'],
	['return', 'enter'],
	['escape', 'escape'],
	['backspace', 'backspace'],
	// Most terminals send DEL (0x7f) for the backspace key, and Ink names it `delete`.
	['delete', 'backspace'],
];

function characterName(character: string): KeyName | undefined {
	switch (character) {
		case ' ': {
			return 'space';
		}

		case '\r':
		case '\n':
		case '\r\n': {
			return 'enter';
		}

		case '\t': {
			return 'tab';
		}

		case '\u000C': {
			return 'ctrl+l';
		}

		case '\u001A': {
			return 'ctrl+z';
		}

		case functionKey1: {
			return 'f1';
		}

		default: {
			// Control characters, such as those of an unknown escape sequence, are not keys.
			return /^\P{C}/u.test(character) ? character : undefined;
		}
	}
}

/** The key names of one call of Ink's `useInput`. Fast typing arrives as one string, such as `jjj`, and is split. */
export function readKeys(input: string, key: InkKey): KeysRead {
	const name = named.find(([flag]) => key[flag])?.[1];
	if (name !== undefined) {
		return {keys: [name], isBunch: false};
	}

	if (key.tab) {
		return {keys: [key.shift ? 'shift+tab' : 'tab'], isBunch: false};
	}

	if (key.ctrl) {
		return {keys: input === '' ? [] : [`ctrl+${input.toLowerCase()}`], isBunch: false};
	}

	if (key.meta) {
		return {keys: [], isBunch: false};
	}

	const segments = [...graphemesOf(input)];
	// All characters are counted, also those that are not keys: a letter between control characters was pasted, not
	// typed.
	return {keys: segments.flatMap(({segment}) => characterName(segment) ?? []), isBunch: segments.length > 1};
}
