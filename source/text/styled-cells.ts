import {cellWidth} from './cell-width.js';
import {styledCharsFromTokens, tokenize} from './row-tokens.js';

/** One cell of the terminal. */
export type StyledCell = {
	/** The character with what combines with it; empty for the second cell of a wide one. */
	readonly text: string;
	/** SGR parameters, `0;36` without the 0: `36`, `1;91`; empty for none. */
	readonly style: string;
};

const blank: StyledCell = {text: ' ', style: ''};

const markOnBlank = /(?:^|;)(?:4|7|9|4\d|10\d)(?:;|$)/;

/** Whether a style can be seen on a blank: inverse, lines and backgrounds can, colours and weights can't. */
export const showsOnBlank = (style: string): boolean => style !== '' && markOnBlank.test(style);

/**
A row with its SGR sequences as exactly `columns` cells. Blanks whose style can't be seen are plain, so that they equal
each other.
*/
export function styledCells(row: string, columns: number): StyledCell[] {
	const cells: StyledCell[] = [];
	for (const {value, styles} of styledCharsFromTokens(tokenize(row))) {
		const style = styles.map(({code}) => code.slice(2, -1)).join(';');
		const width = cellWidth(value);
		if (cells.length + width > columns) {
			break;
		}

		if (value === ' ' && !showsOnBlank(style)) {
			cells.push(blank);
		} else if (width > 0) {
			cells.push({text: value, style});
			for (let extra = 1; extra < width; extra++) {
				cells.push({text: '', style});
			}
		}
	}

	while (cells.length < columns) {
		cells.push(blank);
	}

	return cells;
}

export const isSameCell = (one: StyledCell | undefined, other: StyledCell | undefined): boolean =>
	one === other || (one !== undefined && one.text === other?.text && one.style === other.style);

export const isBlankCell = (cell: StyledCell | undefined): boolean => cell?.text === ' ' && cell.style === '';
