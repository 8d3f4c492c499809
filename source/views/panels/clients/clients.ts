import {clientLimit} from '../../../derive/client-limit.js';
import type {ClientRow} from '../../../domain/client.js';
import {memoizeLast} from '../../../domain/memoize.js';
import {clientListPeriod} from '../../../poll/requests.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {TableView} from '../../../state/view-state.js';
import {beside} from '../../../text/frame.js';
import {type Line, type Span, span} from '../../../text/line.js';
import {filterRows, sortRows} from '../../../text/list.js';
import {ageSince, bytes, grouped, milliseconds, seconds} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox, titleParts} from '../../panel-box.js';
import {fieldText} from '../changes.js';
import {clientColumns, clientSortKeys, clientSortValue, clientText, groupColumns} from './clients-columns.js';
import {clientDetails, groupDetails} from './clients-details.js';
import {type ClientGroup, type ClientGrouping, clientGroupings, clientGroups, isGrouping} from './clients-groups.js';
import {outputLimits} from './output-limits.js';

/** Time that CLIENT LIST blocks the server for each client, in microseconds; measured as 13.9 ms for 10,000 clients. */
const listMicrosecondsPerClient = 1.39;

/** Panel 4: every connection; or the number of connections by name, address, user and library. */
export const clientsPanel: Panel = {
	id: 'clients',
	interests: ['clients'],
	commands: ['CLIENT LIST'],
	sortKeys: clientSortKeys,
	rowKeys: ({node, table}) => {
		const rows = node?.clients?.value ?? [];
		return isGrouping(table.groupBy)
			? shownGroups(rows, table.groupBy, table).map(({key}) => key)
			: shownClients(rows, table, node?.since).map(({id}) => String(id));
	},
	draw: (input, rect) =>
		panelBox(clientsPanel, input, rect, (node, room) => {
			const facts = factLines(node, input, room);
			const body = clientsBody(node, input, {width: room.width, height: room.height - facts.length});
			return {
				title: titleParts(countTitle(node), orderTitle(input.table), filterTitle(input.table)),
				right: body.range,
				lines: [...facts, ...body.lines],
			};
		}),
	rowTitle: 'Client',
	details: ({node, table}, rowKey) => {
		const rows = node?.clients?.value ?? [];
		if (isGrouping(table.groupBy)) {
			const group = clientGroups(rows, table.groupBy).find(({key}) => key === rowKey);
			return group && groupDetails(table.groupBy, group);
		}

		const client = rows.find(({id}) => String(id) === rowKey);
		return client && clientDetails(client);
	},
};

type ClientOrder = readonly [
	rows: readonly ClientRow[],
	isChange: boolean,
	clientsThen: readonly ClientRow[] | undefined,
	sort: string | undefined,
	isInverted: boolean,
	filter: string,
];

/**
The clients after filter and sort. Memoized, because a frame asks for the same 10,000 rows twice: for their keys and for
its lines.
*/
const orderedClients = memoizeLast(
	([rows, isChange, clientsThen, sort, isInverted, filter]: ClientOrder): readonly ClientRow[] => {
		const since = isChange ? {clients: clientsThen} : undefined;
		const byMemory = sortRows(rows, clientSortValue('memory', since));
		const sorted = sortRows(byMemory, clientSortValue(sort ?? 'output', since), isInverted);
		return filterRows(sorted, filter, clientText);
	},
);

const shownClients = (
	rows: readonly ClientRow[],
	{sort, isInverted, filter}: TableView,
	since: NodeRecord['since'],
): readonly ClientRow[] => orderedClients([rows, since !== undefined, since?.clients, sort, isInverted, filter]);

function shownGroups(
	rows: readonly ClientRow[],
	grouping: ClientGrouping,
	{filter}: TableView,
): readonly ClientGroup[] {
	return filterRows(clientGroups(rows, grouping), filter, ({key}) => key);
}

/** The number of clients for the title: `812 of 10000, 3 blocked`. */
function countTitle(node: NodeRecord): string {
	const field = (name: string) => fieldText(node, 'clients', name, grouped);
	return `${field('connected_clients')} of ${grouped(clientLimit(node))}, ${field('blocked_clients')} blocked`;
}

function orderTitle({sort, groupBy, isInverted}: TableView): string {
	const key = clientSortKeys.find(({id}) => id === (sort ?? 'output'));
	return isGrouping(groupBy)
		? `by ${groupBy}`
		: `sort ${key?.title ?? 'output buffer'}${isInverted ? ', inverted' : ''}`;
}

function factLines(node: NodeRecord, input: PanelInput, {height}: Rect): Line[] {
	const field = (name: string, format: (value: number | undefined) => string) =>
		span(fieldText(node, 'clients', name, format));
	const counts: Line = [
		span(' recent max in ', 'label'),
		field('client_recent_max_input_buffer', bytes),
		span('  out ', 'label'),
		field('client_recent_max_output_buffer', bytes),
		span('  pubsub ', 'label'),
		field('pubsub_clients', grouped),
		span('  watching ', 'label'),
		field('watching_clients', grouped),
		span('  tracking ', 'label'),
		field('tracking_clients', grouped),
	];
	const lines: Line[] = [listFact(node, input), counts];
	return height >= 8 ? lines : height >= 5 ? lines.slice(0, 1) : [];
}

/**
How old the client list is, and how often it is read. Above 2,000 clients it is read only at a key press, and the line
says how long that blocks the server.
*/
function listFact(node: NodeRecord, {nowMs, keyboard}: PanelInput): Line {
	const connected = node.sample?.info.number('clients', 'connected_clients') ?? node.clients?.value.length ?? 0;
	const periodMs = clientListPeriod(connected, true);
	if (node.clients === undefined && isListBlind(node)) {
		return [span(' no list', 'dim')];
	}

	const age: Span =
		node.clients === undefined
			? span(node.notKept?.includes('CLIENT LIST') ? ' list not kept' : ' no list yet', 'dim')
			: span(` list ${ageSince(node.clients.atMs, nowMs)} old${changed(node, connected)}`);
	if (periodMs !== undefined) {
		return [age, span(`, read every ${seconds(periodMs / 1000)}`, 'dim')];
	}

	const stall = milliseconds((connected * listMicrosecondsPerClient) / 1000);
	const warning = `! only ${keyboard.shown('poll-now') || 'polling by hand'} reads it: a stall of about ${stall}`;
	return [age, span('   '), span(warning, 'warning')];
}

/** The number of clients in the list, if it differs much from the newer number in INFO. */
function changed({clients}: NodeRecord, connected: number): string {
	const listed = clients?.value.length ?? 0;
	return Math.abs(listed - connected) > Math.max(10, listed / 10) ? ` (${grouped(listed)} clients then)` : '';
}

function clientsBody(
	node: NodeRecord,
	input: PanelInput,
	rect: Rect,
): {readonly lines: readonly Line[]; readonly range: string | undefined} {
	const rows = node.clients?.value ?? [];
	const {table, glyphs} = input;
	if (isGrouping(table.groupBy)) {
		return groupList(node, table.groupBy, input, rect);
	}

	const hasGroups = rect.width >= 118 && rows.length > 0;
	const groupsWidth = hasGroups ? Math.min(56, Math.floor(rect.width * 0.32)) : 0;
	const list = listBody(
		{
			columns: clientColumns(node.since, outputLimits(node), glyphs),
			rows: shownClients(rows, table, node.since),
			keyOf: ({id}) => String(id),
			sort: {id: table.sort ?? 'output', isInverted: table.isInverted},
			table,
			whenEmpty: emptyWords(node),
			glyphs,
		},
		{width: rect.width - groupsWidth - (hasGroups ? 3 : 0), height: rect.height},
	);
	if (!hasGroups) {
		return list;
	}

	const separator: Line[] = Array.from({length: rect.height}, () => [span(` ${glyphs.vertical}`, 'border')]);
	const lines = beside(
		[
			{lines: list.lines, width: rect.width - groupsWidth - 3},
			{lines: separator, width: 3},
			{lines: allGroups(node, input, {width: groupsWidth, height: rect.height}), width: groupsWidth},
		],
		rect.height,
	);
	return {lines, range: list.range};
}

const isListBlind = ({blind}: NodeRecord): boolean => blind.some(({command}) => command === 'CLIENT LIST');

function emptyWords(node: NodeRecord): string {
	if (isListBlind(node)) {
		return 'CLIENT LIST can not be read: see above. The counts are from INFO.';
	}

	if (node.notKept?.includes('CLIENT LIST')) {
		return 'The history does not keep a list this long. The counts of that moment are from INFO.';
	}

	return node.clients === undefined ? 'The list has not been read yet.' : 'No client is connected.';
}

function groupList(node: NodeRecord, grouping: ClientGrouping, {table, glyphs}: PanelInput, rect: Rect) {
	const rows = node.clients?.value ?? [];
	return listBody(
		{
			columns: groupColumns(grouping.toUpperCase(), grouping, rows.length, node.since),
			rows: shownGroups(rows, grouping, table),
			keyOf: ({key}) => key,
			sort: undefined,
			table,
			whenEmpty: emptyWords(node),
			glyphs,
		},
		rect,
	);
}

/** The groupings one below the other, as many as have room for four lines each. */
function allGroups(node: NodeRecord, {glyphs}: PanelInput, {width, height}: Rect): Line[] {
	const rows = node.clients?.value ?? [];
	const groupings = clientGroupings.slice(0, Math.max(1, Math.floor(height / 4)));
	const each = Math.max(2, Math.floor(height / groupings.length));
	return groupings.flatMap(grouping => {
		const columns = groupColumns(`BY ${grouping.toUpperCase()}`, grouping, rows.length, node.since);
		const groups = clientGroups(rows, grouping);
		const {lines} = listBody(
			{columns, rows: groups, keyOf: ({key}) => key, sort: undefined, table: undefined, whenEmpty: '', glyphs},
			{width, height: groups.length < each ? each : each - 1},
		);
		const hidden = groups.length < each ? 0 : groups.length - (each - 2);
		return hidden > 0 ? [...lines, [span(`  and ${hidden} more`, 'dim')]] : [...lines, []].slice(0, each);
	});
}
