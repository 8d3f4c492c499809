import {
	type StyledChar,
	styledCharsFromTokens as stylesOf,
	type Token,
	tokenize as tokensOf,
} from '@alcalzone/ansi-tokenize';

export * from '@alcalzone/ansi-tokenize';

/** Rows remembered: a screen of the largest size and more. Each is about 10 KB taken apart. */
const rowsKept = 128;

const recentTokens = new Map<string, Token[]>();
const styledChars = new WeakMap<readonly Token[], StyledChar[]>();

/**
`@alcalzone/ansi-tokenize` for Ink, which the bundle points here. Ink takes every row of every frame apart anew; most of
them are the rows of the frame before.
*/
export function tokenize(text: string, endCharacter?: number): Token[] {
	if (endCharacter !== undefined) {
		return tokensOf(text, endCharacter);
	}

	const known = recentTokens.get(text);
	// Taken out and put back: the map's order is then the order of last use.
	recentTokens.delete(text);
	const tokens = known ?? tokensOf(text);
	recentTokens.set(text, tokens);
	const [oldest] = recentTokens.keys();
	if (recentTokens.size > rowsKept && oldest !== undefined) {
		recentTokens.delete(oldest);
	}

	return tokens;
}

/** Ink copies the characters it changes, so the rows of several frames can share them. */
export function styledCharsFromTokens(tokens: Token[]): StyledChar[] {
	const known = styledChars.get(tokens);
	const characters = known ?? stylesOf(tokens);
	if (known === undefined) {
		styledChars.set(tokens, characters);
	}

	return characters;
}
