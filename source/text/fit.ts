import {cellWidth} from './cell-width.js';
import {graphemesOf} from './graphemes.js';
import {type Line, type Span, span} from './line.js';
import {isSingleCelled} from './single-cells.js';

/** The longest start of the text of at most `width` cells, without half of a wide character. */
function startOf(text: string, width: number): string {
	if (isSingleCelled(text)) {
		return text.slice(0, width);
	}

	let end = 0;
	let used = 0;
	for (const {segment, index} of graphemesOf(text)) {
		used += cellWidth(segment);
		if (used > width) {
			break;
		}

		end = index + segment.length;
	}

	return text.slice(0, end);
}

/** The text in at most `width` cells; a cut text ends with the ellipsis if there is room. */
export function cut(text: string, width: number, ellipsis = '…'): string {
	if (width <= 0) {
		return '';
	}

	if (cellWidth(text) <= width) {
		return text;
	}

	const room = width - cellWidth(ellipsis);
	return room < 0 ? startOf(text, width) : startOf(text, room) + ellipsis;
}

/** The end of a typed text in at most `width` cells. A cut text begins with the ellipsis. */
export function cutStart(text: string, width: number, ellipsis = '…'): string {
	if (cellWidth(text) <= width) {
		return text;
	}

	let shown = '';
	for (const {segment} of [...graphemesOf(text)].reverse()) {
		if (cellWidth(ellipsis + segment + shown) > width) {
			break;
		}

		shown = segment + shown;
	}

	return cellWidth(ellipsis) > width ? '' : ellipsis + shown;
}

/** The text in exactly `width` cells: padded with blanks, or cut with the ellipsis. Empty for a width of 0 or less. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
	const shown = cut(text, width, ellipsis);
	const padding = ' '.repeat(Math.max(0, width - cellWidth(shown)));
	return align === 'left' ? shown + padding : padding + shown;
}

/** Width of all spans of the line, in cells. */
export function lineWidth(line: Line): number {
	let width = 0;
	for (const {text} of line) {
		width += cellWidth(text);
	}

	return width;
}

/**
The line in at most `width` cells: the same line if it fits, else its start with the ellipsis in the tone of the cut
span.
*/
export function cutLine(line: Line, width: number, ellipsis = '…'): Line {
	if (width <= 0) {
		return [];
	}

	if (lineWidth(line) <= width) {
		return line;
	}

	const ellipsisWidth = cellWidth(ellipsis) <= width ? cellWidth(ellipsis) : 0;
	const kept: Span[] = [];
	let room = width - ellipsisWidth;
	for (const each of line) {
		const taken = cellWidth(each.text);
		if (taken > room) {
			kept.push({...each, text: startOf(each.text, room) + (ellipsisWidth > 0 ? ellipsis : '')});
			break;
		}

		kept.push(each);
		room -= taken;
	}

	return kept;
}

/**
As many whole parts of a line as fit into `width` cells; the first is always there. A part is never cut, because a cut
number would look like another number.
*/
export function partsThatFit(parts: readonly Line[], width: number): Line {
	let shown = parts[0] ?? [];
	for (const part of parts.slice(1)) {
		const longer = [...shown, ...part];
		if (lineWidth(longer) > width) {
			break;
		}

		shown = longer;
	}

	return shown;
}

/** The line in exactly `width` cells: cut as by `cutLine`, or padded with plain blanks. */
export function padLine(line: Line, width: number, ellipsis = '…'): Line {
	const shown = cutLine(line, width, ellipsis);
	const missing = width - lineWidth(shown);
	return missing > 0 ? [...shown, span(' '.repeat(missing))] : shown;
}
