/** Printable ASCII, by far the most common text, which needs no escapes. */
const plainText = /^[ -~]*$/;

/**
Characters that control a terminal, reorder or join their neighbours, or are invisible: controls (Cc), format characters
(Cf: bidirectional, zero-width, soft hyphen, tags), line and paragraph separators (Zl, Zp), lone surrogates (Cs),
private use (Co), unassigned code points (Cn), variation selectors and other invisible marks
(Default_Ignorable_Code_Point), and U+FFFD, which stands for invalid UTF-8.
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
`text` as one printable line: characters that a terminal would obey or hide become escapes (`\n`, `\x1b`, `\u{200b}`).

A backslash stays unchanged, so a line break and a backslash with an `n` look alike. That is harmless, because the
result is only read and never parsed. Doubled backslashes would make paths, patterns and the escapes of `SLOWLOG` and
`CLIENT LIST` unreadable. Combining marks stay too; `cellWidth` counts them as 0 cells.
*/
export function sanitize(text: string): string {
	return plainText.test(text) ? text : text.replace(unprintable, escapeOf);
}
