import type {PanelId} from '../../state/panel-table.js';
import {frame, innerHeight, innerWidth} from '../../text/frame.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, type Span, span, type Tone} from '../../text/line.js';
import type {Rect} from '../panel.js';

/** What stands in one of a panel's boxes. */
export type CardContent = {
	readonly title: string;
	readonly right?: string | undefined;
	readonly lines: readonly Line[];
	/** The panel that shows more of it. */
	readonly panel?: PanelId;
	/** 0 for lists, whose first column has a gutter of its own; 1 by default. */
	readonly padding?: 0 | 1;
};

/** Draws into exactly the given rectangle. */
export type Card = (room: Rect) => CardContent;

/** A box with what `content` draws into the room inside it. */
export function drawCard(card: Card, {width, height}: Rect, glyphs: Glyphs, padding: 0 | 1 = 1): Line[] {
	const room = {width: innerWidth(width, padding), height: innerHeight(width, height)};
	const content = card(room);
	return frame({...content, padding, width, height, glyphs});
}

/** Two widths that make up `width`, the left one `share` of it. */
export function sides(width: number, share: number): readonly [left: number, right: number] {
	const left = Math.round(width * share);
	return [left, width - left];
}

/** Values with dim words between: `values('5.46G', ' of ', '6.00G')`. Every second one is a word. */
export function values(...parts: readonly string[]): Span[] {
	return parts.map((text, index) => span(text, index % 2 === 0 ? 'plain' : 'label'));
}

/** A value whose tone says more than plain, in one span. */
export const toned = (text: string, tone: Tone): Line => [span(text, tone)];
