/**
Characters that take one cell each and never join their neighbours: printable ASCII, Latin-1, and the characters of
frames and charts (…, arrows, ≤ ≥, box drawing, block elements and braille). Nearly every string on the screen has only
these. Measuring by grapheme takes a hundred times longer.
*/
const singleCells =
	/^[ -~\u00a1-\u00ac\u00ae-\u00ff\u2013\u2014\u2026\u2190-\u2193\u2264\u2265\u2500-\u259f\u2800-\u28ff]*$/;

/** Whether every UTF-16 unit of the text is one cell, so that the text can be cut anywhere. */
export function isSingleCelled(text: string): boolean {
	return singleCells.test(text);
}
