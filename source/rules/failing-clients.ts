import {sumOfRates} from '../derive/client-rates.js';
import type {ClientRow} from '../domain/client.js';
import {type Message, message} from '../domain/message.js';
import {errorStats} from '../parse/info-fields.js';
import {activeClients, clientName, namedClients, onlySenders, presentSendersOf, type Senders} from './client-names.js';
import type {NodeFacts} from './node-facts.js';

/** A command that fails, with its failed calls per second. */
type FailingCommand = {readonly command: string; readonly failures: number};

/** Commands of a replica before its primary knows it as one. Its connection has no name and no flag until then. */
const commandsOfReplicas: readonly string[] = ['ping', 'psync', 'replconf', 'sync'];

/**
Milliseconds that CLIENT LIST may be older than the reading with which errors were counted first. `check` reads both in
one look.
*/
const oneLookMs = 2000;

/**
Whether CLIENT LIST was read since the errors began. An older list may lack the client that gets them.

@param heldMs Milliseconds for which the condition has held.
*/
const isListed = ({record, sample, earlier}: NodeFacts, heldMs: number): boolean =>
	record.clients !== undefined && record.clients.atMs >= (earlier?.atMs ?? sample?.atMs ?? 0) - heldMs - oneLookMs;

/**
The clients of a command of which nearly all calls fail: each client that sends it gets errors. Undefined if CLIENT LIST
does not show them.
*/
export function refusedClients(facts: NodeFacts, {command, failures}: FailingCommand, heldMs: number) {
	if (!isListed(facts, heldMs)) {
		return undefined;
	}

	const senders = presentSendersOf(facts, command, failures);
	return command === 'auth' && senders !== undefined
		? byHost(senders)
		: (byTraffic(senders) ?? (commandsOfReplicas.includes(command) ? undefined : onlySenders(facts, failures)));
}

/**
The same senders, the one that sends most bytes first where the server counts those. A client that gets a few of the
errors may have the same last command as the one that gets most.
*/
function byTraffic(senders: Senders | undefined): Senders | undefined {
	const groups = [...Map.groupBy(senders?.clients ?? [], ({name, address}) => (name === '' ? address : name)).values()];
	const ranked = groups
		.flatMap(rows => namedClients(rows).map(({name}) => ({name, sent: sumOfRates(rows)?.inBytes})))
		.toSorted((one, other) => (other.sent ?? 0) - (one.sent ?? 0));
	const [first] = ranked;
	const others = namedClients(senders?.clients ?? []).length - 1;
	return senders === undefined || senders.only !== undefined || first?.sent === undefined || others < 1
		? senders
		: {...senders, text: message` from ${first.name} and ${others} more`};
}

/** The same senders, by their host where they have no name: a connection that may not log in ends at once. */
function byHost(senders: Senders): Senders {
	const [first] = senders.clients;
	const [host] = first?.name === '' && senders.only !== undefined ? namedClients([first, first]) : [];
	return host === undefined ? senders : {...senders, only: host.name, text: message` from ${host.name}`};
}

/** Share of the errors that a client must have got. A list and commandstats are counts of different seconds. */
const leastShare = 0.5;

/** The least bytes of a command with a key, `*2 $3 GET $1 k`, and of the reply to it, `-MOVED 12345 :6379`. */
const [leastRequestBytes, leastRefusalBytes] = [20, 20];

/** Seconds that a client may be older than the errors that it gets: they are seen with the next two samples. */
const olderSeconds = 3;
/** Factor of the time that the count and the rate of the errors give: the rate changes. */
const rateFactor = 1.25;

/**
Whether a client connected no earlier than the errors began: as redis-top saw it, or by their count and rate. False for all
clients after slots left the node: clients that were connected before may have an old slot map then.
*/
function cameWithErrors({sample, record, memory, nowMs}: NodeFacts, errors: number, heldMs: number) {
	const all = sample === undefined ? undefined : errorStats(sample.info).get('MOVED');
	const heldSeconds = heldMs / 1000;
	const isSeen = nowMs - heldMs - memory.foundAtMs > olderSeconds * 1000;
	const begunSeconds = isSeen
		? heldSeconds
		: Math.max(heldSeconds, ((all ?? Number.POSITIVE_INFINITY) / errors) * rateFactor);
	const listedSeconds = (nowMs - (record.clients?.atMs ?? nowMs)) / 1000;
	return ({ageSeconds}: ClientRow): boolean =>
		memory.slotsLeftAtMs === undefined &&
		Number.isFinite(begunSeconds) &&
		ageSeconds + listedSeconds <= begunSeconds + olderSeconds;
}

/**
The clients that may get MOVED; undefined if more than two may. A client without cluster mode sends the commands for all
keys to this node, and gets MOVED for keys of other nodes. A client in cluster mode sends the same commands and gets
none. So the clients are told apart by how many bytes they send and get, where the server counts those. It counts no
command that it refuses (`tot-cmds`): with three primaries, such a client gets two errors for each command that counts. Of several such clients, those that were connected before the errors began are left out.

@param failing The commands that get MOVED.
*/
export function movedClients(
	facts: NodeFacts,
	failing: readonly FailingCommand[],
	heldMs: number,
): Senders | undefined {
	const errors = failing.reduce((sum, {failures}) => sum + failures, 0);
	const active = isListed(facts, heldMs) ? activeClients(facts) : [];
	const groups = [...Map.groupBy(active, ({name, address}) => (name === '' ? address : name)).values()].map(rows => ({
		rows,
		traffic: sumOfRates(rows),
	}));
	const isCounted = groups.some(({traffic}) => traffic !== undefined);
	const able = groups.filter(({rows, traffic}) =>
		isCounted
			? (traffic?.inBytes ?? 0) >= leastShare * errors * leastRequestBytes &&
				(traffic?.outBytes ?? 0) >= leastShare * errors * leastRefusalBytes
			: rows.some(row => failing.some(({command}) => command === row.command.toLowerCase())),
	);
	// Where some clients were connected before the errors and others came with them, the latter get the errors.
	const isNew = cameWithErrors(facts, errors, heldMs);
	const fresh = able.filter(({rows}) => rows.some(isNew));
	const clients = (fresh.length > 0 ? fresh : able).flatMap(({rows}) => rows);
	const [first, second, ...more] = namedClients(clients);
	if (first === undefined || more.length > 0) {
		return undefined;
	}

	return second === undefined
		? {clients, only: first.name, text: message` from ${first.name}`}
		: {clients, only: undefined, text: message` from ${first.name} or ${second.name}`};
}

/** Where the clients with one name connect from; undefined if their name is an address itself. */
export function placeOf(senders: Senders | undefined): Message | undefined {
	const [first, ...more] = senders?.only === undefined ? [] : senders.clients;
	if (first === undefined || first.name === '') {
		return undefined;
	}

	const [host, ...otherHosts] = namedClients([first, ...more].map(client => ({...client, name: ''})));
	return (
		host &&
		message`${clientName(first)} connects from ${host.name}${otherHosts.length === 0 ? '' : ` and ${otherHosts.length} more`}`
	);
}
