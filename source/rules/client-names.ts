import {sumOfRates} from '../derive/client-rates.js';
import {commandOf} from '../derive/command-name.js';
import type {ClientRow} from '../domain/client.js';
import type {Culprit} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import type {NodeFacts} from './node-facts.js';

export const addressName = ({address}: ClientRow) => nameOf('client', address);

/** What a client is called: its name, or its address if it has no name. */
export const clientName = (client: ClientRow) => nameOf('client', client.name === '' ? client.address : client.name);

/** A client as text: `10.0.0.9:41000 (worker)`; without a name the address alone. */
export const clientText = (client: ClientRow) =>
	client.name === ''
		? message`${addressName(client)}`
		: message`${addressName(client)} (${nameOf('client', client.name)})`;

/** A client name, and the number of connections that have it. */
export type NamedClients = {
	readonly name: ReturnType<typeof nameOf>;
	/** Number of connections with the name. */
	readonly connections: number;
};

/** The host of a client's address: `10.0.0.5` of `10.0.0.5:41000`. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '');

/**
The names of the connections, each with its number of connections; the most frequent name comes first. Connections
without a name have their host as their name, and a single one of its host has its address. Most applications give their
connections no name, and have many of them.
*/
export function namedClients(clients: readonly ClientRow[]): readonly NamedClients[] {
	const named = Map.groupBy(
		clients.filter(({name}) => name !== ''),
		({name}) => name,
	);
	const unnamed = Map.groupBy(
		clients.filter(({name}) => name === ''),
		({address}) => hostOf(address),
	);
	return [
		...[...named].map(([name, {length}]) => ({name: nameOf('client', name), connections: length})),
		...[...unnamed].map(([host, [only, ...others]]) =>
			only !== undefined && others.length === 0
				? {name: addressName(only), connections: 1}
				: {name: nameOf('host', host), connections: others.length + 1},
		),
	].sort((one, other) => other.connections - one.connections);
}

/**
The clients of the last CLIENT LIST without redis-top's own and without the links to replicas and to the primary (flags
S, M). Empty if the list was not read.
*/
export const otherClients = ({record}: Pick<NodeFacts, 'record'>): readonly ClientRow[] =>
	(record.clients?.value ?? []).filter(({name, flags}) => name !== 'redis-top' && !/[MS]/.test(flags));

/** Whether a client has a name that Sentinels give their connections: `sentinel-1a2b3c4d-cmd`. */
export const isSentinelClient = (name: string | undefined): boolean =>
	/^sentinel-[\da-f]{8}-(?:cmd|pubsub)$/.test(name ?? '');

/** Longest idle time, in seconds, of a client that may be sending many commands a second. */
const activeSeconds = 2;

/** The clients of applications that may be sending commands now. */
export const activeClients = (facts: NodeFacts): readonly ClientRow[] =>
	otherClients(facts).filter(({name, idleSeconds}) => idleSeconds <= activeSeconds && !isSentinelClient(name));

/** The clients that send a command. CLIENT LIST shows only the last command of each connection. */
export type Senders = {
	readonly clients: readonly ClientRow[];
	/** The name of the senders if all have the same name; undefined if they have several names. */
	readonly only: NamedClients['name'] | undefined;
	/** The senders as the end of a sentence: ` from cron-report`, ` from api-1 and 2 more`. */
	readonly text: Message;
};

/**
The clients whose last command is `command`; undefined if CLIENT LIST shows no such client. A client that has been idle
since is left out if another client with this command is active.
*/
export function sendersOf(facts: NodeFacts, command: string): Senders | undefined {
	const lower = command.toLowerCase();
	const alike = otherClients(facts).filter(client => client.command.toLowerCase() === lower);
	const active = alike.filter(({idleSeconds}) => idleSeconds <= activeSeconds);
	const clients = active.length > 0 ? active : alike;
	const [first, ...more] = namedClients(clients);
	if (first === undefined) {
		return undefined;
	}

	return more.length === 0
		? {clients, only: first.name, text: message` from ${first.name}`}
		: {clients, only: undefined, text: message` from ${first.name} and ${more.length} more`};
}

/** Calls per second of a command from which its senders cannot all have been idle for longer than `activeSeconds`. */
const oftenPerSecond = 3;

/**
Like `sendersOf`, for a command that is sent now. Clients that sent it once, and have been idle since, do not send it
often: then CLIENT LIST shows the real senders with another command, and the result is undefined.

@param callsPerSecond How often the command is sent.
*/
export function presentSendersOf(facts: NodeFacts, command: string, callsPerSecond: number): Senders | undefined {
	const senders = sendersOf(facts, command);
	const isPresent = senders?.clients.some(({idleSeconds}) => idleSeconds <= activeSeconds);
	return isPresent === false && callsPerSecond >= oftenPerSecond ? undefined : senders;
}

/** Share of the commands of all senders from which one of them counts as the sender. */
const nearlyAll = 0.8;

/** Least memory of a connection that sends many commands in one request, in bytes: its query buffer, which has 16 KB. */
const pipeliningBytes = 16_384;
/** How many times as much memory as the others the connection of a client has that sends most commands. */
const muchMore = 8;

const memoryOf = (clients: readonly ClientRow[]): number =>
	Math.max(0, ...clients.map(({totalMemoryBytes = 0}) => totalMemoryBytes));

/** The one name whose connections have buffers of many commands, while the others have none; undefined if none has. */
function pipeliningName(groups: ReadonlyArray<readonly [string, readonly ClientRow[]]>): string | undefined {
	const [first, second] = groups.toSorted(([, one], [, other]) => memoryOf(other) - memoryOf(one));
	const most = memoryOf(first?.[1] ?? []);
	return most >= pipeliningBytes && most >= muchMore * memoryOf(second?.[1] ?? []) ? first?.[0] : undefined;
}

/**
Like `sendersOf`, for the load that a command causes: clients with one name that send nearly all commands of the senders
are the only ones. Servers that count the commands of each client (`tot-cmds`) tell. On others, the buffers tell which
client sends many commands in one request.
*/
export function mainSendersOf(facts: NodeFacts, command: string): Senders | undefined {
	const senders = sendersOf(facts, command);
	if (senders === undefined || senders.only !== undefined) {
		return senders;
	}

	const all = sumOfRates(senders.clients)?.commands;
	const groups = [...Map.groupBy(senders.clients, each => each.name)];
	const isMost = (clients: readonly ClientRow[]) => (sumOfRates(clients)?.commands ?? 0) >= nearlyAll * (all ?? 0);
	const name =
		all === undefined ? pipeliningName(groups) : all > 0 ? groups.find(([, rows]) => isMost(rows))?.[0] : undefined;
	if (name === undefined || name === '') {
		return senders;
	}

	const only = nameOf('client', name);
	return {clients: senders.clients.filter(each => each.name === name), only, text: message` from ${only}`};
}

/** Milliseconds for which the slow log tells who sends a command. */
const loggedMs = 60_000;

/** The client whose runs took more than half of a command's time in the slow log of the last minute. */
function loggedSender(facts: NodeFacts, command: string): Name | undefined {
	const sinceMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000 - loggedMs;
	const runs = (facts.record.slowlog?.value.entries ?? []).filter(
		entry => entry.atMs >= sinceMs && commandOf(entry) === command.toUpperCase(),
	);
	const timeOf = (entries: readonly SlowlogEntry[]): number =>
		entries.reduce((sum, {durationMicroseconds}) => sum + durationMicroseconds, 0);
	const all = timeOf(runs);
	const most = [...Map.groupBy(runs, entry => loggedClient(entry)?.name).values()].find(own => 2 * timeOf(own) > all);
	return most?.[0] && loggedClient(most[0]);
}

/**
Like `mainSendersOf`, for a command that fills the main thread. While a long command runs, the server answers nothing, so
that CLIENT LIST rarely shows who sends it. The slow log tells.
*/
export function longSendersOf(facts: NodeFacts, command: string): Senders | undefined {
	const senders = mainSendersOf(facts, command);
	const only = senders?.only === undefined ? loggedSender(facts, command) : undefined;
	return only === undefined ? senders : {clients: [], only, text: message` from ${only}`};
}

/**
The active clients of a server, if they all have one name. A command that is sent often then comes from them, even if
CLIENT LIST shows another command as their last one. Undefined without active clients, and if they have several names or
none. Sentinels do not count: they send commands of their own alone. Undefined too if clients connect half as often as the command is sent: such a client is rarely in the list.

@param callsPerSecond How often the command is sent.
*/
export function onlySenders(facts: NodeFacts, callsPerSecond: number): Senders | undefined {
	if ((facts.perSecond('stats', 'total_connections_received') ?? 0) >= callsPerSecond / 2) {
		return undefined;
	}

	const clients = activeClients(facts);
	const [first, ...more] = namedClients(clients);
	return first === undefined || more.length > 0 || clients[0]?.name === ''
		? undefined
		: {clients, only: first.name, text: message` from ${first.name}`};
}

/** A command as the culprit, with the name of its senders if they all have the same name. */
export const senderCulprit = (command: string, senders: Senders | undefined): Culprit =>
	senders?.only === undefined ? {command} : {command, client: senders.only};

/** The client with the largest output buffer; undefined if CLIENT LIST shows no client with an output buffer. */
export function slowestReader(facts: NodeFacts): ClientRow | undefined {
	const [largest] = otherClients(facts).toSorted(
		(one, other) => (other.outputBufferBytes ?? 0) - (one.outputBufferBytes ?? 0),
	);
	return (largest?.outputBufferBytes ?? 0) > 0 ? largest : undefined;
}

/** The client of a command in the slow log, by its name, else by its address; undefined before 4.0, which logs neither. */
export function loggedClient({
	clientName,
	clientAddress,
}: Pick<SlowlogEntry, 'clientName' | 'clientAddress'>): Name | undefined {
	// A script's own commands have no client. Source: Redis 7.0 and 8.0, SLOWLOG GET.
	const client = clientName || (clientAddress === '?:0' ? undefined : clientAddress);
	return client ? nameOf('client', client) : undefined;
}
