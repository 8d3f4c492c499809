import {
	type ClientGroup,
	type ClientGrouping,
	clientGroupings,
	clientGroups,
	isGrouping,
} from '../../../derive/client-groups.js';
import {clientLimit} from '../../../derive/client-limit.js';
import {bytesOf, countsTraffic, sumOfRates} from '../../../derive/client-rates.js';
import type {ClientRow} from '../../../domain/client.js';
import {memoizeLast} from '../../../domain/memoize.js';
import {clientListPeriod} from '../../../poll/client-list-schedule.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {TableView} from '../../../state/view-state.js';
import {partsThatFit} from '../../../text/fit.js';
import {beside} from '../../../text/frame.js';
import {type Line, type Span, span} from '../../../text/line.js';
import {filterRows, heldRows, sortRows} from '../../../text/list.js';
import {
	ageSince,
	bytes,
	bytesPerSecond,
	grouped,
	milliseconds,
	percent,
	perSecond,
	seconds,
} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox, titleParts} from '../../panel-box.js';
import {fieldText} from '../changes.js';
import {
	clientBytes,
	clientColumns,
	clientName,
	clientSortKeys,
	clientSortValue,
	clientText,
	groupColumns,
	isOwnClient,
} from './clients-columns.js';
import {culpritsOf} from './clients-culprits.js';
import {clientDetails, groupDetails} from './clients-details.js';
import {outputLimits} from './output-limits.js';
import {replicaNames} from './replica-names.js';

/**
Time that CLIENT LIST blocks the server for each listed client, in microseconds; measured as 13.9 ms for 10,000 clients.
*/
const listMicrosecondsPerClient = 1.39;

/** Panel 4: every connection; or the number of connections by name, address, user and library. */
export const clientsPanel: Panel = {
	id: 'clients',
	interests: ['clients'],
	commands: ['CLIENT LIST'],
	sortKeys: clientSortKeys,
	isOrderHeld: ({sort}) => !fixedSorts.has(sort),
	rowKeys(input) {
		const {node, table} = input;
		const rows = node === undefined ? [] : listed(node);
		return isGrouping(table.groupBy)
			? shownGroups(rows, table.groupBy, input).map(({key}) => key)
			: shownClients(rows, input, node?.since).map(keyOfClient);
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
		const rows = node === undefined ? [] : listed(node);
		if (isGrouping(table.groupBy)) {
			const group = clientGroups(rows, table.groupBy).find(({key}) => key === rowKey);
			return group && groupDetails(table.groupBy, group);
		}

		const client = rows.find(({id}) => String(id) === rowKey);
		return client && clientDetails(client);
	},
};

/**
The clients of CLIENT LIST. If the whole list was not read, these are only the clients that run MONITOR, are blocked or
are subscribed. redis-top lists those clients separately.
*/
const listed = ({clients, flaggedClients}: NodeRecord): readonly ClientRow[] =>
	clients?.value ?? flaggedClients?.value ?? [];

/** The sort keys whose order stays the same: a client's value does not change, or all clients' values grow equally. */
const fixedSorts: ReadonlySet<string | undefined> = new Set(['age', 'name', 'address', 'user', 'id']);

const keyOfClient = ({id}: ClientRow): string => String(id);

type ClientOrder = readonly [
	rows: readonly ClientRow[],
	isChange: boolean,
	clientsThen: NonNullable<NodeRecord['since']>['clients'],
	sort: string | undefined,
	isInverted: boolean,
	filter: string,
	positions: PanelInput['positions'],
];

/**
The clients after filter and sort. Memoized, because a server may have 10,000 clients. Each drawing of the screen needs
them twice: for the keys of the rows and for the lines.
*/
const orderedClients = memoizeLast(
	([rows, isChange, clientsThen, sort, isInverted, filter, positions]: ClientOrder): readonly ClientRow[] => {
		const since = isChange ? {clients: clientsThen} : undefined;
		const byMemory = sortRows(rows, clientSortValue('memory', since));
		const byBytes = sortRows(byMemory, clientBytes);
		const sorted = sortRows(byBytes, clientSortValue(sort ?? 'output', since), isInverted);
		return heldRows(filterRows(sorted, filter, clientText), keyOfClient, positions);
	},
);

const shownClients = (
	rows: readonly ClientRow[],
	{table: {sort, isInverted, filter}, positions}: Pick<PanelInput, 'table' | 'positions'>,
	since: NodeRecord['since'],
): readonly ClientRow[] =>
	orderedClients([rows, since !== undefined, since?.clients, sort, isInverted, filter, positions]);

function shownGroups(
	rows: readonly ClientRow[],
	grouping: ClientGrouping,
	{table: {filter, sort, isInverted}, positions}: Pick<PanelInput, 'table' | 'positions'>,
): readonly ClientGroup[] {
	const rate = groupRates[sort ?? ''];
	const groups = clientGroups(rows, grouping);
	const sorted = rate === undefined ? groups : sortRows(groups, rate, isInverted);
	return heldRows(
		filterRows(sorted, filter, ({key}) => key),
		({key}) => key,
		positions,
	);
}

/**
The sort keys by which groups can be ordered, with the value that they compare. With any other sort key, the group with
most clients is first.
*/
const groupRates: Readonly<Record<string, (group: ClientGroup) => number | undefined>> = {
	commands: ({perSecond}) => perSecond?.commands,
	in: ({perSecond}) => perSecond?.inBytes,
	out: ({perSecond}) => perSecond?.outBytes,
};

/**
The clients for the title: how many are connected, their limit, and how many are blocked: `812 of 10000, 3 blocked`.
*/
function countTitle(node: NodeRecord): string {
	const field = (name: string) => fieldText(node, 'clients', name, grouped);
	return `${field('connected_clients')} of ${grouped(clientLimit(node))}, ${field('blocked_clients')} blocked`;
}

function orderTitle({sort, groupBy, isInverted}: TableView): string {
	const key = clientSortKeys.find(({id}) => id === (sort ?? 'output'));
	const groupOrder =
		groupRates[sort ?? ''] === undefined ? '' : `, most ${key?.title}${isInverted ? ', inverted' : ''}`;
	return isGrouping(groupBy)
		? `by ${groupBy}${groupOrder}`
		: `sort ${key?.title ?? 'output buffer'}${isInverted ? ', inverted' : ''}`;
}

function factLines(node: NodeRecord, input: PanelInput, {width, height}: Rect): Line[] {
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
	const lines: Line[] = [listFact(node, input), ...talkersFact(node, width), counts];
	return height >= 8 ? lines : height >= 5 ? lines.slice(0, 1) : [];
}

/**
The client that moves most bytes and the client that sends most commands, with their share of all listed clients. Empty
if the rates are unknown.
*/
function talkersFact({clients}: NodeRecord, width: number): Line[] {
	const rows = clients?.value ?? [];
	const total = sumOfRates(rows);
	const others = rows.filter(client => !isOwnClient(client));
	const bytesFirst = mostOf(others, clientBytes);
	const commandsFirst = mostOf(others, ({perSecond: rates}) => rates?.commands);
	if (total === undefined || bytesFirst === undefined || commandsFirst === undefined) {
		return [];
	}

	const share = (part: number | undefined, whole: number) => percent(whole > 0 ? (part ?? 0) / whole : undefined);
	return [
		partsThatFit(
			[
				[
					span(' most bytes ', 'label'),
					span(callName(bytesFirst)),
					span(` ${share(clientBytes(bytesFirst), bytesOf(total))} of ${bytesPerSecond(bytesOf(total))}`),
				],
				[
					span('  commands ', 'label'),
					span(callName(commandsFirst)),
					span(` ${share(commandsFirst.perSecond?.commands, total.commands)}`),
				],
				[span(` of ${perSecond(total.commands)}`)],
			],
			width,
		),
	];
}

const callName = (client: ClientRow): string => clientName(client) || client.address || '-';

function mostOf(
	clients: readonly ClientRow[],
	value: (client: ClientRow) => number | undefined,
): ClientRow | undefined {
	let most: ClientRow | undefined;
	for (const client of clients) {
		most = (value(client) ?? 0) > (most === undefined ? 0 : (value(most) ?? 0)) ? client : most;
	}

	return most;
}

/**
How old the client list is, and how often it is read. Above 2,000 clients it is read only when the user presses the key
for polling. The line then says how long reading it blocks the server.
*/
function listFact(node: NodeRecord, {nowMs, keyboard}: PanelInput): Line {
	const connected = node.sample?.info.number('clients', 'connected_clients') ?? node.clients?.value.length ?? 0;
	const periodMs = clientListPeriod(connected, true);
	if (node.clients === undefined && isListBlind(node)) {
		return [span(' no list', 'dim')];
	}

	const age: Span =
		node.clients === undefined && node.flaggedClients !== undefined
			? span(` those that run MONITOR, are blocked or subscribed, ${ageSince(node.flaggedClients.atMs, nowMs)} ago`)
			: node.clients === undefined
				? span(node.notKept?.includes('CLIENT LIST') ? ' list not kept' : ' no list yet', 'dim')
				: span(` list ${ageSince(node.clients.atMs, nowMs)} old${changed(node, connected)}`);
	if (periodMs !== undefined) {
		return [age, span(`, read every ${seconds(periodMs / 1000)}`, 'dim')];
	}

	const stall = milliseconds((connected * listMicrosecondsPerClient) / 1000);
	const what = node.clients === undefined && node.flaggedClients !== undefined ? 'all' : 'it';
	const warning = `! only ${keyboard.shown('poll-now') || 'polling by hand'} reads ${what}: a stall of about ${stall}`;
	return [age, span('   '), span(warning, 'warning')];
}

/**
The number of clients in the list as text, if it differs from INFO's newer number by more than 10 and by more than a
tenth. Empty otherwise.
*/
function changed({clients}: NodeRecord, connected: number): string {
	const listed = clients?.value.length ?? 0;
	return Math.abs(listed - connected) > Math.max(10, listed / 10) ? ` (${grouped(listed)} clients then)` : '';
}

function clientsBody(
	node: NodeRecord,
	input: PanelInput,
	rect: Rect,
): {readonly lines: readonly Line[]; readonly range: string | undefined} {
	const rows = listed(node);
	const {table, glyphs} = input;
	if (isGrouping(table.groupBy)) {
		return groupList(node, table.groupBy, input, rect);
	}

	const hasGroups = rect.width >= 118 && rows.length > 0;
	const groupsWidth = hasGroups ? Math.min(56, Math.floor(rect.width * 0.32)) : 0;
	const list = listBody(
		{
			columns: clientColumns(node.since, outputLimits(node), glyphs, countsTraffic(rows), {
				replicas: replicaNames(node),
				culprits: culpritsOf(input.state, node),
				node,
			}),
			rows: shownClients(rows, input, node.since),
			keyOf: keyOfClient,
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

	return node.clients !== undefined
		? 'No client is connected.'
		: node.flaggedClients === undefined
			? 'The list has not been read yet.'
			: 'No client runs MONITOR, is blocked or subscribed.';
}

function groupList(node: NodeRecord, grouping: ClientGrouping, input: PanelInput, rect: Rect) {
	const {table, glyphs} = input;
	const rows = listed(node);
	return listBody(
		{
			columns: groupColumns(grouping.toUpperCase(), grouping, rows.length, node.since, countsTraffic(rows)),
			rows: shownGroups(rows, grouping, input),
			keyOf: ({key}) => key,
			sort: undefined,
			table,
			whenEmpty: emptyWords(node),
			glyphs,
		},
		rect,
	);
}

/** The clients by each grouping, one list below the other. There are as many lists as have room for four lines each. */
function allGroups(node: NodeRecord, {glyphs}: PanelInput, {width, height}: Rect): Line[] {
	const rows = node.clients?.value ?? [];
	const groupings = clientGroupings.slice(0, Math.max(1, Math.floor(height / 4)));
	const each = Math.max(2, Math.floor(height / groupings.length));
	return groupings.flatMap(grouping => {
		const columns = groupColumns(
			`BY ${grouping.toUpperCase()}`,
			grouping,
			rows.length,
			node.since,
			countsTraffic(rows),
		);
		const groups = clientGroups(rows, grouping);
		const {lines} = listBody(
			{columns, rows: groups, keyOf: ({key}) => key, sort: undefined, table: undefined, whenEmpty: '', glyphs},
			{width, height: groups.length < each ? each : each - 1},
		);
		const hidden = groups.length < each ? 0 : groups.length - (each - 2);
		return hidden > 0 ? [...lines, [span(`  and ${hidden} more`, 'dim')]] : [...lines, []].slice(0, each);
	});
}
