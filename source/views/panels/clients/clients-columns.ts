import {type ClientGroup, type ClientGrouping, libraryOf} from '../../../derive/client-groups.js';
import {bytesOf} from '../../../derive/client-rates.js';
import type {ClientRow, ClientTraffic} from '../../../domain/client.js';
import type {Baseline, NodeRecord} from '../../../state/monitor-state.js';
import type {Column} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import type {Tone} from '../../../text/line.js';
import {meter} from '../../../text/meter.js';
import {bytesPerSecond, percent, perSecond, seconds} from '../../../text/units.js';
import type {SortKey} from '../../panel.js';
import {type Grade, grade, marked} from '../severity-cells.js';
import {type ClientBaseline, type ClientFigure, figureOf, figureText, groupText} from './clients-changes.js';
import {type Culprits, culpritGrade, isRefused} from './clients-culprits.js';
import {type outputLimits, shareOfLimit} from './output-limits.js';
import type {ReplicaNames} from './replica-names.js';

/**
Size from which a client's output buffer is marked, in bytes. It is the hard limit for pub/sub clients in redis.conf, as
in the rule `cli.obuf`.
*/
const largeOutputBytes = 32 * 1024 * 1024;

/**
For each sort key except memory and buffers, the value by which clients are compared. Clients without that value go
last.
*/
const sortValues: ReadonlyMap<string, (client: ClientRow) => number | string | undefined> = new Map<
	string,
	(client: ClientRow) => number | string | undefined
>([
	['commands', ({perSecond: rates}) => rates?.commands],
	['in', ({perSecond: rates}) => rates?.inBytes],
	['out', ({perSecond: rates}) => rates?.outBytes],
	['idle', client => client.idleSeconds],
	['age', client => client.ageSeconds],
	['name', client => client.name || undefined],
	['address', client => client.address],
	['command', client => client.command],
	['user', client => client.user],
	['id', client => client.id],
]);

export const clientSortKeys: readonly SortKey[] = [
	{id: 'output', title: 'output buffer'},
	{id: 'memory', title: 'total memory'},
	{id: 'query', title: 'query buffer'},
	{id: 'commands', title: 'commands/s'},
	{id: 'in', title: 'bytes in/s'},
	{id: 'out', title: 'bytes out/s'},
	{id: 'idle', title: 'idle'},
	{id: 'age', title: 'age'},
	{id: 'name', title: 'name'},
	{id: 'address', title: 'address'},
	{id: 'command', title: 'command'},
	{id: 'user', title: 'user'},
	{id: 'id', title: 'id'},
];

const figures: ReadonlyMap<string, ClientFigure> = new Map<string, ClientFigure>([
	['output', 'outputBufferBytes'],
	['memory', 'totalMemoryBytes'],
	['query', 'queryBufferBytes'],
]);

/**
Returns a function that gives a client's value for a sort key. While a baseline is set, memory and buffers are compared
by their change. An unknown sort key compares output buffers.
*/
export function clientSortValue(
	id: string,
	since: ClientBaseline | undefined,
): (client: ClientRow) => number | string | undefined {
	const figure = figures.get(id) ?? (sortValues.has(id) ? undefined : 'outputBufferBytes');
	return figure === undefined ? client => sortValues.get(id)?.(client) : client => figureOf(client, figure, since);
}

/** A client's bytes per second in both directions; undefined if the server doesn't count them. */
export const clientBytes = ({perSecond: rates}: ClientRow): number | undefined => rates && bytesOf(rates);

/** True for redis-top's own connections. All of them have a name that begins with `redis-top`. */
export const isOwnClient = ({name}: ClientRow): boolean => name.startsWith('redis-top');

/** The text of a client that a filter searches. */
export const clientText = (client: ClientRow): string =>
	[
		client.id,
		client.address,
		clientName(client),
		client.user,
		client.command,
		libraryOf(client),
		`flags=${client.flags}`,
		`db=${client.database}`,
	].join(' ');

/** The shares of the hard limit from which an output buffer is marked. At 1 the server closes the client. */
const limitGrades = {warning: 0.5, critical: 0.9};

/**
The grade of a client's output buffer by its share of the hard limit of the client's class. A buffer above
`largeOutputBytes` is at least a warning, whatever the limit is.
*/
function outputGrade(client: ClientRow, limits: ReturnType<typeof outputLimits>): Grade {
	const share = shareOfLimit(client, limits);
	const byShare = typeof share === 'number' ? grade(share, limitGrades) : 'plain';
	return byShare === 'plain' && (client.outputBufferBytes ?? 0) > largeOutputBytes ? 'warning' : byShare;
}

/** Width of the bar and the percentage that show a share of the limit, in cells. */
const limitWidth = 13;

/**
The share of the limit as a bar and a percentage; `unlimited` for a class without a limit, `-` if the share is not
known.
*/
function limitText(share: ReturnType<typeof shareOfLimit>, glyphs: Glyphs): string {
	if (typeof share !== 'number') {
		return share ?? '-';
	}

	const shown = percent(share).padStart(5);
	return `${meter(share, limitWidth - shown.length - 1, glyphs)} ${shown}`;
}

/**
True for a client that runs MONITOR. Such a client can halve the server's throughput:
https://redis.io/docs/latest/commands/monitor/
*/
const isMonitor = ({flags}: ClientRow): boolean => flags.includes('O');

/** The name of redis-top's own client in the list: `(own)` and the part of the name after `redis-top`. */
const ownName = ({name}: ClientRow): string => `(own)${name.slice('redis-top'.length)}`;

/** The name of a client in the list. The mark of a finding that names the client stands before it. */
function listedName(client: ClientRow, {replicas, culprits}: ClientContext): string {
	const of = culprits === undefined ? undefined : culpritGrade(client, culprits);
	return marked(isOwnClient(client) ? ownName(client) : clientName(client, replicas) || '-', of ?? 'plain');
}

const nameTone = (client: ClientRow, {culprits}: ClientContext): Tone =>
	(culprits && culpritGrade(client, culprits)) ?? (isOwnClient(client) ? 'dim' : 'plain');

/**
The name of a client. Replication connections are clients without a name: a replica of this node has the flag S, and the
primary of this node has the flag M.
*/
export const clientName = (
	{id, name, flags}: Pick<ClientRow, 'id' | 'name' | 'flags'>,
	replicas?: ReplicaNames,
): string =>
	name !== ''
		? name
		: flags.includes('S')
			? (replicas?.get(id) ?? '(replica)')
			: flags.includes('M')
				? '(primary)'
				: '';

/**
The three columns of rates. If the server doesn't count what clients send and receive, the columns have dashes, and only
a wide screen shows them.

@param isCounted Whether the server counts what each client sends and receives.
*/
export const rateColumns = <Row extends {readonly perSecond?: ClientTraffic | undefined}>(
	isCounted: boolean,
): ReadonlyArray<Column<Row>> =>
	(
		[
			['commands', 'CMD/S', 2, rates => perSecond(rates?.commands)],
			['in', 'IN/S', 5, rates => bytesPerSecond(rates?.inBytes)],
			['out', 'OUT/S', 4, rates => bytesPerSecond(rates?.outBytes)],
		] as ReadonlyArray<readonly [string, string, number, (rates: ClientTraffic | undefined) => string]>
	).map(([id, title, priority, text]) => ({
		id,
		title,
		align: 'right',
		minWidth: 7,
		priority: isCounted ? priority : priority + 10,
		text: ({perSecond: rates}) => text(rates),
	}));

/** What the columns of the client list know beside the clients. */
export type ClientContext = {
	readonly replicas?: ReplicaNames;
	/** The clients that findings name. */
	readonly culprits?: Culprits;
	/** The node whose clients are listed. */
	readonly node?: NodeRecord;
};

/** The columns of rates. Where the server refuses all commands of a client, that is said in place of 0 commands. */
const listedRates = (isCounted: boolean, {node}: ClientContext): ReadonlyArray<Column<ClientRow>> =>
	rateColumns<ClientRow>(isCounted).map(column =>
		column.id === 'commands' && node !== undefined
			? {
					...column,
					text: (client: ClientRow) => (isRefused(client, node) ? 'refused' : column.text(client)),
					tone: (client: ClientRow): Tone => (isRefused(client, node) ? 'warning' : 'plain'),
				}
			: column,
	);

/**
The columns of the client list.

@param isCounted Whether the server counts what each client sends and receives.
@param since The baseline, since which the change of memory is shown. Undefined without a baseline: memory itself is
shown.
*/
export const clientColumns = (
	since: Baseline | undefined,
	limits: ReturnType<typeof outputLimits>,
	glyphs: Glyphs,
	isCounted: boolean,
	context: ClientContext = {},
): ReadonlyArray<Column<ClientRow>> => [
	{id: 'id', title: 'ID', align: 'right', minWidth: 5, maxWidth: 12, priority: 3.5, text: ({id}) => String(id)},
	{
		id: 'address',
		title: 'ADDRESS',
		minWidth: 15,
		maxWidth: 30,
		isEssential: true,
		priority: 1,
		text: ({address}) => address || '-',
	},
	{
		id: 'name',
		title: 'NAME',
		minWidth: 10,
		maxWidth: 24,
		isEssential: true,
		priority: 2,
		text: client => listedName(client, context),
		tone: client => nameTone(client, context),
	},
	{id: 'user', title: 'USER', minWidth: 7, maxWidth: 16, priority: 7, text: ({user}) => user || '-'},
	{id: 'age', title: 'AGE', align: 'right', minWidth: 6, priority: 4, text: ({ageSeconds}) => seconds(ageSeconds)},
	{id: 'idle', title: 'IDLE', align: 'right', minWidth: 6, priority: 3, text: ({idleSeconds}) => seconds(idleSeconds)},
	...listedRates(isCounted, context),
	{
		id: 'output',
		title: 'OMEM',
		align: 'right',
		minWidth: 7,
		priority: 1,
		text: client => marked(figureText(client, 'outputBufferBytes', since), outputGrade(client, limits)),
		tone: client => outputGrade(client, limits),
	},
	{
		id: 'memory',
		title: 'TOTAL',
		align: 'right',
		minWidth: 6,
		priority: 5,
		text: client => figureText(client, 'totalMemoryBytes', since),
	},
	{
		id: 'query',
		title: 'QBUF',
		align: 'right',
		minWidth: since === undefined ? 5 : 6,
		priority: 8,
		text: client => figureText(client, 'queryBufferBytes', since),
	},
	{
		id: 'database',
		title: 'DB',
		align: 'right',
		minWidth: 3,
		priority: 9,
		text: ({database}) => String(database ?? '-'),
	},
	{
		id: 'flags',
		title: 'FLAGS',
		minWidth: 5,
		priority: 6,
		text: client => `${isMonitor(client) ? '! ' : ''}${client.flags || '-'}`,
		tone: client => (isMonitor(client) ? 'warning' : 'plain'),
	},
	{
		id: 'limit',
		title: 'OF LIMIT',
		minWidth: limitWidth,
		priority: 11,
		text: client => limitText(shareOfLimit(client, limits), glyphs),
		tone: client => (outputGrade(client, limits) === 'plain' ? 'dim' : outputGrade(client, limits)),
	},
	{id: 'command', title: 'COMMAND', minWidth: 11, maxWidth: 24, isFlexible: true, priority: 2, text: commandText},
	{id: 'library', title: 'LIBRARY', minWidth: 12, maxWidth: 40, isFlexible: true, priority: 10, text: libraryOf},
];

/** The client's last command; `-` for a client that has sent no command, for which Redis prints `NULL`. */
export function commandText({command}: ClientRow): string {
	return command === '' || command === 'NULL' ? '-' : command;
}

/**
The columns of the groups. `title` is the header of the column with the groups' names. While a baseline is set, figures
are changes.
*/
export function groupColumns(
	title: string,
	grouping: ClientGrouping,
	total: number,
	since: Baseline | undefined,
	isCounted: boolean,
): ReadonlyArray<Column<ClientGroup>> {
	const share = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);
	return [
		{
			id: 'key',
			title,
			minWidth: 15,
			maxWidth: 40,
			isFlexible: true,
			isEssential: true,
			priority: 1,
			text: ({key}) => key,
		},
		{
			id: 'count',
			title: 'COUNT',
			align: 'right',
			minWidth: since === undefined ? 5 : 6,
			priority: 1,
			text: group => groupText(group, 'count', grouping, since),
		},
		...rateColumns<ClientGroup>(isCounted),
		{
			id: 'share',
			title: 'SHARE',
			align: 'right',
			minWidth: 5,
			priority: isCounted ? 8 : 5,
			text: group => percent(share(group.count, total)),
		},
		{
			id: 'memory',
			title: 'TOTAL',
			align: 'right',
			minWidth: 6,
			priority: isCounted ? 6 : 3,
			text: group => groupText(group, 'totalMemoryBytes', grouping, since),
		},
		{
			id: 'output',
			title: 'OMEM',
			align: 'right',
			minWidth: 6,
			priority: 2,
			text: group => groupText(group, 'outputBufferBytes', grouping, since),
		},
		{
			id: 'idle',
			title: 'IDLE>1m',
			align: 'right',
			minWidth: 7,
			priority: isCounted ? 7 : 4,
			text: group => percent(share(group.idleCount, group.count)),
		},
	];
}
