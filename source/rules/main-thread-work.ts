import type {CommandRate} from '../derive/command-rates.js';
import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message, type Name} from '../domain/message.js';
import {perSecond} from '../text/units.js';
import {mainArrival} from './client-limits.js';
import {mainSendersOf, senderCulprit, sendersOf} from './client-names.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Share of the time of all commands, 0–1, from which a single command counts as the cause of the load. */
const mostOfTime = 0.5;

/** Commands that redis-top sends to look at a server. */
const looks =
	/^(?:info|ping|role|(?:acl|client|cluster|command|commandlog|config|function|latency|memory|module|pubsub|slowlog)\|.+)$/;

/** Most calls per second of such a command that may all be of redis-top. */
const mostLooks = 5;

/** Whether redis-top alone sends a command, as far as CLIENT LIST shows. */
const isOwn = (facts: NodeFacts, {command, callsPerSecond = 0}: CommandRate): boolean =>
	looks.test(command) && callsPerSecond <= mostLooks && sendersOf(facts, command) === undefined;

/** Seconds in which the main thread reads a usual request, parses it, and writes the reply: a few system calls. */
const secondsBeside = 50e-6;

/** Bytes that the main thread reads or writes in a second at least, those that TLS encrypts included. */
const copiedBytes = 300e6;

/**
The share of the time that neither commands nor the reading and writing for them explain.

@param busy The share of the time in which the main thread is busy.
*/
function unexplainedShare(facts: NodeFacts, busy: number): number {
	const {commands} = facts.record;
	const calls = commands.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
	const microseconds = commands.reduce(
		(sum, {callsPerSecond = 0, meanMicroseconds = 0}) => sum + callsPerSecond * meanMicroseconds,
		0,
	);
	const moved =
		(facts.perSecond('stats', 'total_net_input_bytes') ?? 0) +
		(facts.perSecond('stats', 'total_net_output_bytes') ?? 0);
	return busy - microseconds / 1e6 - calls * secondsBeside - moved / copiedBytes;
}

/**
The command that takes at least half of the time of all commands, and its senders. Undefined if no command does, or if
commands are not what the main thread is busy with.

@param busy The share of the time in which the main thread is busy.
*/
export function longestCommand(facts: NodeFacts, busy: number) {
	const [top] = facts.record.commands
		.filter(rate => !isOwn(facts, rate))
		.toSorted((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0));
	if (
		top?.timeShare === undefined ||
		top.timeShare < mostOfTime ||
		unexplainedShare(facts, busy) >= mostOfTime * busy
	) {
		return undefined;
	}

	const command = top.command.toUpperCase();
	const senders = mainSendersOf(facts, top.command);
	return {
		text: message`${command}${senders?.text ?? ''} takes most of the time`,
		shortText: message`${command}${senders?.text ?? ''}`,
		culprit: senderCulprit(command, senders),
	};
}

/**
When new connections may be what the main thread is busy with: how many a second at least, and the seconds that one of
them takes. A TLS handshake takes 0.3 ms with an ECDSA key, 1 ms with RSA of 2048 bits and some 5 ms with 4096 bits
(`openssl speed`). A connection without TLS takes a few system calls.
*/
const costs = {
	tls: {perSecond: 10, least: 0.0002, most: 0.015},
	plain: {perSecond: 1000, least: 0.00003, most: 0.001},
} as const;

/** Fewest connections for each command, so that they are of clients that connect for each request: as in cli.churn. */
const connectionsPerCommand = 0.1;

/** Name of the evidence that new connections keep the main thread busy. */
export const connectionsEvidence = 'new connections';

/** What keeps a main thread busy, beside commands. */
export type ConnectionWork = {
	readonly text: Message;
	readonly meaning: string;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/** Whether the server takes connections with TLS: redis-top's own has it, or it has a port for them. */
const hasTls = (facts: NodeFacts): boolean =>
	facts.sample?.certificateExpiresAtMs !== undefined || Number(facts.setting('tls-port') ?? 0) > 0;

/**
The new connections that take most of the main thread's processor time; undefined if they do not, or where INFO
commandstats was not read.

@param processor The share of the time in which the main thread used a processor.
*/
export function connectionWork(facts: NodeFacts, processor: number): ConnectionWork | undefined {
	const connections = facts.perSecond('stats', 'total_connections_received') ?? 0;
	const commands = facts.perSecond('stats', 'total_commands_processed') ?? Number.POSITIVE_INFINITY;
	const isTls = hasTls(facts);
	const cost = isTls ? costs.tls : costs.plain;
	const share = unexplainedShare(facts, processor);
	const each = share / connections;
	if (
		!facts.record.commands.some(({callsPerSecond}) => callsPerSecond !== undefined) ||
		connections < cost.perSecond ||
		connections < connectionsPerCommand * commands ||
		share < mostOfTime * processor ||
		each < cost.least ||
		each > cost.most
	) {
		return undefined;
	}

	const from = mainArrival(facts, connections);
	return {
		text: message`new ${isTls ? 'TLS ' : ''}connections${from === undefined ? '' : message` from ${from}`} take most of the time, ${perSecond(connections)}`,
		meaning: isTls
			? 'All commands run on this one thread. A TLS handshake takes it for up to some milliseconds, so clients that connect for each request hold up all others.'
			: 'All commands run on this one thread. Clients that connect for each request make it accept and close connections in place of commands.',
		evidence: [
			{name: connectionsEvidence, value: connections, unit: 'perSecond'},
			{name: 'processor time of each', value: each * 1000, unit: 'milliseconds'},
		],
		next: connectionSteps(from, isTls),
	};
}

/** The steps against clients that connect for each request. Closing one connection brings the next one. */
const connectionSteps = (from: Name | undefined, isTls: boolean): readonly NextStep[] => [
	...(from === undefined ? [hint('find who connects: panel 4, sorted by age, youngest first')] : []),
	hint(
		message`let ${from ?? 'it'} keep its connections: a pool, or persistent connections (pconnect in PHP); undo its last release`,
	),
	hint('until then let fewer of its workers run, or limit how often they connect (proxy, firewall)'),
	...(isTls ? [hint('a certificate with an ECDSA key makes a handshake several times cheaper than RSA')] : []),
];

/** The steps that follow from what keeps a main thread busy. */
export const culpritSteps = (culprit: Culprit | undefined): readonly NextStep[] =>
	culprit?.client === undefined || culprit.command === undefined
		? []
		: [hint(message`let ${culprit.client} send ${culprit.command} less often, or stop it`)];
