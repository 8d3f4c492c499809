import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {isStale} from '../../state/new-record.js';
import type {PanelId} from '../../state/panel-table.js';
import {cellWidth} from '../../text/cell-width.js';
import {frame, innerHeight, innerWidth} from '../../text/frame.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, type Span, span, type Tone} from '../../text/line.js';
import type {Rect} from '../panel.js';

/** The title and the lines of a card, one of the framed parts of a panel. */
export type CardContent = {
	readonly title: string;
	readonly right?: string | undefined;
	readonly lines: readonly Line[];
	/** The panel with more about the subject of this card. A click on the card opens that panel. */
	readonly panel?: PanelId;
	/**
	Blanks at either side of the content, 1 by default. Lists have 0, because their selection mark already takes a cell.
	*/
	readonly padding?: 0 | 1;
};

/** Returns the content of a card for exactly the given rectangle. */
export type Card = (room: Rect) => CardContent;

/** A card drawn with its frame. */
export function drawCard(card: Card, {width, height}: Rect, glyphs: Glyphs, padding: 0 | 1 = 1): Line[] {
	const room = {width: innerWidth(width, padding), height: innerHeight(width, height)};
	const content = card(room);
	return frame({...content, padding, width, height, glyphs});
}

/**
The height at which a framed card shows all its lines. Use it only for cards whose lines do not depend on the height.
*/
export const wholeHeight = (card: Card, width: number): number =>
	card({width: innerWidth(width, 1), height: Number.POSITIVE_INFINITY}).lines.length + 2;

/**
When there are several nodes, adds the node's port to the card's title. The header has the whole address. The port is
left out if the text at the right of the title would no longer fit.
*/
export const withNodeName =
	(card: Card, {address}: NodeRecord, state: Pick<MonitorState, 'nodes'>): Card =>
	room => {
		const content = card(room);
		const title = `${content.title} ${address.slice(Math.max(0, address.lastIndexOf(':')))}`;
		const right = content.right === undefined ? 0 : cellWidth(content.right) + 3;
		return state.nodes.size < 2 || cellWidth(title) + right > room.width - 2 ? content : {...content, title};
	};

/** A line in grey. Old figures are shown in grey, so that they don't look current. */
export const greyed = (spans: Line): Line => spans.map(each => ({...each, tone: 'dim' as const}));

/** A card of one node. Its lines are grey while the node's data is stale. */
export const aged =
	(card: Card, node: NodeRecord, nowMs: number): Card =>
	room => {
		const content = card(room);
		return isStale(node, nowMs) ? {...content, lines: content.lines.map(greyed)} : content;
	};

/** Splits `width` into two widths. The left one is `share` of `width`, from 0 to 1. */
export function sides(width: number, share: number): readonly [left: number, right: number] {
	const left = Math.round(width * share);
	return [left, width - left];
}

/** Spans that are values and labels in turn: `values('5.46G', ' of ', '6.00G')`. */
export function values(...parts: readonly string[]): Span[] {
	return parts.map((text, index) => span(text, index % 2 === 0 ? 'plain' : 'label'));
}

/** A line of one value with its own tone. */
export const toned = (text: string, tone: Tone): Line => [span(text, tone)];
