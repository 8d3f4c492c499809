import stringWidth from 'string-width';

/**
Characters that take one cell each and never join their neighbours: printable ASCII, Latin-1, and what chrome is drawn
with (…, arrows, ≤ ≥, box drawing and block elements). Nearly every string on the screen is made of these alone, and
measuring them by grapheme costs a hundred times more.
*/
const singleCells = /^[ -~\u00a1-\u00ac\u00ae-\u00ff\u2013\u2014\u2026\u2190-\u2193\u2264\u2265\u2500-\u259f]*$/;

/** True when every UTF-16 unit of the text is one cell, so that it can be cut anywhere. */
export function isSingleCelled(text: string): boolean {
	return singleCells.test(text);
}

/** How many terminal cells the text takes: 2 for wide characters, 0 for combining ones. Escape sequences are not known here. */
export function cellWidth(text: string): number {
	return isSingleCelled(text) ? text.length : stringWidth(text, {countAnsiEscapeCodes: true});
}
