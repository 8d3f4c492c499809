import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {cellWidth} from '../../text/cell-width.js';
import {cut} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {span, type Tone} from '../../text/line.js';
import type {Paint} from '../theme.js';

export type BoxFrameProps = {
	readonly title: string;
	readonly hint: string;
	/** Width of the whole box with its border, in cells. */
	readonly width: number;
	/** Height of the whole box with its border, in lines. */
	readonly height: number;
	/** Width of the area in which the box is centred, in cells. */
	readonly columns: number;
	/** Height of the area in which the box is centred, in lines. */
	readonly rows: number;
	/** The box's first line, from 0; centred by default. */
	readonly top?: number;
	/** The colour of the frame. @default 'accent' */
	readonly tone?: Tone | undefined;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	readonly children: ReactNode;
};

/**
A bordered box over the screen. It covers the lines below it; the rest of the screen stays live. Its children get the
whole inner width, `width - 2` cells. A table draws a blank at either side itself; a line has to begin with a blank.
*/
export function BoxFrame({
	title,
	hint,
	width,
	height,
	columns,
	rows,
	top = Math.max(0, Math.floor((rows - height) / 2)),
	tone = 'accent',
	paint,
	glyphs,
	children,
}: BoxFrameProps): ReactNode {
	const left = Math.max(0, Math.floor((columns - width) / 2));
	const inside = Math.max(0, width - 2);
	const rule = (text: string, start: string, end: string) => {
		const words = text === '' ? '' : ` ${cut(text, Math.max(0, inside - 4), glyphs.ellipsis)} `;
		const fill = glyphs.horizontal.repeat(Math.max(0, inside - 1 - cellWidth(words)));
		return paint([span(start + glyphs.horizontal, tone), span(words, 'title'), span(fill + end, tone)]);
	};

	const side = paint([span(glyphs.vertical, tone)]);
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
