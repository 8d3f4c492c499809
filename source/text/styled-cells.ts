import {type StyledChar, styledCharsFromTokens, tokenize} from '@alcalzone/ansi-tokenize';
import {cellWidth} from './cell-width.js';
import {isSingleCelled} from './single-cells.js';

/** One cell of the terminal. */
export type StyledCell = {
	/** A grapheme; empty for the second cell of a wide one. */
	readonly text: string;
	/** SGR parameters without a leading 0: `36`, `1;91`; empty for plain text. */
	readonly style: string;
};

const blank: StyledCell = {text: ' ', style: ''};

const markOnBlank = /(?:^|;)(?:4|7|9|4\d|10\d)(?:;|$)/;

/**
Whether a style is visible on a blank cell. Inverse, underline and background colours are visible; text colours, bold
and dim are not.
*/
export const showsOnBlank = (style: string): boolean => style !== '' && markOnBlank.test(style);

/** Memoized results of `styleAfter`, by the style before and the sequence. There are a few dozen of them. */
const knownChanges = new Map<string, string>();
/** Memoized cells by style and text. There are a few hundred of them. */
const knownCells = new Map<string, Map<string, StyledCell>>();
const mostKnown = 4096;

/** The memoized cells of one style, by their text. */
function cellsOf(style: string): Map<string, StyledCell> {
	const known = knownCells.get(style);
	if (known !== undefined) {
		return known;
	}

	const cells = new Map<string, StyledCell>(showsOnBlank(style) ? [] : [[' ', blank]]);
	if (knownCells.size < mostKnown) {
		knownCells.set(style, cells);
	}

	return cells;
}

/** Returns the same object for equal cells, so that a full screen of cells is not allocated each second. */
function cellIn(cells: Map<string, StyledCell>, text: string, style: string): StyledCell {
	const known = cells.get(text);
	if (known !== undefined) {
		return known;
	}

	const cell = {text, style};
	if (cells.size < mostKnown) {
		cells.set(text, cell);
	}

	return cell;
}

/** The SGR parameters of a character, without the empty parameter of `ESC [ m`. */
const styleOf = ({styles}: StyledChar): string =>
	styles
		.map(({code}) => code.slice(2, -1))
		.filter(Boolean)
		.join(';');

/** The style after an SGR sequence, as computed by ansi-tokenize. */
function styleAfter(style: string, sequence: string): string {
	const change = `${style}m${sequence}`;
	const known = knownChanges.get(change);
	if (known !== undefined) {
		return known;
	}

	const [character] = styledCharsFromTokens(tokenize(`${style === '' ? '' : `\u001B[${style}m`}${sequence}x`));
	const after = character === undefined ? '' : styleOf(character);
	if (knownChanges.size < mostKnown) {
		knownChanges.set(change, after);
	}

	return after;
}

/** Splits a row into texts and SGR sequences in turn. */
const styleSequence = /(\u001B\[[\d;]*m)/;

/**
A row with SGR sequences as exactly `columns` cells. A blank whose style is invisible on blanks gets the plain style, so
that it equals other blanks.
*/
export function styledCells(row: string, columns: number): StyledCell[] {
	const parts = row.split(styleSequence);
	const cells: StyledCell[] = parts.every((part, index) => index % 2 === 1 || isSingleCelled(part))
		? singleCells(parts)
		: anyCells(row, columns);
	cells.length = Math.min(cells.length, columns);
	while (cells.length < columns) {
		cells.push(blank);
	}

	return cells;
}

/** The cells of a row whose characters all take one cell. `parts` are texts and SGR sequences in turn. */
function singleCells(parts: readonly string[]): StyledCell[] {
	const cells: StyledCell[] = [];
	let style = '';
	let ofStyle = cellsOf('');
	// Iterators would allocate an object for each cell of each frame.
	for (let index = 0; index < parts.length; index++) {
		const part = parts[index] ?? '';
		if (index % 2 === 1) {
			style = styleAfter(style, part);
			ofStyle = cellsOf(style);
			continue;
		}

		for (let at = 0; at < part.length; at++) {
			cells.push(cellIn(ofStyle, part.charAt(at), style));
		}
	}

	return cells;
}

function anyCells(row: string, columns: number): StyledCell[] {
	const cells: StyledCell[] = [];
	for (const character of styledCharsFromTokens(tokenize(row))) {
		const width = cellWidth(character.value);
		const style = styleOf(character);
		if (cells.length + width > columns) {
			break;
		}

		if (width > 0) {
			cells.push(cellIn(cellsOf(style), character.value, style));
			for (let extra = 1; extra < width; extra++) {
				cells.push({text: '', style});
			}
		}
	}

	return cells;
}

export const isSameCell = (one: StyledCell | undefined, other: StyledCell | undefined): boolean =>
	one === other || (one !== undefined && one.text === other?.text && one.style === other.style);

export const isBlankCell = (cell: StyledCell | undefined): boolean => cell?.text === ' ' && cell.style === '';
