import type {ClientRow} from '../domain/client.js';
import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {isLoopback} from '../domain/node.js';
import {bytes, bytesPerSecond, count, milliseconds} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {roundTripsOf} from './distance.js';
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

/** Number of the latest PINGs of which most must be late. A lost packet delays a single one. */
const latePings = 5;
/** Fewest round trips of a look that has just begun. */
const fewestTrips = 3;
/** Number of PINGs among which the quickest is what the way takes while it is free. */
const comparedPings = 60;
/** PINGs are late by at least these milliseconds, and by this factor. */
const [lateMs, lateFactor] = [20, 5];
/** Largest share of the time in which the main thread may be at work. Above it, replies may wait for the server. */
const busyShare = 0.33;

/** PINGs that are late while the server is free. */
type LatePing = {
	/** The median of the latest, in milliseconds. */
	readonly nowMs: number;
	/** What a reply takes while the way is free, in milliseconds. */
	readonly bestMs: number;
	/** Whether `bestMs` is of another node. */
	readonly isOfOther: boolean;
};

/** Replies that wait to be sent to several clients, all of which read. */
export type WaitingReplies = {
	readonly clients: readonly ClientRow[];
	readonly bytes: number;
	/** What the server sends a second, in bytes. */
	readonly perSecond: number;
	/** How late PINGs are, where the replies wait for the network; else the clients may read too slowly. */
	readonly late: LatePing | undefined;
	readonly evidence: readonly Evidence[];
};

/** The name of the evidence of replies that wait for the network. */
export const waitingForNetwork = 'replies that wait for the network';

/** Messages of subscribers (P) and of MONITOR (O) are no replies. They wait where a subscriber is slow. */
export const isWaiting = ({outputBufferBytes = 0, idleSeconds, flags}: ClientRow): boolean =>
	outputBufferBytes >= leastBytes && idleSeconds <= readingSeconds && !/[OP]/.test(flags);

/**
The replies that wait for clients; undefined while few wait, or the server sends them soon. Where PINGs are late, large
replies wait in the queue of the network, even if the server has handed all of them to its system.

@param isLarge Whether the replies are large on average.
*/
export function waitingReplies(facts: NodeFacts, isLarge: boolean): WaitingReplies | undefined {
	const clients = otherClients(facts).filter(isWaiting);
	const waitingBytes = clients.reduce((sum, {outputBufferBytes = 0}) => sum + outputBufferBytes, 0);
	const perSecond = facts.perSecond('stats', 'total_net_output_bytes') ?? 0;
	if (isAtWork(facts) || perSecond <= 0) {
		return undefined;
	}

	const areMany = clients.length >= fewestClients && waitingBytes >= leastSeconds * perSecond;
	const late = latePing(facts);
	if (!areMany && (late === undefined || !isLarge)) {
		return undefined;
	}

	// A queue holds what is sent a second, times the seconds for which each byte stays in it.
	const queued = late === undefined ? 0 : (perSecond * late.nowMs) / 1000;
	return {
		clients,
		bytes: waitingBytes,
		perSecond,
		late,
		evidence: [
			{name: 'clients whose replies wait', value: clients.length, unit: 'count'},
			{
				name: late === undefined ? 'replies that wait' : waitingForNetwork,
				value: Math.max(waitingBytes, queued),
				unit: 'bytes',
			},
			...(late === undefined
				? []
				: [
						{name: 'PING now', value: late.nowMs, unit: 'milliseconds' as const},
						{name: 'PING at best', value: late.bestMs, unit: 'milliseconds' as const},
					]),
		],
	};
}

/** Whether the main thread is at work so long that replies may wait for it. */
const isAtWork = (facts: NodeFacts): boolean =>
	(workShare(facts) ?? facts.record.values.get('cpuSeconds') ?? 0) > busyShare;

/**
The share of the time in which the main thread was at work, waits for a disk or a processor included. Undefined before
7.2. Its processor time leaves such waits out.
*/
function workShare(facts: NodeFacts): number | undefined {
	const microseconds = facts.perSecond('stats', 'eventloop_duration_sum');
	return microseconds === undefined ? undefined : microseconds / 1_000_000;
}

/**
The quickest poll of the other data nodes that answer, in milliseconds. Undefined without such a node. A poll carries more
than a PING, so that the way to that node is no longer than this.
*/
function otherNodesMs({record, nodes}: NodeFacts): number | undefined {
	const polls = [...nodes.values()].flatMap(({address, failure, role, sample}) =>
		address === record.address || failure !== undefined || role === 'sentinel' || sample === undefined
			? []
			: [sample.roundTripMs],
	);
	return polls.length === 0 ? undefined : Math.min(...polls);
}

const median = (values: readonly number[]): number =>
	values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0;

/** Whether round trips are as late as in a queue, compared with a free way. */
const isLate = (nowMs: number, bestMs: number): boolean => nowMs - bestMs >= lateMs && nowMs >= lateFactor * bestMs;

/** Least ratio of the longest to the shortest round trip. Those over a long way are alike, as for conn.distance. */
const leastSpread = 1.25;

const areUneven = (trips: readonly number[]): boolean => Math.max(...trips) >= leastSpread * Math.min(...trips);

/**
PINGs of redis-top that are late while the server is free, as they are in the queue of a full link. They are compared with
the quickest of this node. A look that began after the link was full compares them with the polls of another node.
Undefined where they are not late, and where the server doesn't tell how long its main thread was at work.
*/
function latePing(facts: NodeFacts): LatePing | undefined {
	const {record} = facts;
	const pings = record.ping.series.latest(comparedPings).filter(value => value !== undefined);
	const known = pings.length >= fewestTrips ? pings : roundTripsOf(facts);
	if (workShare(facts) === undefined || isLoopback(record.endpoint) || known.length < fewestTrips) {
		return undefined;
	}

	const latest = record.ping.series.latest(latePings).filter(value => value !== undefined);
	const trips = pings.length >= fewestTrips ? latest : known;
	const [nowMs, ownMs] = [median(trips), Math.min(...known)];
	if (trips.length >= fewestTrips && isLate(nowMs, ownMs)) {
		return {nowMs, bestMs: ownMs, isOfOther: false};
	}

	// A long way makes round trips late as well. They are alike.
	const otherMs = areUneven(trips) ? otherNodesMs(facts) : undefined;
	return otherMs !== undefined && isLate(Math.min(ownMs, nowMs), otherMs)
		? {nowMs, bestMs: otherMs, isOfOther: true}
		: undefined;
}

/**
The shortest round trip, in milliseconds, where all are long and no two alike, as in the queue of a full link. A long way
whose round trips vary looks the same. Undefined while the main thread is at work.
*/
export function unevenTripsMs(facts: NodeFacts): number | undefined {
	const trips = roundTripsOf(facts, latePings);
	const shortest = Math.min(...trips);
	const isLong = trips.length >= fewestTrips && shortest >= lateMs && areUneven(trips);
	return isLong && !isAtWork(facts) && !isLoopback(facts.record.endpoint) ? shortest : undefined;
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

/** Milliseconds that PINGs take longer than at best, from which the wait is critical, as for conn.rtt. */
const criticalMs = 100;

/** The step that ends the large replies now. */
export const stopReader = (client: Message): NextStep =>
	hint(message`stop ${client}, or let it ask for less at once and on fewer connections`);

/**
The finding about replies that wait for several clients, all of which read.

@param readers Who gets the large replies, as `report-1 and 5 more`; undefined if that is not known.
*/
export function waitFor(
	waiting: WaitingReplies,
	facts: NodeFacts,
	known: Culprit | undefined,
	next: readonly NextStep[],
	evidence: readonly Evidence[],
	readers: Message | undefined,
) {
	const {late} = waiting;
	const isNetwork = late !== undefined;
	const isCopying = isNetwork && isCopied(facts);
	const culprit = waitingCulprit(waiting, known);
	const client =
		culprit?.client === undefined || (culprit.client.name === known?.client?.name && readers !== undefined)
			? readers
			: message`${culprit.client}`;
	const to = client === undefined ? '' : message` to ${client}`;
	const call =
		culprit?.command === undefined
			? ''
			: message` ${culprit.command}${culprit.key === undefined ? '' : message` ${culprit.key}`}`;
	const isLong = late !== undefined && !isCopying && late.nowMs - late.bestMs >= criticalMs;
	return fires(isLong ? 'critical' : 'warning', {
		problem: isNetwork ? message`fills its network with replies${to}` : message`sends large replies${to}`,
		detail: isNetwork
			? message`all clients wait ${milliseconds(late.nowMs)}, ${milliseconds(late.bestMs)} at ${late.isOfOther ? 'another node' : 'best'};${call} ${bytesPerSecond(waiting.perSecond)}`
			: `${count(waiting.clients.length)} clients wait for ${bytes(waiting.bytes)} at ${bytesPerSecond(waiting.perSecond)}`,
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
			...(culprit?.client === undefined || isCopying ? [] : [stopReader(client ?? message`${culprit.client}`)]),
			...next,
			onHost('sar -n DEV 1 5 || ip -s link   # how full each interface is'),
			redisCli(facts, 'CLIENT LIST TYPE normal'),
		],
		...(isNetwork && !isCopying && culprit?.client !== undefined ? {action: 'client-kill' as const} : {}),
	});
}
