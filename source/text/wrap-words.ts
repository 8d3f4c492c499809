import {cellWidth} from './cell-width.js';
import {cut} from './fit.js';
import {graphemesOf} from './graphemes.js';

/**
The text in rows of at most `width` cells, broken between words. Rows after the first begin with `indent`. A word that
is wider than a row is cut with `...`.
*/
export function wrapWords(text: string, width: number, indent = ''): string[] {
	const rows: string[] = [];
	let row = '';
	for (const word of text.split(' ')) {
		const longer = row === '' ? word : `${row} ${word}`;
		if (row !== '' && cellWidth(longer) > width) {
			rows.push(row);
			row = indent + word;
		} else {
			row = longer;
		}
	}

	return [...rows, row].map(whole => cut(whole, width, '...'));
}

/** `wrapWords` without cuts: a word that is wider than a row takes several rows. */
export function wrapWhole(text: string, width: number): string[] {
	const pieces = text.split(' ').flatMap(word => (cellWidth(word) > width ? piecesOf(word, width) : [word]));
	return wrapWords(pieces.join(' '), width);
}

function piecesOf(word: string, width: number): string[] {
	const pieces: string[] = [];
	let piece = '';
	for (const {segment} of graphemesOf(word)) {
		if (piece !== '' && cellWidth(piece + segment) > width) {
			pieces.push(piece);
			piece = '';
		}

		piece += segment;
	}

	return [...pieces, piece];
}
