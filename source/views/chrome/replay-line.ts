import type {Keyboard} from '../../keys/keyboard.js';
import type {FindingSpan} from '../../record/finding-spans.js';
import type {ReplayView} from '../../state/view-state.js';
import {cutLine, lineWidth} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, type Span, span, type Tone} from '../../text/line.js';
import {utcClock} from '../../text/units.js';

export type ReplayLineInput = {
	readonly replay: ReplayView;
	/** The moment that the screen shows, in milliseconds since the epoch. */
	readonly nowMs: number;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
};

/** Least width of the bar, in cells. If there is less room, the bar is left out. */
const leastBar = 10;

/** The keyboard keys that are named beside the bar, each with its word. The most needed keys come first. */
const keyWords: ReadonlyArray<readonly [ids: readonly string[], word: string]> = [
	[['play'], 'play/hold'],
	[['previous-change', 'next-change'], 'finding'],
	[['ask-time'], 'time'],
	[['sample-back', 'sample-forward'], 'sample'],
	[['minute-back', 'minute-forward'], 'minute'],
	[['play-slower', 'play-faster'], 'speed'],
	[['ten-minutes-back', 'ten-minutes-forward'], '10 min'],
];

/**
The line of a replay above the last line of the screen: whether the replay plays, its speed, and a bar. The bar shows
the place of the shown moment in the recording, and the times with open findings. On a wide screen the line names
keyboard keys as well.
*/
export function replayLine(input: ReplayLineInput, width: number): Line {
	const {replay, nowMs, glyphs} = input;
	const start: Line = [
		span(` ${stateText(replay, nowMs).padEnd(13)} `, 'warning'),
		span(utcClock(replay.beganMs), 'dim'),
	];
	const end: Line = [span(`${utcClock(replay.endedMs)}Z`, 'dim')];
	const room = width - lineWidth(start) - lineWidth(end) - 2;
	const keys = keysWithin(input.keyboard, Math.floor(room / 2));
	const barWidth = room - lineWidth(keys);
	const bar = barWidth < leastBar ? [] : [span(' '), ...barSpans(replay, nowMs, barWidth, glyphs), span(' ')];
	return cutLine([...start, ...bar, ...end, ...keys], width, glyphs.ellipsis);
}

function stateText({isPlaying, speed, endedMs}: ReplayView, nowMs: number): string {
	const isAtEnd = nowMs >= endedMs;
	return `${isAtEnd ? 'AT THE END' : isPlaying ? 'PLAYING' : 'HELD'}${isAtEnd ? '' : ` ${speed}x`}`;
}

function keysWithin({shown}: Keyboard, width: number): Line {
	const all = keyWords
		.map(([ids, word]) => [ids.map(shown).filter(Boolean).join(' '), word] as const)
		.filter(([keys]) => keys !== '');
	for (let count = all.length; count > 0; count--) {
		const spans = all
			.slice(0, count)
			.flatMap(([keys, word]): Span[] => [span(`  ${keys}`, 'key'), span(` ${word}`, 'dim')]);
		if (lineWidth(spans) <= width) {
			return spans;
		}
	}

	return [];
}

/**
The characters of the bar: `none` without an open finding, one for each severity, and `here` for the shown moment.
*/
const marks = {
	unicode: {none: '─', warning: '▄', critical: '█', here: '┃'},
	ascii: {none: '-', warning: '=', critical: '#', here: '|'},
} as const;

/**
The bar of a replay. Each cell stands for an equal part of the recording, and has the mark of the worst finding that was
open in it.
*/
export function barSpans(
	{beganMs, endedMs, spans}: Pick<ReplayView, 'beganMs' | 'endedMs' | 'spans'>,
	nowMs: number,
	width: number,
	{isAscii}: Glyphs,
): Line {
	const glyph = isAscii ? marks.ascii : marks.unicode;
	const cellMs = Math.max(1, (endedMs - beganMs) / width);
	const cellOf = (atMs: number) => Math.min(width - 1, Math.max(0, Math.floor((atMs - beganMs) / cellMs)));
	const severities = Array.from({length: width}, (): FindingSpan['severity'] | undefined => undefined);
	for (const {fromMs, toMs, severity} of spans) {
		for (let cell = cellOf(fromMs); cell <= cellOf(toMs); cell++) {
			severities[cell] = severities[cell] === 'critical' ? 'critical' : severity;
		}
	}

	const here = cellOf(nowMs);
	const cells = severities.map((severity, cell): readonly [string, Tone] =>
		cell === here
			? [glyph.here, 'selected']
			: severity === undefined
				? [glyph.none, 'dim']
				: [glyph[severity], severity],
	);
	const joined: Array<{text: string; readonly tone: Tone}> = [];
	for (const [text, tone] of cells) {
		const last = joined.at(-1);
		if (last?.tone === tone) {
			last.text += text;
		} else {
			joined.push({text, tone});
		}
	}

	return joined.map(({text, tone}) => span(text, tone));
}
