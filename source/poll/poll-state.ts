import {ownOpenSlots} from '../cluster/migrations.js';
import {isClusterEnabled} from '../derive/deployment.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {BusLinks} from '../domain/bus-links.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {BlindSpot, NodeSample, PollExtras} from '../domain/sample.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {commandStats} from '../parse/info-fields.js';
import type {Version} from '../wire/read-commands.js';
import {type SentinelState, updateSentinel} from './sentinel-replies.js';
import {redisVersion, valkeyVersion} from './server-version.js';

export type WritableExtras = {-readonly [Key in keyof PollExtras]: PollExtras[Key]};

/** SLOWLOG GET asks for this many entries, and for more when the server's ring moved further since the last poll. */
export const defaultSlowlogCount = 16;

/** SLOWLOG GET never asks for more; entries beyond count as lost. */
export const mostSlowlogEntries = 1024;

/** LATENCY HISTOGRAM is asked for the commands that took most of the server's time since its start. */
const busiestCommandCount = 16;

/** What is known of a node between polls. A new process (`run_id`) starts with a new one. */
export type PollState = {
	/** Major and minor of the Redis version whose commands it has; undefined before a connection's first INFO. */
	version: Version | undefined;
	/** Valkey's own version. */
	valkey: Version | undefined;
	runId: string | undefined;
	/** By the kind of the request (`requests.ts`), monotonic milliseconds. */
	lastAskedMs: Map<string, number>;
	histogramReadings: number;
	slowlogLastId: number | undefined;
	slowlogCount: number;
	connectedClients: number;
	hasCluster: boolean;
	/** The last reading of its links of the cluster bus. The next one is compared with it. */
	busLinks: BusLinks | undefined;
	/** Slots that this node itself reports as open; their keys are counted. */
	openSlots: readonly number[];
	busiestCommands: readonly string[];
	/** Undefined for a data node. */
	sentinel: SentinelState | undefined;
	/** Subscribers of the Sentinels' channel at the last discovery; undefined before that. */
	subscribersSeen: number | undefined;
	/** A module is loaded that reports its failures in INFO modules. */
	hasSearchModule: boolean;
	/** `latency-monitor-threshold`; undefined while it isn't known. */
	latencyThreshold: string | undefined;
	/** The last poll timed out: this one also asks what blocked the server. */
	isRecovering: boolean;
	/** Kinds of requests that this process takes with one argument a call only, whatever its version promises. */
	readonly oneArgumentKinds: Set<string>;
	/** Connections in a row that ended while requests of several arguments were pending. */
	closedOnSeveral: number;
	/** By the kind of the request: what this server refused, and until when it is not asked again. */
	blind: Map<string, {readonly spot: BlindSpot; readonly untilMs: number}>;
};

export const newPollState = (): PollState => ({
	version: undefined,
	valkey: undefined,
	runId: undefined,
	lastAskedMs: new Map(),
	histogramReadings: 0,
	slowlogLastId: undefined,
	slowlogCount: defaultSlowlogCount,
	connectedClients: 0,
	hasCluster: false,
	busLinks: undefined,
	openSlots: [],
	busiestCommands: [],
	sentinel: undefined,
	subscribersSeen: undefined,
	hasSearchModule: false,
	latencyThreshold: undefined,
	isRecovering: false,
	oneArgumentKinds: new Set(),
	closedOnSeveral: 0,
	blind: new Map(),
});

/** Takes from INFO what decides what else can be asked. */
export function updateFromInfo(state: PollState, {info, runId}: NodeSample): void {
	if (state.runId !== runId && state.runId !== undefined) {
		// Another process: another version, another slow log, perhaps other rights.
		Object.assign(state, newPollState());
	}

	state.runId = runId;
	state.version = redisVersion(info) ?? state.version ?? [2, 8];
	state.valkey = valkeyVersion(info);
	state.connectedClients = info.number('clients', 'connected_clients') ?? 0;
	state.hasCluster = isClusterEnabled(info);
	state.busiestCommands = busiestCommands(info);
	state.sentinel = nodeRole(info) === 'sentinel' ? updateSentinel(state.sentinel, info) : undefined;
}

/** Takes from the other replies what the next poll needs. A slow log that is incomplete is removed from `extras`. */
export function updateFromReplies(state: PollState, extras: WritableExtras): void {
	state.isRecovering = false;
	state.openSlots = extras.clusterNodes === undefined ? state.openSlots : openSlotsIn(extras.clusterNodes);
	state.latencyThreshold = extras.config?.get('latency-monitor-threshold') ?? state.latencyThreshold;
	state.hasSearchModule = extras.modules?.some(({name}) => /^search/i.test(name)) ?? state.hasSearchModule;
	if (extras.histograms !== undefined) {
		state.histogramReadings += 1;
	}

	if (extras.slowlog !== undefined && !isCompleteSlowlog(state, extras.slowlog)) {
		delete extras.slowlog;
	}
}

/** Of a primary: a replica of Valkey repeats those of its primary. */
function openSlotsIn(nodes: readonly ClusterNode[]): readonly number[] {
	const self = nodes.find(({flags}) => flags.has('myself'));
	return self === undefined ? [] : ownOpenSlots(self).map(({slot}) => slot);
}

function busiestCommands(info: InfoReply): string[] {
	return [...commandStats(info)]
		.filter(([name]) => /^[a-z0-9._|-]+$/i.test(name))
		.sort(([, one], [, other]) => other.usec - one.usec)
		.slice(0, busiestCommandCount)
		.map(([name]) => name);
}

/**
False when even the oldest entry that came is new: then the ring moved further than was asked, and the next poll asks for
four times as many, up to `mostSlowlogEntries`.
*/
function isCompleteSlowlog(state: PollState, entries: readonly SlowlogEntry[]): boolean {
	const ids = entries.map(({id}) => id);
	const isPart =
		state.slowlogLastId !== undefined &&
		state.slowlogCount < mostSlowlogEntries &&
		entries.length >= state.slowlogCount &&
		Math.min(...ids) > state.slowlogLastId + 1;
	if (isPart) {
		state.slowlogCount = Math.min(state.slowlogCount * 4, mostSlowlogEntries);
		state.lastAskedMs.delete('slowlog');
		return false;
	}

	state.slowlogCount = defaultSlowlogCount;
	if (ids.length > 0) {
		state.slowlogLastId = Math.max(...ids);
	}

	return true;
}
