import {clientLimit} from '../../../derive/client-limit.js';
import {countsTraffic} from '../../../derive/client-rates.js';
import type {ClientRow} from '../../../domain/client.js';
import type {MonitorEvent} from '../../../domain/event.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {SlowlogEntry} from '../../../domain/slowlog.js';
import type {MonitorState, NodeRecord} from '../../../state/monitor-state.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, span, type Tone} from '../../../text/line.js';
import {sortRows} from '../../../text/list.js';
import {grouped, microseconds, percent, seconds, utcClock} from '../../../text/units.js';
import {eventWords, notableEvents} from '../../event-words.js';
import {shortName} from '../../node-names.js';
import type {Card} from '../card.js';
import {fieldText} from '../changes.js';
import {figureText} from '../clients/clients-changes.js';
import {clientBytes, clientName, commandText, isOwnClient, rateColumns} from '../clients/clients-columns.js';
import {type ReplicaNames, replicaNames} from '../clients/replica-names.js';
import {
	boundText,
	type CommandRow,
	callsText,
	callsTitle,
	commandsByTime,
	meanText,
} from '../commands/commands-columns.js';

/** A list without selection: column titles, and as many rows as fit. */
function smallList<Row>(
	columns: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	{width, height}: {readonly width: number; readonly height: number},
	glyphs: Glyphs,
): Line[] {
	const hasHeader = height > 2;
	const shown = rows.slice(0, Math.max(0, height - (hasHeader ? 1 : 0)));
	const layout = columnLayout(columns, shown, width, {all: rows});
	const drawn = shown.map(row => rowLine(layout, row, {isSelected: false, glyphs}));
	return hasHeader ? [headerLine(layout, undefined, glyphs), ...drawn] : drawn;
}

/**
The line that says why the list of a command's reply is empty. Either the history does not keep the list, or the node
denies the command, does not have it, or has not answered it yet. In all other cases the line is `whenEmpty`.
*/
export function nothing({blind, notKept}: NodeRecord, command: string, isRead: boolean, whenEmpty: string): Line[] {
	if (notKept?.includes(command)) {
		return [line(` the history does not keep a ${command} this long`, 'dim')];
	}

	const spot = blind.find(blindSpot => blindSpot.command === command);
	if (spot !== undefined) {
		const grant = spot.grant === undefined ? '' : `, needs ${spot.grant}`;
		return [line(` ! ${command} ${spot.kind === 'denied' ? `denied${grant}` : 'not on this server'}`, 'warning')];
	}

	return [line(isRead ? ` ${whenEmpty}` : ` waiting for ${command}`, 'dim')];
}

/**
Width with room for both a client's name and its address, in cells. A narrower list shows only the name, or the address
of a client without name.
*/
const widthForAddress = 80;

const clientColumns = (
	width: number,
	since: NodeRecord['since'],
	replicas: ReplicaNames,
): ReadonlyArray<Column<ClientRow>> => [
	{
		id: 'name',
		title: 'CLIENT',
		minWidth: since === undefined ? 14 : 12,
		isFlexible: true,
		isEssential: true,
		priority: 1,
		text: client => clientName(client, replicas) || (width < widthForAddress ? client.address : '-'),
	},
	...(width < widthForAddress
		? []
		: [{id: 'address', title: 'ADDRESS', minWidth: 21, priority: 5, text: ({address}: ClientRow) => address}]),
	{
		id: 'output',
		title: 'OUT',
		align: 'right',
		minWidth: since === undefined ? 5 : 6,
		priority: 1,
		text: client => figureText(client, 'outputBufferBytes', since),
	},
	{
		id: 'memory',
		title: 'MEM',
		align: 'right',
		minWidth: since === undefined ? 5 : 6,
		priority: 3,
		text: client => figureText(client, 'totalMemoryBytes', since),
	},
	{id: 'idle', title: 'IDLE', align: 'right', minWidth: 6, priority: 4, text: client => seconds(client.idleSeconds)},
	{
		id: 'command',
		title: 'COMMAND',
		// The width is fixed. A client's last command changes with every CLIENT LIST, and a width that fits it would move
		// the columns.
		minWidth: width < widthForAddress ? 11 : 18,
		priority: 2,
		text: commandText,
	},
];

/** Number of clients that are kept for a card of clients. No screen has more lines than that. */
const largestKept = 120;

/**
The clients that come first in the card of clients. Memoized, because the screen is drawn several times for one reply of
CLIENT LIST. To sort 10,000 clients for each drawing would take too long.
*/
const largestClients = memoizeByRef((clients: readonly ClientRow[]): readonly ClientRow[] => {
	const others = clients.filter(client => !isOwnClient(client));
	const byMemory = sortRows(others, client => client.totalMemoryBytes);
	return sortRows(sortRows(byMemory, clientBytes), client => client.outputBufferBytes).slice(0, largestKept);
});

/**
The card of clients, those with the largest output buffers first. Clients with equal buffers are ordered by bytes per
second, then by memory. redis-top's own clients are shown in panel 4 only.
*/
export function clientsCard(node: NodeRecord, glyphs: Glyphs): Card {
	return room => {
		const {clients} = node;
		const rows = clients === undefined ? [] : largestClients(clients.value);
		return {
			panel: 'clients',
			title: `4 Clients ${fieldText(node, 'clients', 'connected_clients', grouped)} of ${grouped(clientLimit(node))}`,
			right: `blocked ${fieldText(node, 'clients', 'blocked_clients', grouped)}`,
			padding: 0,
			lines:
				rows.length === 0
					? nothing(node, 'CLIENT LIST', clients !== undefined, 'no clients but redis-top')
					: smallList(clientColumns(room.width, node.since, replicaNames(node)), rows, room, glyphs),
		};
	};
}

/**
The clients that move most bytes per second. Clients with equal bytes are ordered by their commands per second.
redis-top's own clients are left out.
*/
const topTalkers = memoizeByRef((clients: readonly ClientRow[]): readonly ClientRow[] => {
	const others = clients.filter(client => !isOwnClient(client) && client.perSecond !== undefined);
	const byCommands = sortRows(others, ({perSecond}) => perSecond?.commands);
	return sortRows(byCommands, clientBytes).slice(0, largestKept);
});

const talkerColumns: ReadonlyArray<Column<ClientRow>> = [
	{
		id: 'name',
		title: 'CLIENT',
		minWidth: 14,
		isFlexible: true,
		isEssential: true,
		priority: 1,
		text: client => clientName(client) || client.address,
	},
	...rateColumns<ClientRow>(true),
];

/**
The card of the busiest clients, for a screen with room for it. Figures are dashes if the server doesn't count what
clients send and receive.
*/
export function talkersCard(node: NodeRecord, glyphs: Glyphs): Card {
	return room => {
		const {clients} = node;
		const rows = clients === undefined ? [] : topTalkers(clients.value);
		const isCounted = clients !== undefined && countsTraffic(clients.value);
		return {
			panel: 'clients',
			title: '4 Top talkers',
			right: rows.length === 0 ? undefined : 'by bytes',
			padding: 0,
			lines:
				rows.length > 0
					? smallList(talkerColumns, rows, room, glyphs)
					: nothing(
							node,
							'CLIENT LIST',
							clients !== undefined,
							isCounted ? 'waiting for a second CLIENT LIST' : '-  this server does not count',
						),
		};
	};
}

function slowColumns({isAscii}: Glyphs): ReadonlyArray<Column<SlowlogEntry>> {
	return [
		{id: 'at', title: 'AT', minWidth: 8, priority: 3, text: ({atMs}) => utcClock(atMs)},
		{
			id: 'took',
			title: 'TOOK',
			align: 'right',
			minWidth: 7,
			priority: 1,
			text: entry => microseconds(entry.durationMicroseconds, isAscii),
		},
		{
			id: 'what',
			title: 'COMMAND',
			minWidth: 24,
			isFlexible: true,
			priority: 1,
			text: entry => entry.arguments.join(' '),
		},
		{
			id: 'client',
			title: 'CLIENT',
			minWidth: 21,
			priority: 5,
			text: entry => entry.clientName || entry.clientAddress || '-',
		},
	];
}

/** The card of the slow log, newest entry first. */
export function slowlogCard(node: NodeRecord, glyphs: Glyphs): Card {
	return room => {
		const entries = node.slowlog?.value.entries ?? [];
		const threshold = Number(node.config?.value.get('slowlog-log-slower-than') ?? Number.NaN);
		return {
			panel: 'slowlog',
			title: '6 Slow log',
			right: Number.isNaN(threshold) ? undefined : thresholdText(threshold, glyphs),
			padding: 0,
			lines:
				entries.length === 0
					? nothing(node, 'SLOWLOG GET', node.slowlog !== undefined, 'no entries')
					: smallList(slowColumns(glyphs), entries, room, glyphs),
		};
	};
}

/** The setting `slowlog-log-slower-than` as text. −1 logs no command and 0 logs every command. */
const thresholdText = (us: number, {isAscii}: Glyphs): string =>
	us < 0 ? 'turned off' : `slower than ${microseconds(us, isAscii)}`;

function commandColumns(glyphs: Glyphs, isChange: boolean): ReadonlyArray<Column<CommandRow>> {
	return [
		{
			id: 'command',
			title: 'COMMAND',
			minWidth: 12,
			isFlexible: true,
			isEssential: true,
			priority: 1,
			text: ({rate}) => rate.command,
		},
		{
			id: 'calls',
			title: callsTitle(isChange),
			align: 'right',
			minWidth: 7,
			priority: 1,
			text: row => callsText(row, isChange),
		},
		{
			id: 'mean',
			title: 'MEAN',
			align: 'right',
			minWidth: 7,
			priority: 3,
			text: row => meanText(row, glyphs),
		},
		{
			id: 'p99',
			title: 'P99',
			align: 'right',
			minWidth: 9,
			priority: 2,
			text: ({bounds}) => boundText(bounds?.p99, glyphs),
		},
		{id: 'share', title: 'TIME', align: 'right', minWidth: 5, priority: 1, text: ({rate}) => percent(rate.timeShare)},
	];
}

/** The card of commands, sorted by their share of the server's time, largest first. */
export function commandsCard(node: NodeRecord, glyphs: Glyphs): Card {
	return room => {
		const rows = commandsByTime(node);
		return {
			panel: 'commands',
			title: '5 Commands',
			right: 'by time',
			padding: 0,
			lines:
				rows.length === 0
					? [line(' waiting for INFO commandstats', 'dim')]
					: smallList(commandColumns(glyphs, node.since !== undefined), rows, room, glyphs),
		};
	};
}

const marks: Readonly<Record<MonitorEvent['severity'], {readonly mark: string; readonly tone: Tone}>> = {
	info: {mark: '  ', tone: 'plain'},
	warning: {mark: '! ', tone: 'warning'},
	critical: {mark: '!!', tone: 'critical'},
};

/**
The card of events, newest first. A node other than the one in focus is named. A narrow card leaves the seconds out,
because the text needs the room.
*/
export function eventsCard(state: MonitorState, nowMs: number, focus: NodeAddress | undefined): Card {
	const {events} = state;
	return ({height, width}) => ({
		panel: 'events',
		title: '0 Events',
		right: events.length === 0 ? undefined : `${events.length} kept`,
		padding: 0,
		lines:
			events.length === 0
				? [line(' no events since redis-top started', 'dim')]
				: notableEvents(events, Math.max(0, height), nowMs).map(event => {
						const name = event.node === undefined || event.node === focus ? '' : `${shortName(event.node, state)} `;
						return eventLine(event, name, eventWords(event, state), width);
					}),
	});
}

/** Width from which the card of events has room for seconds, in cells. */
const widthForSeconds = 50;

function eventLine({atMs, severity}: MonitorEvent, name: string, words: string, width: number): Line {
	const {mark, tone} = marks[severity];
	const time = utcClock(atMs);
	return [
		span(` ${width < widthForSeconds ? time.slice(0, 5) : time} `, 'dim'),
		span(`${mark} `, tone),
		span(name, 'label'),
		span(words),
	];
}
