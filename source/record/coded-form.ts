import type {NumberModels} from './number-coder.js';
import {type Form, formOf} from './text-tokens.js';

/**
Writes or reads a text's values, so that writer and reader share the code for each text. A writer writes the given value
and returns it. A reader ignores the given value and returns the value that it read.
*/
export type ModelPort = {
	readonly models: NumberModels;
	readonly flag: (model: number, isSet: boolean) => boolean;
	readonly number: (model: number, value: number) => number;
	readonly text: (value: string) => string;
};

/** The offset of the model of each one-bit flag, from a text's first model. */
export const textFlags = {same: 0, aligned: 1, form: 2, shape: 3, word: 4} as const;

/**
Writes or reads the form (the words around the numbers) of a line. Returns undefined if the line is written whole.
*/
export function codeForm(
	port: ModelPort,
	flags: number,
	old: Form | undefined,
	now: Form | undefined,
): Form | undefined {
	if (port.flag(flags + textFlags.form, now !== undefined && now === old)) {
		return old;
	}

	const isAlike = now !== undefined && old !== undefined && hasSameShape(now, old);
	if (!port.flag(flags + textFlags.shape, isAlike)) {
		return undefined;
	}

	const words = old?.words.map((word, index) => {
		const wanted = now?.words[index];
		return port.flag(flags + textFlags.word, wanted !== undefined && wanted !== word) ? port.text(wanted ?? '') : word;
	});
	return words && formOf(words, old?.decimals ?? []);
}

const hasSameShape = (one: Form, other: Form): boolean =>
	one.decimals.length === other.decimals.length &&
	one.decimals.every((count, index) => count === other.decimals[index]);
