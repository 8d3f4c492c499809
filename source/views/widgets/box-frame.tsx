import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {cellWidth} from '../../text/cell-width.js';
import {cut} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {span} from '../../text/line.js';
import type {Paint} from '../theme.js';

export type BoxFrameProps = {
	readonly title: string;
	readonly hint: string;
	/** Of the whole box with its border, cells. */
	readonly width: number;
	readonly height: number;
	/** Of the area it is centred in, cells. */
	readonly columns: number;
	readonly rows: number;
	/** The row it begins in, instead of in the middle. */
	readonly top?: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	readonly children: ReactNode;
};

/**
A bordered box over the screen, in its middle. It blanks what lies under it; the rest goes on around it. Its children get
the whole inside, `width - 2` cells: a table brings blanks of its own on either side, lines are given one.
*/
export function BoxFrame({
	title,
	hint,
	width,
	height,
	columns,
	rows,
	top = Math.max(0, Math.floor((rows - height) / 2)),
	paint,
	glyphs,
	children,
}: BoxFrameProps): ReactNode {
	const left = Math.max(0, Math.floor((columns - width) / 2));
	const inside = Math.max(0, width - 2);
	const rule = (text: string, start: string, end: string) => {
		const words = text === '' ? '' : ` ${cut(text, Math.max(0, inside - 4), glyphs.ellipsis)} `;
		const fill = glyphs.horizontal.repeat(Math.max(0, inside - 1 - cellWidth(words)));
		return paint([span(start + glyphs.horizontal, 'accent'), span(words, 'title'), span(fill + end, 'accent')]);
	};

	const side = paint([span(glyphs.vertical, 'accent')]);
	const blank = side + ' '.repeat(inside) + side;
	return (
		<Box position="absolute" top={top} left={left} width={width} height={height} flexDirection="column">
			<Text wrap="truncate">{rule(title, glyphs.topLeft, glyphs.topRight)}</Text>
			<Text wrap="truncate">{Array.from({length: Math.max(0, height - 2)}, () => blank).join('\n')}</Text>
			<Text wrap="truncate">{rule(hint, glyphs.bottomLeft, glyphs.bottomRight)}</Text>
			<Box
				position="absolute"
				top={1}
				left={1}
				width={inside}
				height={Math.max(0, height - 2)}
				flexDirection="column"
				overflow="hidden"
			>
				{children}
			</Box>
		</Box>
	);
}
