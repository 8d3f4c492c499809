import type {ClientRow} from '../domain/client.js';
import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {isLoopback} from '../domain/node.js';
import {bytes, bytesPerSecond, count} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {heldThread} from './held-thread.js';
import {hint, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fires} from './rule.js';

/** Least bytes of replies that wait for a client, so that it counts as waiting: four times its fixed reply buffer. */
const leastBytes = 65_536;
/**
Fewest waiting clients. A single client that reads slowly makes no others wait. Of three, one has often just got its reply
at the moment of the list.
*/
const fewestClients = 2;
/** Least time, in seconds, that the server needs at its present rate for the replies that wait. */
const leastSeconds = 1;
/** Longest time, in seconds, since the server last sent something to a client that still reads. */
const readingSeconds = 2;

/** Number of the latest PINGs that must all be late. */
const latePings = 3;
/** Number of PINGs among which the quickest is what the way takes while it is free. */
const comparedPings = 60;
/** PINGs are late by at least these milliseconds, and by this factor. */
const [lateMs, lateFactor] = [20, 5];
/** Largest share of the time in which the main thread may be at work. Above it, replies may wait for the server. */
const busyShare = 0.33;

/** Replies that wait to be sent to several clients, all of which read. */
export type WaitingReplies = {
	readonly clients: readonly ClientRow[];
	readonly bytes: number;
	/** What the server sends a second, in bytes. */
	readonly perSecond: number;
	/** Whether they wait for the network; else the clients may read too slowly. */
	readonly isNetwork: boolean;
	readonly evidence: readonly Evidence[];
};

/** The name of the evidence of replies that wait for the network. */
export const waitingForNetwork = 'replies that wait for the network';

/** Messages of subscribers (P) and of MONITOR (O) are no replies. They wait where a subscriber is slow. */
export const isWaiting = ({outputBufferBytes = 0, idleSeconds, flags}: ClientRow): boolean =>
	outputBufferBytes >= leastBytes && idleSeconds <= readingSeconds && !/[OP]/.test(flags);

/** The replies that wait for clients; undefined while few wait, or the server sends them soon. */
export function waitingReplies(facts: NodeFacts): WaitingReplies | undefined {
	const clients = otherClients(facts).filter(isWaiting);
	const waitingBytes = clients.reduce((sum, {outputBufferBytes = 0}) => sum + outputBufferBytes, 0);
	const perSecond = facts.perSecond('stats', 'total_net_output_bytes') ?? 0;
	const isBusy = (workShare(facts) ?? facts.record.values.get('cpuSeconds') ?? 0) > busyShare;
	if (isBusy || clients.length < fewestClients || perSecond <= 0 || waitingBytes < leastSeconds * perSecond) {
		return undefined;
	}

	const late = latePing(facts);
	return {
		clients,
		bytes: waitingBytes,
		perSecond,
		isNetwork: late !== undefined,
		evidence: [
			{name: 'clients whose replies wait', value: clients.length, unit: 'count'},
			{name: late === undefined ? 'replies that wait' : waitingForNetwork, value: waitingBytes, unit: 'bytes'},
			...(late === undefined
				? []
				: [
						{name: 'PING now', value: late.nowMs, unit: 'milliseconds' as const},
						{name: 'PING at best', value: late.bestMs, unit: 'milliseconds' as const},
					]),
		],
	};
}

/**
The share of the time in which the main thread was at work, waits for a disk or a processor included. Undefined before
7.2. Its processor time leaves such waits out.
*/
function workShare(facts: NodeFacts): number | undefined {
	const microseconds = facts.perSecond('stats', 'eventloop_duration_sum');
	return microseconds === undefined ? undefined : microseconds / 1_000_000;
}

/**
PINGs of redis-top that are late while the server is free, as they are in the queue of a full link. Undefined where they
are not, and where the server doesn't tell how long its main thread was at work.
*/
function latePing(facts: NodeFacts): {readonly nowMs: number; readonly bestMs: number} | undefined {
	const {record} = facts;
	const trips = record.ping.series.latest(comparedPings).filter(value => value !== undefined);
	const latest = record.ping.series.latest(latePings).filter(value => value !== undefined);
	const [nowMs, bestMs] = [Math.min(...latest), Math.min(...trips)];
	const isLate = latest.length === latePings && nowMs - bestMs >= lateMs && nowMs >= lateFactor * bestMs;
	return workShare(facts) !== undefined && isLate && !isLoopback(record.endpoint) ? {nowMs, bestMs} : undefined;
}

/** Whether a replica copies all data. That may fill the link in place of the replies, and it ends by itself. */
const isCopied = ({record}: NodeFacts): boolean => record.replicas.some(({state}) => state !== 'online');

/** The client whose replies wait, and its command, where the waiting clients have them in common; else of whoever is known. */
function waitingCulprit({clients}: WaitingReplies, known: Culprit | undefined): Culprit | undefined {
	const [client, ...others] = namedClients(clients);
	const [command, ...more] = new Set(clients.map(each => each.command.toUpperCase()));
	if (client === undefined || others.length > 0) {
		return known;
	}

	const isKnown = known?.client?.name === client.name.name;
	return {...(isKnown ? known : more.length > 0 || command === undefined ? {} : {command}), client: client.name};
}

/** The finding about replies that wait for several clients, all of which read. */
export function waitFor(
	waiting: WaitingReplies,
	facts: NodeFacts,
	known: Culprit | undefined,
	next: readonly NextStep[],
	evidence: readonly Evidence[],
) {
	const {isNetwork} = waiting;
	const isCopying = isNetwork && isCopied(facts);
	const culprit = waitingCulprit(waiting, known);
	const to = culprit?.client === undefined ? '' : message` to ${culprit.client}`;
	const call =
		culprit?.command === undefined
			? ''
			: message` of ${culprit.command}${culprit.key === undefined ? '' : message` ${culprit.key}`}`;
	return fires('warning', {
		problem: isNetwork
			? message`waits for the network to take its replies${call}${to}`
			: message`sends large replies${to}`,
		detail: `${count(waiting.clients.length)} clients wait for ${bytes(waiting.bytes)} at ${bytesPerSecond(waiting.perSecond)}`,
		reason: isCopying
			? 'a replica copies all data over the same line'
			: isNetwork
				? undefined
				: (heldThread(facts)?.reason ?? 'the network is full, or they read slowly'),
		effect: 'slow',
		culprit,
		evidence: [...waiting.evidence, ...evidence],
		meaning: isNetwork
			? 'The server is free, and all replies wait in the queue of a full link on their way, small ones as well: PING takes as long.'
			: 'All of these clients read, and their replies leave more slowly than the server makes them. If the link is full, the replies of all other clients wait as well.',
		next: [
			...(isCopying ? [hint('let the replica finish its copy, then look again: redis-top shows how far it is')] : []),
			...(culprit?.client === undefined || isCopying
				? []
				: [hint(message`stop ${culprit.client}, or let it ask for less at once and on fewer connections`)]),
			...next,
			onHost('sar -n DEV 1 5 || ip -s link   # how full each interface is'),
			redisCli(facts, 'CLIENT LIST TYPE normal'),
		],
		...(isNetwork && !isCopying && culprit?.client !== undefined ? {action: 'client-kill' as const} : {}),
	});
}
