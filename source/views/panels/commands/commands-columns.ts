import {boundBelow, isUnbounded} from '../../../derive/latency-percentiles.js';
import {limitsOf} from '../../../domain/threshold.js';
import {latP99} from '../../../rules/latency.js';
import type {CommandRate, LatencyBounds, NodeRecord} from '../../../state/monitor-state.js';
import type {Column} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {sortRows} from '../../../text/list.js';
import {count, microseconds, percent, perSecond, signed} from '../../../text/units.js';
import {type Grade, grade, marked} from '../severity-cells.js';

export type CommandRow = {readonly rate: CommandRate; readonly bounds: LatencyBounds | undefined};

/**
A row for every command in INFO, with its rates over the last ten seconds or since the baseline. Percentiles need two
replies of LATENCY HISTOGRAM, because they are of the calls between these replies.
*/
export function commandRows({commands, commandWindow, latency, since}: NodeRecord): CommandRow[] {
	const rates = since === undefined ? (commandWindow?.shown?.rates ?? commands) : commands;
	return rates.map(rate => ({rate, bounds: latency?.value.bounds.get(rate.command)}));
}

/**
The rows, sorted by their share of the server's time, largest first. Rows with equal shares are ordered by their calls
since the server's start.
*/
export const commandsByTime = (node: NodeRecord): CommandRow[] =>
	sortRows(
		sortRows(commandRows(node), ({rate}) => rate.calls),
		({rate}) => rate.timeShare,
	);

/**
The upper bound of a bucket as text: `≤33.8 ms`. The last bucket has none, because the server counts all slower calls in
it. Its lower bound is shown: `>541 ms`.
*/
export function boundText(us: number | undefined, {isAscii}: Glyphs): string {
	if (us === undefined) {
		return '-';
	}

	return isUnbounded(us)
		? `>${microseconds(boundBelow(us), isAscii)}`
		: `${isAscii ? '<=' : '≤'}${microseconds(us, isAscii)}`;
}

/**
The grade of the p99 latency of a command's calls, by the limits of the rule `lat.p99`, which are in milliseconds.
*/
const p99Grade = ({bounds}: CommandRow): Grade =>
	grade(bounds?.p99 === undefined ? undefined : bounds.p99 / 1000, limitsOf(latP99));

/** A rate without `/s`, which the title of the column has. */
const rateText = (rate: number | undefined): string => perSecond(rate).replace('/s', '');

/** The mean time of a command's calls. */
export const meanText = ({rate}: CommandRow, {isAscii}: Glyphs): string => microseconds(rate.meanMicroseconds, isAscii);

/** The title of the column of calls: per second, or all calls since the baseline if `isChange`. */
export const callsTitle = (isChange: boolean): string => (isChange ? 'CALLS' : 'CALLS/S');
export const callsText = ({rate}: CommandRow, isChange: boolean): string =>
	isChange ? signed(rate.callsOfInterval, count) : rateText(rate.callsPerSecond);

/**
The columns of the list.

@param isChange True while a baseline is set. All figures are then counted since the baseline.
*/
export function commandColumns(glyphs: Glyphs, isChange = false): ReadonlyArray<Column<CommandRow>> {
	const bound = (
		id: string,
		title: string,
		priority: number,
		read: (bounds: LatencyBounds) => number | undefined,
	): Column<CommandRow> => ({
		id,
		title,
		align: 'right',
		minWidth: glyphs.isAscii ? 9 : 8,
		priority,
		text: ({bounds}) => boundText(bounds && read(bounds), glyphs),
	});
	return [
		{
			id: 'command',
			title: 'COMMAND',
			minWidth: 13,
			maxWidth: 32,
			isEssential: true,
			priority: 1,
			text: ({rate}) => rate.command,
		},
		{
			id: 'calls',
			title: callsTitle(isChange),
			align: 'right',
			minWidth: 8,
			priority: 1,
			text: row => callsText(row, isChange),
		},
		{
			id: 'mean',
			title: 'MEAN',
			align: 'right',
			minWidth: 7,
			priority: 2,
			text: row => meanText(row, glyphs),
		},
		bound('p50', 'P50', 6, ({p50}) => p50),
		{
			...bound('p99', 'P99', 2, ({p99}) => p99),
			minWidth: glyphs.isAscii ? 10 : 9,
			text: row => marked(boundText(row.bounds?.p99, glyphs), p99Grade(row), ''),
			tone: p99Grade,
		},
		bound('p999', 'P99.9', 5, ({p999}) => p999),
		bound('max', 'SLOWEST', 9, ({max}) => max),
		{
			id: 'share',
			title: 'TIME',
			align: 'right',
			minWidth: 5,
			priority: 3,
			text: ({rate}) => percent(rate.timeShare),
		},
		{
			id: 'failures',
			title: isChange ? 'FAILED' : 'FAIL/S',
			align: 'right',
			minWidth: 6,
			priority: 4,
			text: ({rate}) => (isChange ? signed(rate.failuresOfInterval, count) : rateText(rate.failuresPerSecond)),
		},
		{id: 'total', title: 'TOTAL', align: 'right', minWidth: 5, priority: 8, text: ({rate}) => count(rate.calls)},
	];
}
