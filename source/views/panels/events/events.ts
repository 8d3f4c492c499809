import {earlierGaps} from '../../../derive/earlier-events.js';
import type {EventSeverity, MonitorEvent} from '../../../domain/event.js';
import {message, messageText} from '../../../domain/message.js';
import type {MonitorState} from '../../../state/monitor-state.js';
import type {TableView} from '../../../state/view-state.js';
import type {Column} from '../../../text/columns.js';
import {type Line, span, type Tone} from '../../../text/line.js';
import {filterRows, sortRows} from '../../../text/list.js';
import {seconds, utcClock, utcDateTime} from '../../../text/units.js';
import {wrapWords} from '../../../text/wrap-words.js';
import {eventWords} from '../../event-words.js';
import {filterTitle, listBody} from '../../list-body.js';
import {nameColumn} from '../../node-names.js';
import type {Panel, PanelInput, Rect, SortKey} from '../../panel.js';
import {plainBox, titleParts} from '../../panel-box.js';

const sortKeys: readonly SortKey[] = [
	{id: 'time', title: 'time'},
	{id: 'severity', title: 'severity'},
	{id: 'node', title: 'node'},
];

type EventRow = {readonly key: string; readonly event: MonitorEvent};

/** Panel 0: the events of all nodes, newest first. It needs no node in focus. */
export const eventsPanel: Panel = {
	id: 'events',
	interests: [],
	commands: [],
	sortKeys,
	rowKeys: input => shownRows(input).map(({key}) => key),
	draw: (input, rect) =>
		plainBox(eventsPanel, input, rect, room => {
			const {state, table, nowMs, glyphs} = input;
			const rows = shownRows(input);
			const whole = wholeText(rows, input, room);
			const list = listBody(
				{
					columns: eventColumns(state, nowMs, room.width),
					rows,
					keyOf: ({key}) => key,
					nodeOf: ({event}) => event.node,
					sort: {id: sortOf(table).id, isInverted: table.isInverted},
					table,
					whenEmpty: `Nothing has happened in the ${seconds((nowMs - state.startedAtMs) / 1000)} since redis-top started.`,
					glyphs,
				},
				{width: room.width, height: room.height - whole.length},
			);
			const blank = whole.length === 0 ? 0 : room.height - whole.length - list.lines.length;
			return {
				title: titleParts(
					severityCounts(state.events),
					earlierTitle(input),
					`sort ${sortOf(table).title}`,
					filterTitle(table),
				),
				right: list.range,
				lines: [...list.lines, ...Array.from({length: Math.max(0, blank)}, (): Line => []), ...whole],
			};
		}),
	rowTitle: 'Event',
	details: (input, rowKey) => {
		const event = keyedEvents(listedEvents(input)).find(({key}) => key === rowKey)?.event;
		return event === undefined
			? undefined
			: [
					['when (UTC)', utcDateTime(event.atMs)],
					['ago', seconds((input.nowMs - event.atMs) / 1000)],
					['severity', event.severity],
					['node', event.node ?? 'redis-top'],
					['kind', event.kind],
					...(event.isEarlier === true
						? [
								[
									'known from',
									'the server or this machine: it was before redis-top, or the recording, started',
								] as const,
							]
						: []),
					['text', messageText(event.text)],
				];
	},
};

/**
Largest width of the panel, in cells, at which the whole text of the selected event stands below the list. A list of
this width cuts many texts.
*/
const narrowWidth = 110;
/** Least height of the panel, in lines, that leaves room for the whole text of the selected event. */
const fewestRowsForText = 14;
/** Number of lines that the text of the selected event gets below the list. A longer text is cut. */
const textRows = 3;

/**
The whole text of the selected event, below the list of a narrow screen. It always takes the same number of lines, so
that the list keeps its height.
*/
function wholeText(rows: readonly EventRow[], {state, table, glyphs}: PanelInput, {width, height}: Rect): Line[] {
	const selected = rows.find(({key}) => key === table.selectedKey) ?? rows[0];
	if (selected === undefined || width > narrowWidth || height < fewestRowsForText) {
		return [];
	}

	const {event} = selected;
	const name = event.node === undefined ? '' : `${event.node} `;
	const lines = wrapWords(`${name}${eventWords(event, state)}`, width - 2).slice(0, textRows);
	return [
		[span(` ${glyphs.horizontal.repeat(Math.max(0, width - 2))}`, 'border')],
		...Array.from({length: textRows}, (_, index): Line => [span(` ${lines[index] ?? ''}`)]),
	];
}

const severityRank: Readonly<Record<EventSeverity, number>> = {info: 0, warning: 1, critical: 2};
const severityGlyph: Readonly<Record<EventSeverity, string>> = {info: '', warning: '!', critical: '!!'};
const severityTone: Readonly<Record<EventSeverity, Tone>> = {info: 'plain', warning: 'warning', critical: 'critical'};

const dayMs = 86_400_000;

/** Least width of the screen for the column KIND, in cells. A narrower screen needs the room for the texts. */
const widthForKind = 150;

const kindColumn: Column<EventRow> = {
	id: 'kind',
	title: 'KIND',
	minWidth: 10,
	maxWidth: 18,
	priority: 3,
	text: ({event}) => event.kind,
	tone: () => 'dim',
};

/** The columns of the list. An event older than a day is shown with its date: `11-21 06:29`. */
const eventColumns = (state: MonitorState, nowMs: number, width: number): ReadonlyArray<Column<EventRow>> => [
	{
		id: 'time',
		title: 'TIME UTC',
		minWidth: 9,
		maxWidth: 13,
		priority: 1,
		text: ({event: {atMs}}) => (nowMs - atMs > dayMs ? utcDateTime(atMs).slice(5, 16) : utcClock(atMs)),
	},
	{
		id: 'severity',
		title: '!',
		minWidth: 2,
		priority: 1,
		text: ({event}) => severityGlyph[event.severity],
		tone: ({event}) => severityTone[event.severity],
	},
	nameColumn<EventRow>({
		nodes: state.nodes,
		width,
		text: ({event: {node}}, name) => (node === undefined ? 'redis-top' : name(node)),
	}),
	{
		id: 'text',
		title: 'WHAT HAPPENED',
		minWidth: 40,
		isFlexible: true,
		priority: 1,
		text: ({event}) => `${event.isEarlier === true ? 'earlier: ' : ''}${eventWords(event, state)}`,
		tone: ({event}) => (event.isEarlier === true ? 'dim' : severityTone[event.severity]),
	},
	...(width < widthForKind ? [] : [kindColumn]),
];

const sortOf = ({sort}: TableView): SortKey => sortKeys.find(({id}) => id === sort) ?? {id: 'time', title: 'time'};

/**
Rows with keys that stay the same when newer events come. Events of one moment with equal texts are numbered, the oldest
first.
*/
function keyedEvents(events: readonly MonitorEvent[]): EventRow[] {
	const seen = new Map<string, number>();
	return events
		.toReversed()
		.map(event => {
			const name = `${event.atMs} ${event.node ?? ''} ${event.kind} ${messageText(event.text)}`;
			const before = seen.get(name) ?? 0;
			seen.set(name, before + 1);
			return {key: before === 0 ? name : `${name} ${before}`, event};
		})
		.reverse();
}

function shownRows(input: PanelInput): readonly EventRow[] {
	const {table} = input;
	const rows = filterRows(keyedEvents(listedEvents(input)), table.filter, ({event}) =>
		[event.node, event.kind, event.severity, messageText(event.text)].join(' '),
	);
	switch (sortOf(table).id) {
		case 'severity':
			return sortRows(rows, ({event}) => severityRank[event.severity], table.isInverted);
		case 'node':
			return sortRows(rows, ({event}) => event.node, table.isInverted);
		default:
			return table.isInverted ? rows.toReversed() : rows;
	}
}

/**
The events of this run. With the grouping `earlier`, two parts follow: what is not known about the time before this run,
and the events from that time.
*/
function listedEvents({state, table: {groupBy}}: PanelInput): readonly MonitorEvent[] {
	return groupBy === 'earlier' ? [...state.events, ...gapEvents(state), ...(state.earlierEvents ?? [])] : state.events;
}

const gapEvents = ({nodes, startedAtMs}: MonitorState): MonitorEvent[] =>
	[...nodes.values()].flatMap(record =>
		earlierGaps(record).map(gap => ({
			atMs: startedAtMs,
			node: record.address,
			kind: 'not-known',
			severity: 'info',
			text: message`not known: ${gap}`,
			isEarlier: true,
		})),
	);

function earlierTitle({state: {earlierEvents = []}, table: {groupBy}, keyboard}: PanelInput): string | undefined {
	return groupBy === 'earlier'
		? `with ${earlierEvents.length} earlier`
		: earlierEvents.length === 0
			? undefined
			: `${keyboard.shown('earlier')} ${earlierEvents.length} earlier`;
}

/** The number of events by severity: `!! 2  ! 5`. Empty without critical events and warnings. */
function severityCounts(events: readonly MonitorEvent[]): string {
	const countOf = (severity: EventSeverity) => events.filter(event => event.severity === severity).length;
	return titleParts(
		...(['critical', 'warning'] as const).map(severity => {
			const number = countOf(severity);
			return number === 0 ? undefined : `${severityGlyph[severity]} ${number}`;
		}),
	);
}
