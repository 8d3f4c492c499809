import type {MainThreadPart, MainThreadPartId} from '../../../derive/main-thread.js';
import {cellWidth} from '../../../text/cell-width.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, type Span, span, type Tone} from '../../../text/line.js';
import {percent} from '../../../text/units.js';

/**
The characters that fill the cells of each part in the bar. Single commands use the characters of `commandFills` in
turn.
*/
const fills: Readonly<Record<Exclude<MainThreadPartId, 'command'>, readonly [unicode: string, ascii: string]>> = {
	commands: ['▓', 'c'],
	loop: ['▒', '='],
	cron: ['╋', '+'],
	aof: ['┃', 'a'],
	expiry: ['╍', 'x'],
	fork: ['╬', 'f'],
	waiting: ['!', '!'],
	idle: ['░', '.'],
	untold: ['?', '?'],
};

const commandFills: readonly (readonly [unicode: string, ascii: string])[] = [
	['█', '1'],
	['▇', '2'],
	['▆', '3'],
	['▅', '4'],
];

type Segment = MainThreadPart & {readonly fill: string; readonly tone: Tone};

const toneOf = ({id}: MainThreadPart): Tone =>
	id === 'waiting' ? 'warning' : id === 'idle' || id === 'untold' ? 'dim' : id === 'command' ? 'accent' : 'label';

function segmentsOf(parts: readonly MainThreadPart[], {isAscii}: Glyphs): Segment[] {
	let commands = 0;
	return parts.map(part => {
		// Time without work looks the same on every version.
		const id = part.id === 'untold' && part.field !== undefined ? 'idle' : part.id;
		const fill = id === 'command' ? commandFills[commands++ % commandFills.length] : fills[id];
		return {...part, fill: (isAscii ? fill?.[1] : fill?.[0]) ?? ' ', tone: toneOf(part)};
	});
}

/**
Converts shares, whose sum is 1, to whole cells, whose sum is `width`. The shares with the largest remainders get one
more cell.
*/
export function cellsOf(shares: readonly number[], width: number): readonly number[] {
	const exact = shares.map(share => share * width);
	const cells = exact.map(Math.floor);
	const order = exact
		.map((size, index) => ({index, remainder: size - Math.floor(size)}))
		.toSorted((one, other) => other.remainder - one.remainder);
	const left = width - cells.reduce((all, size) => all + size, 0);
	for (const {index} of order.slice(0, Math.max(0, left))) {
		cells[index] = (cells[index] ?? 0) + 1;
	}

	return cells;
}

/** Least share of the main thread's time from which the legend names a part, from 0 to 1. */
const leastInLegend = 0.005;

/** Names as many parts as fit, each with its fill character and its share. The text of a part is never cut. */
function legend(segments: readonly Segment[], width: number): Line {
	const spans: Span[] = [];
	let used = 0;
	for (const {fill, name, share, tone} of segments) {
		const text = ` ${name} ${percent(share)} `;
		const cells = cellWidth(text) + 1;
		if (share >= leastInLegend && used + cells <= width) {
			spans.push(span(fill, tone), span(text));
			used += cells;
		}
	}

	return spans;
}

/**
True if nothing is known of most of the main thread's time. The other parts then say too little for a bar.
*/
export const isMostlyUntold = (parts: readonly MainThreadPart[]): boolean =>
	parts.some(({id, share, field}) => id === 'untold' && field === undefined && share > 0.5);

/**
A bar of one second of the main thread, and a line that names its parts. Each part has its own fill character, so that
the bar is readable without colours. The bar is left out if nothing is known of most of the main thread's time.
*/
export function mainThreadBar(parts: readonly MainThreadPart[], width: number, glyphs: Glyphs): Line[] {
	const segments = segmentsOf(parts, glyphs);
	const title = ' main thread ';
	const room = Math.max(0, width - cellWidth(title) - 1);
	const cells = cellsOf(
		parts.map(({share}) => share),
		room,
	);
	if (isMostlyUntold(parts)) {
		return [[span(title, 'label'), ...legend(segments, room)]];
	}

	const bar = segments.map(({fill, tone}, index) => span(fill.repeat(cells[index] ?? 0), tone));
	return [
		[span(title, 'label'), ...bar],
		[span(' '), ...legend(segments, Math.max(0, width - 1))],
	];
}

/** The largest parts of the main thread's time in few words, work before idle time: `set 35% event loop 22% idle 40%`. */
export function mainThreadText(parts: readonly MainThreadPart[], width: number): string {
	let text = '';
	for (const {id, name, share} of parts) {
		const words = `${id === 'command' ? name.toUpperCase() : name} ${percent(share)}`;
		const longer = text === '' ? words : `${text} ${words}`;
		if (share >= 0.05 && cellWidth(longer) <= width) {
			text = longer;
		}
	}

	return text === '' ? '-' : text;
}
