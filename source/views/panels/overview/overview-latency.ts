import type {CommandRate} from '../../../derive/command-rates.js';
import {recentEntries, recentMs} from '../../../derive/recent-log.js';
import type {SlowlogEntry} from '../../../domain/slowlog.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {partsThatFit} from '../../../text/fit.js';
import {pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, span} from '../../../text/line.js';
import {readingsPerCell, sparkline} from '../../../text/sparkline.js';
import {
	bytesPerSecond,
	count,
	microseconds,
	milliseconds,
	percent,
	perSecond,
	signed,
	wholeSeconds,
} from '../../../text/units.js';
import {slowestOf} from '../../figures.js';
import {type Card, values} from '../card.js';
import {serverMsOf} from '../changes.js';
import {boundText, commandsByTime} from '../commands/commands-columns.js';
import {isMostlyUntold, mainThreadText} from '../commands/main-thread-bar.js';

/**
The smallest reading that at least `share` of the readings do not exceed: the p99 for 0.99. Undefined readings are
ignored. The result is undefined if there are no readings.
*/
export function quantile(readings: ReadonlyArray<number | undefined>, share: number): number | undefined {
	const known = readings.filter(value => value !== undefined).sort((a, b) => a - b);
	return known[Math.max(0, Math.ceil(known.length * share) - 1)];
}

/** Width of the labels and the blanks after them, in cells. */
const labelWidth = 11;

/**
The card of latency. It shows round trips of PING, the slow log, and the command whose calls have the longest p99. Below
are the parts of the main thread's second (or else the busiest command) and redis-top's own load. `host busy` replaces a
round trip that redis-top's event-loop lag made slow.
*/
export function latencyCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const slowest = slowestOf(node);
		const busiest = busiestCommand(node);
		const slow = slowestEntry(node);
		const {lastMs, series, isLocalLag} = node.ping;
		const readings = series.latest(
			node.since === undefined ? series.length : Math.min(series.length, series.taken - node.since.pings),
		);
		const room = width - labelWidth;
		const worstLine = slowest === undefined ? [span('-')] : partsThatFit([slowestPart(slowest, glyphs)], room);
		const trip = partsThatFit(
			[
				values((isLocalLag ? 'host busy' : milliseconds(lastMs)).padEnd(isLocalLag ? 10 : 8)),
				values('', 'p99 ', milliseconds(quantile(readings, 0.99)).padEnd(isLocalLag ? 0 : 8)),
				values('', ' max ', milliseconds(quantile(readings, 1))),
			],
			room,
		);
		const rows: ReadonlyArray<readonly [string, Line | string]> = [
			['ping', trip],
			['slow log', partsThatFit(slowParts(node, slow, glyphs), room)],
			['slowest', worstLine],
			node.mainThread === undefined || isMostlyUntold(node.mainThread)
				? [
						'busiest',
						busiest === undefined
							? '-'
							: partsThatFit(
									[values(busiest.command, ' takes ', percent(busiest.timeShare)), values('', ' of command time')],
									room,
								),
					]
				: ['thread', mainThreadText(node.mainThread, room)],
			[
				'redis-top',
				partsThatFit(
					[
						values(perSecond(node.cost?.commands), ' commands'),
						values('', '  ', bytesPerSecond(sum(node.cost?.bytesIn, node.cost?.bytesOut))),
					],
					room,
				),
			],
		];
		const hasTrace = height > rows.length;
		const lines = pairs(rows, width, glyphs.ellipsis);
		const trace: Line = [span(sparkline(series.groups(width, readingsPerCell(width)), width, glyphs), 'accent')];
		return {
			title: 'Latency',
			lines: hasTrace ? [...lines.slice(0, 1), trace, ...lines.slice(1)] : lines,
		};
	};
}

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
	a === undefined || b === undefined ? undefined : a + b;

/** The slowest command with the same figure as in the line of the five figures, in the units of panel 5. */
function slowestPart({command, bound, kind}: NonNullable<ReturnType<typeof slowestOf>>, glyphs: Glyphs): Line {
	const atLeast = kind === 'least' ? (glyphs.isAscii ? '>=' : '≥') : '';
	const isBucket = kind === 'p99' || kind === 'max';
	return values(
		'',
		`${command}, p99 `,
		isBucket ? boundText(bound, glyphs) : atLeast + microseconds(bound, glyphs.isAscii),
	);
}

/** The command with the largest share of the server's time: the first command in the order of panel 5. */
function busiestCommand(node: NodeRecord): CommandRate | undefined {
	const rate = commandsByTime(node)[0]?.rate;
	return (rate?.timeShare ?? 0) > 0 ? rate : undefined;
}

/**
The slowest entry of the slow log: of all kept entries, or of those since the baseline. Undefined without entries.
*/
const slowestEntry = ({slowlog, since}: NodeRecord): SlowlogEntry | undefined =>
	slowlog?.value.entries
		.filter(({atMs}) => since === undefined || atMs >= serverMsOf(since))
		.reduce<SlowlogEntry | undefined>(
			(slowest, entry) => (entry.durationMicroseconds > (slowest?.durationMicroseconds ?? -1) ? entry : slowest),
			undefined,
		);

/** Parts of the slow log's line: the number of new entries, the slowest entry, and the command of the slowest entry. */
function slowParts(
	{slowlog, since}: NodeRecord,
	slowest: SlowlogEntry | undefined,
	{isAscii}: Glyphs,
): readonly Line[] {
	if (slowlog === undefined) {
		return [[span('-')]];
	}

	const {entries} = slowlog.value;
	const recent = recentEntries(slowlog.value);
	const newOnes =
		since === undefined
			? `${count(recent.count)}${recent.overMs < recentMs ? ` in ${wholeSeconds(recent.overMs)}` : '/min'}`
			: signed(entries.filter(({atMs}) => atMs >= serverMsOf(since)).length, count);
	return slowest === undefined
		? [values(newOnes)]
		: [
				values(newOnes),
				values('', ' worst ', microseconds(slowest.durationMicroseconds, isAscii)),
				values(` ${(slowest.arguments[0] ?? '-').toLowerCase()}`),
			];
}
