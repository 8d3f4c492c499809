import type {InfoReply} from '../domain/info-reply.js';
import type {NodeAddress} from '../domain/node.js';
import {boundBelow, fewestCallsForPercentile} from './latency-percentiles.js';
import type {NodeRecord} from './node-record.js';

/**
Used memory as a share of maxmemory, 1 being full; undefined when maxmemory is not set. Memory that eviction does not
count is left out, as in `getMaxmemoryState` of Redis' evict.c.
*/
export function memoryShareIn(info: InfoReply): number | undefined {
	const field = (name: string) => info.number('memory', name);
	const [used, limit] = [field('used_memory'), field('maxmemory')];
	return used === undefined || limit === undefined || limit === 0
		? undefined
		: (used - (field('mem_not_counted_for_evict') ?? 0)) / limit;
}

/** `memoryShareIn` of a node's last sample, computed once for each sample. */
export const memoryShare = ({sample}: Pick<NodeRecord, 'sample'>): number | undefined =>
	sample?.info.once(memoryShareIn);

/**
Whether it is a problem that the memory of a node is full. An `allkeys-*` cache is full by design. A replica may be full
too, because by default it leaves eviction to its primary (`replica-ignore-maxmemory`).
*/
export const isFullBad = ({sample, config, role}: Pick<NodeRecord, 'sample' | 'config' | 'role'>): boolean => {
	const policy = sample?.info.text('memory', 'maxmemory_policy') ?? config?.value.get('maxmemory-policy');
	return role !== 'replica' && policy?.startsWith('allkeys') !== true;
};

/** How far a replica is behind its primary. */
export type ReplicaDelay = {
	readonly replica: NodeAddress;
	/** The age of its data in seconds. For a replica that receives nothing: the age of its last ACK. */
	readonly seconds: number;
	/** Whether the replica receives nothing, so that its true delay may be longer than `seconds`. */
	readonly isAtLeast: boolean;
};

/**
The longest delay among the replicas of a node, and the node's own if its link to its primary is down. For a replica that
receives nothing, it is the age of its last ACK or the time since its link went down, and the true delay may be longer.
Undefined when no delay is known.
*/
export function longestDelay({
	replicas,
	address,
	sample,
}: Pick<NodeRecord, 'replicas' | 'address' | 'sample'>): ReplicaDelay | undefined {
	const downSeconds = sample?.info.number('replication', 'master_link_down_since_seconds') ?? -1;
	// -1: the replica never had a link, or it is in its first full resync.
	let longest: ReplicaDelay | undefined =
		downSeconds < 0 ? undefined : {replica: address, seconds: downSeconds, isAtLeast: true};
	for (const {address: replica, behindBytes, behindSeconds, ackAgeSeconds} of replicas) {
		const isAtLeast = behindSeconds === undefined;
		const isIdle = behindBytes === undefined || behindBytes === 0;
		const delaySeconds = behindSeconds ?? (isIdle ? undefined : ackAgeSeconds);
		if (delaySeconds !== undefined && delaySeconds > (longest?.seconds ?? Number.NEGATIVE_INFINITY)) {
			longest = {replica, seconds: delaySeconds, isAtLeast};
		}
	}

	return longest;
}

/** A slow command, and the upper bound of the latency bucket that its slowest call is in, in microseconds. */
export type SlowCommand = {readonly command: string; readonly bound: number};

/** The node's command with the highest p99. Undefined before the first histogram. */
export function slowestCommand({
	latency,
}: Pick<NodeRecord, 'latency'>): {readonly command: string; readonly p99: number} | undefined {
	let slowest: {command: string; p99: number} | undefined;
	for (const [command, {p99}] of latency?.value.bounds ?? []) {
		if (p99 !== undefined && p99 > (slowest?.p99 ?? -1)) {
			slowest = {command, p99};
		}
	}

	return slowest;
}

/**
Least share of the time that a rare command must take to count, 0–1. With a hundredth of the time, about one in a
hundred commands of other clients waits for such a call. The wait is then part of the p99 that clients see.
*/
const rareShare = 0.01;

/**
The slowest command that is called too rarely for a p99, with the bucket of its slowest call. Undefined unless its calls
took at least a hundredth of the time.
*/
export function slowestRareCommand({latency}: Pick<NodeRecord, 'latency'>): SlowCommand | undefined {
	let slowest: SlowCommand | undefined;
	for (const [command, {p99, max, buckets = [], overMs}] of latency?.value.bounds ?? []) {
		const leastMicroseconds = buckets.reduce((sum, {bound, count}) => sum + boundBelow(bound) * count, 0);
		const counts = p99 === undefined && max !== undefined && leastMicroseconds >= rareShare * overMs * 1000;
		if (counts && max > (slowest?.bound ?? -1)) {
			slowest = {command, bound: max};
		}
	}

	return slowest;
}

/**
Mean time of a command's calls from which the command is slow even without a p99, in microseconds. It is the default of
`slowlog-log-slower-than`. For example, two calls a second of 300 ms each are too few for a p99.
*/
const slowFromMicroseconds = 10_000;

/**
A slow command, the mean time of its calls in microseconds, the share of the time that its calls took, 0–1, and whether
the calls are too few for a p99. The p99 of so few calls is the slowest of them, so it is at least the mean.
*/
export type SlowMean = {
	readonly command: string;
	readonly mean: number;
	readonly share: number;
	readonly hasFewCalls: boolean;
};

/**
The command with the longest mean time of the last ten seconds; undefined if no command takes `slowFromMicroseconds`.
*/
export function slowestByMean({
	commands,
	commandWindow,
}: Pick<NodeRecord, 'commands' | 'commandWindow'>): SlowMean | undefined {
	let slowest: SlowMean | undefined;
	for (const {command, meanMicroseconds: mean, callsPerSecond, callsOfInterval} of commandWindow?.rates ?? commands) {
		if (mean !== undefined && mean >= slowFromMicroseconds && mean > (slowest?.mean ?? 0)) {
			slowest = {
				command,
				mean,
				share: ((callsPerSecond ?? 0) * mean) / 1_000_000,
				hasFewCalls: (callsOfInterval ?? 0) < fewestCallsForPercentile,
			};
		}
	}

	return slowest;
}
