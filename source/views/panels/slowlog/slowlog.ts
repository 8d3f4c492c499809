import type {Baseline, NodeRecord, SlowlogHistory} from '../../../state/monitor-state.js';
import type {TableView} from '../../../state/view-state.js';
import {beside} from '../../../text/frame.js';
import {type Line, line, span} from '../../../text/line.js';
import {filterRows, heldRows, sortRows} from '../../../text/list.js';
import {
	ageSince,
	bytes,
	bytesExact,
	grouped,
	microseconds,
	milliseconds,
	percent,
	perSecond,
	signed,
	utcClock,
	utcDateTime,
} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect, SortKey} from '../../panel.js';
import {panelBox, titleParts} from '../../panel-box.js';
import {fieldText, serverMsOf} from '../changes.js';
import {allRecentText, recentText} from './recent-text.js';
import {shapeColumns, slowlogColumns} from './slowlog-columns.js';
import {coverageFact, mergedRows, readLogs} from './slowlog-merged.js';
import {
	bytesOf,
	durationOf,
	entriesOf,
	hasSizes,
	isMerged,
	isSlow,
	keyOf,
	logOf,
	type SlowRow,
} from './slowlog-rows.js';
import {slowShapes} from './slowlog-shapes.js';

const sortKeys: readonly SortKey[] = [
	{id: 'time', title: 'time'},
	{id: 'duration', title: 'duration'},
];

/**
Panel 6: the slow log. redis-top keeps entries even after SLOWLOG RESET. For Valkey ≥ 8.1 the panel includes large
requests and replies.
*/
export const slowlogPanel: Panel = {
	id: 'slowlog',
	interests: ['slowlog', 'all-slowlogs'],
	commands: ['SLOWLOG GET', 'COMMANDLOG GET'],
	sortKeys,
	// The shapes keep their order for some seconds. The entries are not held, so that new entries stand at their place.
	isOrderHeld: () => true,
	heldKeys: input => slowShapes(rowsOf(input).filter(isSlow)).map(({shape}) => shape),
	rowKeys: input => shownEntries(input).map(keyOf),
	draw: (input, rect) =>
		panelBox(slowlogPanel, input, rect, (node, room) => {
			const facts = room.height >= 5 ? factsOf(node, input) : [];
			const body = slowlogBody(node, input, {width: room.width, height: room.height - facts.length});
			return {
				title: titleParts(whoseTitle(input), `sort ${sortTitle(input.table)}`, filterTitle(input.table)),
				right: body.range,
				lines: [...facts, ...body.lines],
			};
		}),
	clientOf(input, rowKey) {
		const row = rowsOf(input).find(each => keyOf(each) === rowKey);
		return row && {node: row.node, address: row.clientAddress, name: row.clientName};
	},
	rowTitle: 'Slow log entry',
	details: (input, rowKey) => {
		const row = shownEntries(input).find(each => keyOf(each) === rowKey);
		return row && entryDetails(row, input.glyphs.isAscii);
	},
};

/** The entries of the node in focus. While the logs are merged: the entries of every node whose log was read. */
function rowsOf(input: PanelInput): readonly SlowRow[] {
	return isMerged(input) ? mergedRows(input.state.nodes) : input.node === undefined ? [] : entriesOf(input.node);
}

function whoseTitle(input: PanelInput): string | undefined {
	const key = input.keyboard.shown('group');
	const {read, all} = readLogs(input.state.nodes);
	return isMerged(input)
		? `of ${grouped(read)} of ${grouped(all)} nodes`
		: read > 1 && key !== ''
			? `${key} all nodes`
			: undefined;
}

function shownEntries(input: PanelInput): readonly SlowRow[] {
	const {sort, isInverted, filter} = input.table;
	const entries = rowsOf(input);
	const value = sort === 'duration' ? durationOf : ({atMs, id}: SlowRow) => atMs + (id % 1000) / 1000;
	return filterRows(sortRows(entries, value, isInverted), filter, entry =>
		[...entry.arguments, entry.node, entry.clientAddress, entry.clientName, `#${entry.id}`, logOf(entry)].join(' '),
	);
}

const sortTitle = ({sort, isInverted}: TableView): string =>
	`${sortKeys.find(({id}) => id === sort)?.title ?? 'time'}${isInverted ? ', inverted' : ''}`;

function factsOf(node: NodeRecord, input: PanelInput): Line[] {
	const {isAscii} = input.glyphs;
	return [
		ringFact(node, isAscii),
		...((node.largeRequests ?? node.largeReplies) === undefined || isMerged(input) ? [] : [sizeFact(node)]),
		isMerged(input) ? coverageFact(input.state.nodes, input.nowMs) : rateFact(node, input.nowMs),
		...(isMerged(input) ? [] : countedFact(node)),
	];
}

/** The thresholds for large requests and replies, and the number of new entries in the last minute. */
function sizeFact({config, largeRequests, largeReplies}: NodeRecord): Line {
	const limit = (name: string) => {
		const size = numberIn(config?.value.get(`commandlog-${name}-larger-than`));
		return size !== undefined && size < 0 ? 'off' : `from ${bytes(size)}`;
	};
	return [
		span(' large     ', 'label'),
		span(`requests ${limit('request')}, replies ${limit('reply')}`),
		span('  new ', 'label'),
		span(allRecentText([largeRequests, largeReplies])),
	];
}

/** The threshold and the length of the slow log as set on the server; `-` without CONFIG GET. */
function ringFact({config}: NodeRecord, isAscii: boolean): Line {
	const threshold = numberIn(config?.value.get('slowlog-log-slower-than'));
	const length = numberIn(config?.value.get('slowlog-max-len'));
	const label = span(' threshold ', 'label');
	const kept = [span('  keeps ', 'label'), span(grouped(length))];
	if (threshold !== undefined && threshold < 0) {
		return [label, span(`! off (slowlog-log-slower-than ${threshold}): nothing is logged`, 'warning'), ...kept];
	}

	if (length === 0) {
		return [label, span(microseconds(threshold, isAscii)), ...kept, span('  ! nothing is kept', 'warning')];
	}

	return [label, span(threshold === 0 ? 'none: every command is logged' : microseconds(threshold, isAscii)), ...kept];
}

/** Age of a slow log from which its count of the last minute is no longer of the last minute, in milliseconds. */
const oldMs = 60_000;

function rateFact({slowlog, since}: NodeRecord, nowMs: number): Line {
	const lost = slowlog?.value.lost ?? 0;
	const isOld = slowlog !== undefined && nowMs - slowlog.atMs >= oldMs;
	return [
		span(' new       ', 'label'),
		span(slowlog === undefined || (isOld && since === undefined) ? '-' : newText(slowlog.value, since)),
		span('  lost ', 'label'),
		lost > 0 ? span(`! ${grouped(lost)} dropped unread`, 'warning') : span(slowlog === undefined ? '-' : '0'),
		...(isOld
			? [span(`  ! not read since ${utcClock(slowlog.atMs)}`, 'warning')]
			: [span('  read ', 'label'), span(slowlog === undefined ? '-' : `${ageSince(slowlog.atMs, nowMs)} ago`)]),
	];
}

/**
Figures of all commands above the threshold, including those that the slow log no longer holds. Empty if the server does
not count them.
*/
function countedFact(node: NodeRecord): Line[] {
	const {sample, newerRates} = node;
	return sample?.info.number('stats', 'slowlog_commands_count') === undefined
		? []
		: [
				[
					span(' slow      ', 'label'),
					span(`${perSecond(newerRates?.slowCommands)}, ${percent(newerRates?.slowShare)} of the time`),
					span('  in all ', 'label'),
					span(fieldText(node, 'stats', 'slowlog_commands_count', grouped)),
					span('  longest ', 'label'),
					span(milliseconds(sample.info.number('stats', 'slowlog_commands_time_ms_max'))),
				],
			];
}

/** The number of new entries in the last minute, or since the baseline. */
const newText = (log: SlowlogHistory, since: Baseline | undefined): string =>
	since === undefined
		? recentText(log)
		: `${signed(log.entries.filter(({atMs}) => atMs >= serverMsOf(since)).length, grouped)} since the baseline`;

function slowlogBody(
	node: NodeRecord,
	input: PanelInput,
	rect: Rect,
): {readonly lines: readonly Line[]; readonly range: string | undefined} {
	const {table, nowMs, glyphs} = input;
	const entries = rowsOf(input);
	const hasShapes = rect.width >= 118 && entries.length > 0;
	const shapesWidth = hasShapes ? Math.min(64, Math.floor(rect.width * 0.34)) : 0;
	const list = listBody(
		{
			columns: slowlogColumns(nowMs, glyphs.isAscii, {isMerged: isMerged(input), hasSizes: hasSizes(input)}),
			rows: shownEntries(input),
			keyOf,
			nodeOf: row => row.node,
			sort: {id: table.sort === 'duration' ? 'duration' : 'time', isInverted: table.isInverted},
			table,
			whenEmpty: emptyWords(node),
			glyphs,
		},
		{width: rect.width - shapesWidth - (hasShapes ? 3 : 0), height: rect.height},
	);
	if (!hasShapes) {
		return list;
	}

	const shapes = listBody(
		{
			columns: shapeColumns(glyphs.isAscii),
			rows: heldRows(slowShapes(entries.filter(isSlow)), ({shape}) => shape, input.positions),
			keyOf: ({shape}) => shape,
			sort: {id: 'total', isInverted: false},
			table: undefined,
			whenEmpty: '',
			glyphs,
		},
		{width: shapesWidth, height: rect.height},
	);
	const separator = Array.from({length: rect.height}, () => line(` ${glyphs.vertical}`, 'border'));
	const blocks = [
		{lines: list.lines, width: rect.width - shapesWidth - 3},
		{lines: separator, width: 3},
		{lines: shapes.lines, width: shapesWidth},
	];
	return {lines: beside(blocks, rect.height), range: list.range};
}

function emptyWords({slowlog, blind}: NodeRecord): string {
	if (blind.some(({command}) => command === 'SLOWLOG GET')) {
		return 'The slow log can not be read: see above.';
	}

	return slowlog === undefined ? 'The slow log has not been read yet.' : 'Nothing took longer than the threshold.';
}

function amounts(entry: SlowRow, isAscii: boolean): Array<readonly [string, string]> {
	const [duration, size] = [durationOf(entry), bytesOf(entry)];
	return [
		...(duration === undefined
			? []
			: [['took', `${microseconds(duration, isAscii)} (${grouped(duration)} microseconds)`] as const]),
		...(size === undefined
			? []
			: [[logOf(entry).replace('-', ' '), `${bytes(size)} (${bytesExact(size)} bytes)`] as const]),
	];
}

function entryDetails(entry: SlowRow, isAscii: boolean): Array<readonly [string, string]> {
	const [command, ...rest] = entry.arguments;
	return [
		...(entry.node === undefined ? [] : [['node', entry.node] as const]),
		['id', String(entry.id)],
		['when (UTC)', utcDateTime(entry.atMs)],
		...amounts(entry, isAscii),
		['client', entry.clientAddress || '-'],
		['client name', entry.clientName || '-'],
		['command', command ?? '-'],
		...(entry.argumentCount === undefined ? [] : [['arguments in all', grouped(entry.argumentCount)] as const]),
		...rest.map((argument, index): readonly [string, string] => [`argument ${index + 1}`, argument]),
	];
}

function numberIn(text: string | undefined): number | undefined {
	const value = Number(text);
	return text === undefined || text === '' || !Number.isFinite(value) ? undefined : value;
}
