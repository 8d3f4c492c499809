import {sumOfRates} from '../derive/client-rates.js';
import {message} from '../domain/message.js';
import {activeClients, namedClients, onlySenders, type Senders, sendersOf} from './client-names.js';
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
	return isListed(facts, heldMs)
		? (sendersOf(facts, command) ?? (commandsOfReplicas.includes(command) ? undefined : onlySenders(facts, failures)))
		: undefined;
}

/** Share of the errors that a client's commands must reach. A list and commandstats are counts of different seconds. */
const leastShare = 0.5;

/**
The clients that may get MOVED; undefined if more than two may. A client without cluster mode sends the commands for all
keys to this node, and gets MOVED for keys of other nodes. A client in cluster mode sends the same commands and gets
none. So the clients are told apart by how much they send, where the server counts that.

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
		sent: sumOfRates(rows)?.commands,
	}));
	const isCounted = groups.some(({sent}) => sent !== undefined);
	const able = groups.filter(({rows, sent = 0}) =>
		isCounted
			? sent >= leastShare * errors
			: rows.some(row => failing.some(({command}) => command === row.command.toLowerCase())),
	);
	const clients = able.flatMap(({rows}) => rows);
	const [first, second, ...more] = namedClients(clients);
	if (first === undefined || more.length > 0) {
		return undefined;
	}

	return second === undefined
		? {clients, only: first.name, text: message` from ${first.name}`}
		: {clients, only: undefined, text: message` from ${first.name} or ${second.name}`};
}
