import {primaryAddress} from '../derive/replication-peers.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import {utcClock} from '../text/units.js';
import {namedClients, otherClients, type Senders} from './client-names.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {changeToOtherData, forgetAddressSteps, isReplicaByCommand, sentinelOfPrimary} from './role-change.js';
import {plainWrites} from './server-busy.js';

/** The step that sends the writes of a replica's clients to its primary. */
export function writeElsewhere(facts: NodeFacts): readonly NextStep[] {
	const {record, sample} = facts;
	const primary = record.role === 'replica' && sample !== undefined ? primaryAddress(sample.info) : undefined;
	const known = facts.primary;
	// A primary that is down takes no writes: a stranger made the node its replica, or a failover is due.
	const isDown = known?.failure?.state === 'down';
	// Writes for a server that was made a replica by mistake do not belong to the server with other data.
	if (primary === undefined || isDown || changeToOtherData(facts) !== undefined) {
		return [];
	}

	const watching = isReplicaByCommand(facts) ? sentinelOfPrimary(facts) : undefined;
	return watching !== undefined
		? [
				hint(message`let clients of ${nameOf('primary', watching.group)} write to ${nodeName(primary)}`),
				hint(
					'if it serves others, sentinels took it for a former replica with its address, and replaced its data; free it:',
				),
				redisCli(facts, 'REPLICAOF NO ONE'),
				...forgetAddressSteps(watching),
			]
		: [
				hint(
					message`let these clients write to ${nodeName(primary)}: their configuration, a proxy or a DNS name leads here`,
				),
			];
}

/**
The commands that count as writes because they can store a result, their forms that only read, and the first major version that
has that form in all its releases. Source: redis.io/commands.
*/
const readingForms: ReadonlyMap<string, readonly [form: string, since: number]> = new Map([
	['sort', ['SORT_RO', 7]],
	['georadius', ['GEORADIUS_RO', 4]],
	['georadiusbymember', ['GEORADIUSBYMEMBER_RO', 4]],
	['bitfield', ['BITFIELD_RO', 6]],
]);

/** How a replica runs a command that it refuses although it may only read; undefined for a command that always writes. */
export function readingForm(
	facts: NodeFacts,
	command: string,
): {readonly reason: string; readonly step: NextStep} | undefined {
	const [form, since = 0] = readingForms.get(command) ?? [];
	const major = Number.parseInt(facts.text('server', 'redis_version') ?? '', 10);
	return form === undefined || !(major >= since)
		? undefined
		: {
				reason: `it counts as a write, ${form} does not`,
				step: hint(`let clients that only read send ${form}: a replica runs it`),
			};
}

/**
The primary of a replica as text, because clients should write to the primary. Undefined for a node that is not a
replica.
*/
export function whereWritesBelong({record, sample, memory}: NodeFacts): Message | undefined {
	const primary = record.role === 'replica' && sample !== undefined ? primaryAddress(sample.info) : undefined;
	if (primary === undefined) {
		return undefined;
	}

	return memory.roleChangedAtMs === undefined
		? message`its primary is ${nodeName(primary)}`
		: message`it became a replica of ${nodeName(primary)} at ${utcClock(memory.roleChangedAtMs)}`;
}

/** Longest idle time, in seconds, of a client that is writing now. */
const writingSeconds = 10;

/** The clients that write to a node now, with their commands. */
export type WritersHere = {
	readonly senders: Message;
	readonly only: Senders['only'];
	readonly commands: readonly string[];
};

/**
The clients whose last command was a write, a moment ago. Undefined if CLIENT LIST shows none. What a replica gets from its
primary is not among them.
*/
export function writersHere(facts: NodeFacts): WritersHere | undefined {
	const writing = otherClients(facts).filter(
		({command, idleSeconds}) =>
			idleSeconds <= writingSeconds && plainWrites.test(command) && command.toLowerCase() !== 'publish',
	);
	const [first, ...more] = namedClients(writing);
	return first === undefined
		? undefined
		: {
				senders: more.length === 0 ? message`${first.name}` : message`${first.name} and ${more.length} more`,
				only: more.length === 0 ? first.name : undefined,
				commands: [...new Set(writing.map(({command}) => command.toUpperCase()))].toSorted(),
			};
}

/** The steps that make a replica read-only: first away with its writers, who get errors from then on. */
export const readOnlySteps = (facts: NodeFacts, writers: WritersHere | undefined): readonly NextStep[] => [
	...(writers === undefined
		? [hint('see who writes to it: panel 4 of this node; such clients get READONLY errors after the next step')]
		: [
				...writeElsewhere(facts),
				hint('copy the keys that count to the primary: the next full resync discards them here'),
				hint('with the next step, a client that still writes here gets READONLY errors'),
			]),
	redisCli(facts, 'CONFIG SET replica-read-only yes'),
];

/** What to do about a replica that has no link and may not serve old data. Source: redis.conf, `replica-serve-stale-data`. */
export const readElsewhere = [
	hint('read from its primary until its link is up'),
	hint('or, if old data is better than errors, CONFIG SET replica-serve-stale-data yes'),
];
