import {cellWidth} from './cell-width.js';
import {cut, cutLine, fit, lineWidth, padLine} from './fit.js';
import type {Glyphs} from './glyphs.js';
import {blankLine, type Line, type Span, span, withTarget} from './line.js';

export type FrameOptions = {
	readonly title: string;
	/** The text at the right of the top border. In a narrow frame it is left out before the title is cut. */
	readonly right?: string | undefined;
	readonly lines: readonly Line[];
	readonly width: number;
	readonly height: number;
	readonly glyphs: Glyphs;
	/** The panel that a click on the box opens. */
	readonly panel?: string | undefined;
	/** Blank cells left and right of the lines. Default: 0, because list rows begin with a blank cell. */
	readonly padding?: 0 | 1 | undefined;
};

/** Width of the room inside a frame that is `width` cells wide. */
export function innerWidth(width: number, padding: 0 | 1 = 0): number {
	return width < 4 ? Math.max(0, width) : Math.max(0, width - 2 - 2 * padding);
}

/** Height inside a frame of this size, in lines; the whole height when the frame is too small for a border. */
export function innerHeight(width: number, height: number): number {
	return width < 4 || height < 3 ? Math.max(0, height) : height - 2;
}

function topBorder({title, right = '', width, glyphs}: FrameOptions): Line {
	// The border takes six cells beside the title: corner, line, blank, blank, at least one cell of line, corner.
	const titleRoom = width - 6;
	const shownTitle = titleRoom > 0 ? cut(title, titleRoom, glyphs.ellipsis) : '';
	if (shownTitle === '') {
		return [span(glyphs.topLeft + glyphs.horizontal.repeat(width - 2) + glyphs.topRight, 'border')];
	}

	const titleWidth = cellWidth(shownTitle);
	const rightWidth = right === '' ? 0 : cellWidth(right) + 3;
	const hasRight = rightWidth > 0 && titleRoom - titleWidth >= rightWidth;
	const fill = titleRoom - titleWidth + 1 - (hasRight ? rightWidth : 0);
	const spans: Span[] = [
		span(`${glyphs.topLeft}${glyphs.horizontal} `, 'border'),
		span(shownTitle, 'title'),
		span(` ${glyphs.horizontal.repeat(fill)}`, 'border'),
	];
	if (hasRight) {
		spans.push(span(` ${right} `, 'dim'), span(glyphs.horizontal, 'border'));
	}

	spans.push(span(glyphs.topRight, 'border'));
	return spans;
}

/**
A frame of exactly `width` × `height` cells with the title in its top border. Below 4×3 it has no border. Lines that
don't fit are cut.
*/
export function frame(options: FrameOptions): Line[] {
	const {lines, width, height, glyphs, panel, padding = 0} = options;
	const rows = Math.max(0, Math.floor(height));
	if (width < 4 || rows < 3) {
		return Array.from({length: rows}, (_, row) => padLine(lines[row] ?? blankLine, width, glyphs.ellipsis));
	}

	const inside = innerWidth(width, padding);
	const edge = ' '.repeat(padding);
	const body = Array.from({length: rows - 2}, (_, row): Line => {
		const content = padLine(lines[row] ?? blankLine, inside, glyphs.ellipsis);
		return [span(glyphs.vertical + edge, 'border'), ...content, span(edge + glyphs.vertical, 'border')];
	});
	const bottom = glyphs.bottomLeft + glyphs.horizontal.repeat(width - 2) + glyphs.bottomRight;
	const box = [topBorder(options), ...body, [span(bottom, 'border')]];
	return panel === undefined ? box : box.map(row => withTarget(row, {panel}));
}

/** Blocks side by side, exactly `height` lines, each block padded to its width. */
export function beside(
	blocks: ReadonlyArray<{readonly lines: readonly Line[]; readonly width: number}>,
	height: number,
): Line[] {
	const rows = Math.max(0, Math.floor(height));
	return Array.from({length: rows}, (_, row) =>
		blocks.flatMap(({lines, width}) => padLine(lines[row] ?? blankLine, width)),
	);
}

/** Blocks one below the other. */
export function stacked(...blocks: ReadonlyArray<readonly Line[]>): Line[] {
	return blocks.flat();
}

/** Labels and values in lines of at most `width` cells, the values aligned. Labels take at most half of the width. */
export function pairs(
	rows: ReadonlyArray<readonly [label: string, value: Line | string]>,
	width: number,
	ellipsis = '…',
): Line[] {
	const longest = Math.max(0, ...rows.map(([label]) => cellWidth(label)));
	const labelWidth = Math.min(longest, Math.floor(width / 2));
	return rows.map(([label, value]) => {
		const content: Line = typeof value === 'string' ? [span(value)] : value;
		const row: Line = [span(`${fit(label, labelWidth, 'left', ellipsis)}  `, 'label'), ...content];
		return lineWidth(row) > width ? cutLine(row, width, ellipsis) : row;
	});
}
