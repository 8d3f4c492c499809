import {cellWidth, isSingleCelled} from './cell-width.js';
import {graphemesOf} from './graphemes.js';
import {type Line, type Span, span} from './line.js';

/** The longest start of the text that takes at most `width` cells; a wide character is never halved. */
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

/** At most `width` cells; what was cut ends with the ellipsis where there is room for it. */
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

/** At most `width` cells of its end, for what is being typed; what was cut begins with the ellipsis. */
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

/** Exactly `width` cells: padded with blanks, or cut and ended with the ellipsis. Nothing for a width of 0 or less. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
	const shown = cut(text, width, ellipsis);
	const padding = ' '.repeat(Math.max(0, width - cellWidth(shown)));
	return align === 'left' ? shown + padding : padding + shown;
}

/** Cells of all the line's spans. */
export function lineWidth(line: Line): number {
	let width = 0;
	for (const {text} of line) {
		width += cellWidth(text);
	}

	return width;
}

/** At most `width` cells. The line itself when it fits; else its start, ended with the ellipsis in the tone of the span it cut. */
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

/** Exactly `width` cells: cut as `cutLine` does, or padded with plain blanks. */
export function padLine(line: Line, width: number, ellipsis = '…'): Line {
	const shown = cutLine(line, width, ellipsis);
	const missing = width - lineWidth(shown);
	return missing > 0 ? [...shown, span(' '.repeat(missing))] : shown;
}
