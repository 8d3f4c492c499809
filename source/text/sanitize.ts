/** Nothing but printable ASCII: by far the most common text, returned as it is. */
const plainText = /^[ -~]*$/;

/**
Everything that a terminal acts on, that reorders or joins its neighbours, or that can't be seen: controls (Cc), format
characters (Cf: bidirectional, zero-width, soft hyphen, tags), line and paragraph separators (Zl, Zp), lone surrogates
(Cs), private use (Co: a font's business), code points without a character (Cn), variation selectors and the other
invisible marks (Default_Ignorable_Code_Point), and U+FFFD, which stands for bytes that were no UTF-8.
*/
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u{fffd}]/gu;

const shortEscapes: ReadonlyMap<string, string> = new Map([
	['\n', '\\n'],
	['\r', '\\r'],
	['\t', '\\t'],
	['\b', '\\b'],
	['\u{7}', '\\a'],
]);

function escapeOf(character: string): string {
	const short = shortEscapes.get(character);
	if (short !== undefined) {
		return short;
	}

	const codePoint = character.codePointAt(0) ?? 0;
	const digits = codePoint.toString(16);
	return codePoint < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}

/**
`text` as one printable line: what a terminal would obey or hide is shown as the escape that a programmer would write
(`\n`, `\x1b`, `\u{200b}`).

A backslash stays as it is. So a client named with a real line break and one named with a backslash and an `n` look
alike, which does no harm: the result is for reading and is never turned back, and doubling every backslash would make
paths, patterns and the escapes that `SLOWLOG` and `CLIENT LIST` already bring unreadable. Combining marks stay too;
how wide a text is, and what is cut, is decided where cells are counted.
*/
export function sanitize(text: string): string {
	return plainText.test(text) ? text : text.replace(unprintable, escapeOf);
}
