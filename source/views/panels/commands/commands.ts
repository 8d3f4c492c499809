import {errorCounting, errorStats} from '../../../parse/info-fields.js';
import type {CommandRate, LatencyBounds, NodeRecord} from '../../../state/monitor-state.js';
import {lineWidth} from '../../../text/fit.js';
import {beside} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {blankLine, type Line, type Span, span} from '../../../text/line.js';
import {filterRows, sortRows} from '../../../text/list.js';
import {count, grouped, microseconds, percent, perSecond, seconds, shortAge, signed} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox, titleParts} from '../../panel-box.js';
import {metricText} from '../changes.js';
import {chartRow} from '../chart-row.js';
import {boundText, type CommandRow, commandColumns, commandRows, commandsByTime} from './commands-columns.js';
import {latencyHistogram} from './latency-histogram.js';
import {mainThreadBar} from './main-thread-bar.js';
import {slowestLine} from './slowest-line.js';

/** Panel 5: the commands that use the server's time, and how long each takes. */
export const commandsPanel: Panel = {
	id: 'commands',
	interests: ['histograms', 'main-thread'],
	commands: ['INFO', 'LATENCY HISTOGRAM'],
	sortKeys: [
		{id: 'share', title: 'time share'},
		{id: 'calls', title: 'calls/s'},
		{id: 'p99', title: 'p99'},
		{id: 'mean', title: 'mean'},
		{id: 'command', title: 'name'},
	],
	rowKeys: input => shownRows(input).map(({rate}) => rate.command),
	draw: (input, rect) =>
		panelBox(commandsPanel, input, rect, (node, room) => {
			const facts = room.height < 6 ? [] : factLines(node, input.nowMs, room, input.glyphs);
			const listWidth = room.width >= widthForHistogram ? Math.min(listWidest, room.width) : room.width;
			const list = listBody(
				{
					columns: commandColumns(input.glyphs, node.since !== undefined),
					rows: shownRows(input),
					keyOf: ({rate}) => rate.command,
					sort: {id: input.table.sort ?? 'share', isInverted: input.table.isInverted},
					table: input.table,
					whenEmpty: whenEmpty(node),
					glyphs: input.glyphs,
				},
				{width: listWidth, height: room.height - facts.length},
			);
			const height = room.height - facts.length;
			const charts = chartRow(loadCharts(node), node, input, {
				width: room.width,
				height: Math.min(height - list.lines.length - 1, Math.floor(height / 2)),
			});
			const body = withHistogram(list.lines, node, input, {
				width: room.width,
				height: height - charts.length,
				listWidth,
			});
			return {
				title: titleParts(intervalTitle(node, input, room), filterTitle(input.table)),
				right: list.range,
				lines: [
					...facts,
					...body,
					...Array.from({length: charts.length === 0 ? 0 : height - charts.length - body.length}, (): Line => []),
					...charts,
				],
			};
		}),
	clientOf: (_input, rowKey) => ({command: rowKey}),
	rowTitle: 'Command',
	details: (input, rowKey) => {
		const row = input.node && commandRows(input.node).find(({rate}) => rate.command === rowKey);
		return row && commandDetails(row, input);
	},
};

/** Charts of the load, for the lines that the list leaves free on a large screen. */
const loadCharts = ({series}: NodeRecord) => [
	{title: 'commands a second', series: series.get('operations'), format: count},
	{title: 'processor time, share of a core', series: series.get('cpuSeconds'), format: percent},
	{title: 'error replies a second', series: series.get('errorReplies'), format: count},
];

/** Width of the panel from which the histogram stands beside the list of commands, in cells. */
const widthForHistogram = 160;
/** Largest width of the list of commands beside a histogram, in cells. */
const listWidest = 106;

/**
The list with the histogram of the selected command. On a wide screen the histogram stands beside the list, else below
it if lines are free.
*/
function withHistogram(
	list: readonly Line[],
	node: NodeRecord,
	input: PanelInput,
	{width, height, listWidth}: Rect & {readonly listWidth: number},
): readonly Line[] {
	const rows = shownRows(input);
	const selected = rows.find(({rate}) => rate.command === input.table.selectedKey) ?? rows[0];
	if (selected === undefined) {
		return list;
	}

	const {command} = selected.rate;
	if (listWidth < width) {
		const right = latencyHistogram(command, node, input, {width: width - listWidth - 2, height});
		return beside(
			[
				{lines: list, width: listWidth + 2},
				{lines: right, width: width - listWidth - 2},
			],
			height,
		);
	}

	const below = latencyHistogram(command, node, input, {width, height: height - list.length - 1});
	return below.length === 0 ? list : [...list, blankLine, ...below];
}

const sortValues: Readonly<Record<string, (row: CommandRow) => number | string | undefined>> = {
	share: ({rate}) => rate.timeShare,
	calls: ({rate}) => rate.callsPerSecond,
	p99: ({bounds}) => bounds?.p99,
	mean: ({rate}) => rate.meanMicroseconds,
	command: ({rate}) => rate.command,
};

/**
The commands in the order of the shown figures. Commands with equal values are ordered by time share, then by calls
since the server's start.
*/
function shownRows({node, table}: PanelInput): readonly CommandRow[] {
	const {sort, isInverted, filter} = table;
	const byShare = node === undefined ? [] : commandsByTime(node);
	const sortValue = sort === undefined ? undefined : sortValues[sort];
	const sorted =
		sortValue === undefined ? (isInverted ? byShare.toReversed() : byShare) : sortRows(byShare, sortValue, isInverted);
	return filterRows(sorted, filter, ({rate}) => rate.command);
}

function whenEmpty(node: NodeRecord): string {
	return node.sample?.info.sections.has('commandstats')
		? 'No command was called yet.'
		: 'Waiting for INFO commandstats, which is read of the node in focus alone.';
}

/**
The window of the list's figures and its age. Rates and percentiles have one window, unless no two readings of LATENCY
HISTOGRAM came with the rates.
*/
function intervalTitle({latency, commandWindow, since}: NodeRecord, {nowMs}: PanelInput, {width}: Rect): string {
	if (width < 60) {
		return '';
	}

	const shown = since === undefined ? commandWindow?.shown : undefined;
	const window = (overMs: number, atMs: number) =>
		`over ${overMs < 1000 ? shortAge(overMs) : seconds(overMs / 1000)}, ${seconds(Math.max(0, nowMs - atMs) / 1000)} old`;
	const overMs = latency && [...latency.value.bounds.values()][0]?.overMs;
	return [
		...(shown === undefined ? [] : [window(shown.overMs, shown.atMs)]),
		...(latency === undefined || overMs === undefined || shown?.isOfHistograms === true
			? []
			: [`percentiles ${window(overMs, latency.atMs)}`]),
	].join(', ');
}

/**
The totals of all commands over the window of the list, and the error replies since the server's start, counted by the
first word of the reply. Above them is the main thread's second, and the slowest command of the last minute.
*/
function factLines(node: NodeRecord, nowMs: number, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const {mainThread} = node;
	const commands = node.since === undefined ? (node.commandWindow?.shown?.rates ?? node.commands) : node.commands;
	const bar = mainThread === undefined || height < 9 ? [] : mainThreadBar(mainThread, width, glyphs);
	const errors = node.sample === undefined ? [] : [...errorStats(node.sample.info)];
	const isIncomplete = node.sample !== undefined && errorCounting(node.sample.info) !== 'all';
	const known = [
		...errors.sort((a, b) => b[1] - a[1]).map(([name, total]) => `${name} ${count(total)}`),
		...(isIncomplete ? ['other kinds no longer counted'] : []),
	];
	const totals: Span[] = [
		span(' calls ', 'label'),
		span(ofAll(node, commands, 'callsPerSecond', 'callsOfInterval').padEnd(8)),
		span(width < 60 ? ' busy ' : ' time in commands ', 'label'),
		span(percent(busyShare(commands)).padEnd(6)),
		span(' failures ', 'label'),
		span(ofAll(node, commands, 'failuresPerSecond', 'failuresOfInterval').padEnd(8)),
		...pipeliningFact(node),
	];
	const replies: Span[] = [
		span(' error replies ', 'label'),
		span(metricText(node, 'errorReplies').padEnd(8)),
		span(known.length === 0 ? '' : ' since the start ', 'label'),
	];
	const slow = height < 9 ? [] : slowestLine(node, nowMs, width, glyphs);
	return [...bar, ...slow, totals, [...replies, span(wholeParts(known, width - lineWidth(replies)))]];
}

/**
The mean number of commands that the server receives in one read from a client; 1 means no pipelining. Empty before
Redis 8.8, because older servers do not report it.
*/
const pipeliningFact = ({newerRates}: NodeRecord): Span[] =>
	newerRates?.commandsPerRead === undefined
		? []
		: [span(' commands a read ', 'label'), span(newerRates.commandsPerRead.toFixed(1))];

/**
The text of as many whole parts as fit. A part is never cut, because a cut number would look like another number.
*/
function wholeParts(parts: readonly string[], width: number): string {
	let shown = parts[0] ?? '';
	for (const part of parts.slice(1)) {
		if (shown.length + 2 + part.length > width) {
			break;
		}

		shown += `  ${part}`;
	}

	return shown;
}

type NumberIn = 'callsPerSecond' | 'callsOfInterval' | 'failuresPerSecond' | 'failuresOfInterval';

/** The sum of one value over all commands as text: per second, or since the baseline while one is set. */
const ofAll = ({since}: NodeRecord, commands: readonly CommandRate[], rate: NumberIn, change: NumberIn): string =>
	since === undefined
		? perSecond(sumOf(commands, command => command[rate]))
		: signed(
				sumOf(commands, command => command[change]),
				count,
			);

/** The sum of a value of all commands; undefined when no command has that value. */
function sumOf(commands: readonly CommandRate[], value: (rate: CommandRate) => number | undefined): number | undefined {
	const known = commands.map(value).filter(part => part !== undefined);
	return known.length === 0 ? undefined : known.reduce((sum, part) => sum + part, 0);
}

/**
Time spent in commands, in seconds per second: 1 is a fully busy command thread. Undefined when no command has a time.
*/
function busyShare(commands: readonly CommandRate[]): number | undefined {
	const microsecondsPerSecond = sumOf(commands, ({callsPerSecond, meanMicroseconds}) =>
		callsPerSecond === undefined ? undefined : callsPerSecond * (meanMicroseconds ?? 0),
	);
	return microsecondsPerSecond === undefined ? undefined : microsecondsPerSecond / 1_000_000;
}

function commandDetails(
	{rate, bounds}: CommandRow,
	{node, glyphs}: PanelInput,
): ReadonlyArray<readonly [string, string]> {
	const histogram = node?.latency?.value.histograms.get(rate.command);
	const overMs = node?.commandWindow?.shown?.overMs;
	const recent = overMs === undefined ? 'last interval' : `last ${seconds(overMs / 1000)}`;
	const interval = node?.since === undefined ? recent : 'since the baseline';
	const last = histogram?.buckets.at(-1)?.boundMicroseconds;
	return [
		['command', rate.command],
		['calls per second', perSecond(rate.callsPerSecond)],
		['calls since the start', grouped(rate.calls)],
		...(node?.since === undefined
			? []
			: [['calls since the baseline', signed(rate.callsOfInterval, grouped)] as const]),
		[`mean, ${interval}`, microseconds(rate.meanMicroseconds, glyphs.isAscii)],
		['share of command time', percent(rate.timeShare)],
		['failures per second', perSecond(rate.failuresPerSecond)],
		...boundDetails(bounds, interval, glyphs),
		['slowest since the start', boundText(last, glyphs)],
	];
}

function boundDetails(
	bounds: LatencyBounds | undefined,
	interval: string,
	glyphs: Glyphs,
): ReadonlyArray<readonly [string, string]> {
	const over = bounds === undefined ? '' : ` of ${grouped(bounds.calls)} calls in ${seconds(bounds.overMs / 1000)}`;
	return [
		['p50', `${boundText(bounds?.p50, glyphs)}${over}`],
		['p99', boundText(bounds?.p99, glyphs)],
		['p99.9', boundText(bounds?.p999, glyphs)],
		[`slowest, ${interval}`, boundText(bounds?.max, glyphs)],
	];
}
