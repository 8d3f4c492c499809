import {ownOpenSlots} from '../cluster/migrations.js';
import {isClusterEnabled} from '../derive/deployment.js';
import {nodeRole} from '../derive/replication-peers.js';
import {hottestSlots, type SlotReading, slotReading} from '../derive/slot-rates.js';
import type {BusLinks} from '../domain/bus-links.js';
import type {ClusterNode, SlotRange} from '../domain/cluster.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {BlindSpot, NodeSample, PollExtras} from '../domain/sample.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {commandStats, errorStats} from '../parse/info-fields.js';
import type {Version} from '../wire/read-commands.js';
import {clientDigestOf} from './client-digest.js';
import {askedClientFlags} from './client-flags.js';
import {type ErrorReadings, errorsAfter, noErrorReadings} from './error-readings.js';
import {auditAfter, newSlotAudit, type SlotAudit} from './foreign-slots.js';
import {fullestSlot, fullShardKeys, sampledSlot} from './full-shard.js';
import {type SentinelState, updateSentinel} from './sentinel-replies.js';
import {redisVersion, valkeyVersion} from './server-version.js';

export type WritableExtras = {-readonly [Key in keyof PollExtras]: PollExtras[Key]};

/**
Shortest interval between two polls in milliseconds, even when the user asks for a poll. A rate over less time would
consist mostly of redis-top's own commands.
*/
export const leastSpacingMs = 200;

/**
Number of entries that SLOWLOG GET usually asks for. The command asks for more when more entries were added since the
last poll.
*/
export const defaultSlowlogCount = 16;

/** Most entries that SLOWLOG GET asks for; further entries count as lost. */
export const mostSlowlogEntries = 1024;

/**
Number of commands that LATENCY HISTOGRAM is asked for: those that took most of the server's time since its start.
*/
const busiestCommandCount = 16;

/** Number of hot slots whose keys are read at a time. */
const shownHotSlots = 3;

/** What polling remembers of a node between polls. The state starts empty for a new process (`run_id`). */
export type PollState = {
	/**
	Major and minor number of the Redis version whose commands the server has; undefined before a connection's first
	INFO.
	*/
	version: Version | undefined;
	/** Major and minor number of Valkey's own version; undefined for any other server. */
	valkey: Version | undefined;
	runId: string | undefined;
	/**
	When the server's certificate expires, in milliseconds since the epoch. The connection knows it once it is open
	(`RedisPort`).
	*/
	certificateExpiresAtMs: number | undefined;
	/** When each kind of request (`requests.ts`) was last sent, in monotonic milliseconds. */
	lastAskedMs: Map<string, number>;
	histogramReadings: number;
	/** Number of client lists that had counts of what each client sent; 0 where the server doesn't count. */
	clientReadings: number;
	slowlogLastId: number | undefined;
	slowlogCount: number;
	connectedClients: number;
	/** The client fields of the last INFO as one text. While it stays the same, CLIENT LIST is sent less often. */
	clientDigest: string;
	/** The value of `clientDigest` when CLIENT LIST was last read; undefined before the first reading. */
	listedClientDigest: string | undefined;
	hasCluster: boolean;
	/** The last reading of the node's cluster bus links. The next reading is compared with it. */
	busLinks: BusLinks | undefined;
	/** The slots that the node reports as in migration or import. Keys are counted in these slots. */
	openSlots: readonly number[];
	busiestCommands: readonly string[];
	/** Number of calls of CONFIG SET in the last INFO; undefined where INFO doesn't count them. */
	settingsWritten: number | undefined;
	/** The value of `settingsWritten` when CONFIG GET was last read. */
	settingsWrittenWhenRead: number | undefined;
	/** The node's error replies in its last polls. */
	errors: ErrorReadings;
	/** Number of commands and logins that the last INFO counts as refused for lack of rights; undefined before 6.2. */
	refusals: number | undefined;
	/** The value of `refusals` when ACL LOG was last read. */
	refusalsWhenRead: number | undefined;
	/** Whether the node is a primary. Only primaries are asked for watched keys. */
	isPrimary: boolean;
	/** The slots that the node serves; empty outside clusters and on replicas. */
	ownSlots: readonly SlotRange[];
	/** How far redis-top has counted the keys in slots that the node does not own. */
	slotAudit: SlotAudit;
	/** The types of the watched keys, by name, as they were last read. */
	watchedTypes: ReadonlyMap<string, string>;
	/** Number of readings of the watched keys' lengths. */
	watchedReadings: number;
	/** The last CLUSTER SLOT-STATS with its rates. The rates decide which slots are the hottest. */
	slotUse: SlotReading | undefined;
	/** The hottest slots. The keys of these slots are read. */
	hotSlots: readonly number[];
	/** Whether the server counts processor time and bytes by slot, as its last reply shows. */
	countsSlotUse: boolean;
	/** Number of keys of a full shard; undefined for a node that is no full shard (`full-shard.ts`). */
	shardKeys: number | undefined;
	/** The slot with most keys of a full shard, by CLUSTER SLOT-STATS. */
	fullest: number | undefined;
	/** The slot with most keys of a full shard, by RANDOMKEY. */
	sampled: number | undefined;
	/** What polling remembers of a Sentinel; undefined for a data node. */
	sentinel: SentinelState | undefined;
	/**
	The number of subscribers of the Sentinels' channel (`__sentinel__:hello`) at the last discovery; undefined before the
	first discovery.
	*/
	subscribersSeen: number | undefined;
	/** Whether a search module is loaded. Such a module reports its failures in INFO modules. */
	hasSearchModule: boolean;
	/** Whether CLIENT LIST takes filters. It is true until the server refuses a filter. */
	hasClientFilters: boolean;
	/** The client flags for which CLIENT LIST is sent if the server has too many clients for the whole list. */
	clientFlags: readonly string[];
	/** Whether INFO has fields about backups. The server then has the command BACKUP. */
	tellsBackup: boolean;
	/** The names of the events that LATENCY LATEST listed. */
	latencyEvents: readonly string[];
	/** The setting `latency-monitor-threshold`; undefined while it isn't known. */
	latencyThreshold: string | undefined;
	/**
	Whether the last poll timed out. The present poll then also asks what blocked the server, by SLOWLOG GET and LATENCY
	LATEST.
	*/
	isRecovering: boolean;
	/**
	Kinds of requests that this process accepts only with one argument a call, although its version should accept several.
	*/
	readonly oneArgumentKinds: Set<string>;
	/** Number of connections in a row that ended while requests with several arguments were pending. */
	closedOnSeveral: number;
	/**
	The commands that this server refused, by kind of request, and until when they are not sent again (monotonic
	milliseconds).
	*/
	blind: Map<string, {readonly spot: BlindSpot; readonly untilMs: number}>;
};

export const newPollState = (): PollState => ({
	version: undefined,
	valkey: undefined,
	runId: undefined,
	certificateExpiresAtMs: undefined,
	lastAskedMs: new Map(),
	histogramReadings: 0,
	clientReadings: 0,
	slowlogLastId: undefined,
	slowlogCount: defaultSlowlogCount,
	connectedClients: 0,
	clientDigest: '',
	listedClientDigest: undefined,
	hasCluster: false,
	busLinks: undefined,
	openSlots: [],
	busiestCommands: [],
	settingsWritten: undefined,
	settingsWrittenWhenRead: undefined,
	errors: noErrorReadings,
	refusals: undefined,
	refusalsWhenRead: undefined,
	isPrimary: false,
	ownSlots: [],
	slotAudit: newSlotAudit,
	watchedTypes: new Map(),
	watchedReadings: 0,
	slotUse: undefined,
	hotSlots: [],
	countsSlotUse: false,
	shardKeys: undefined,
	fullest: undefined,
	sampled: undefined,
	sentinel: undefined,
	subscribersSeen: undefined,
	hasSearchModule: false,
	hasClientFilters: true,
	clientFlags: [],
	tellsBackup: false,
	latencyEvents: [],
	latencyThreshold: undefined,
	isRecovering: false,
	oneArgumentKinds: new Set(),
	closedOnSeveral: 0,
	blind: new Map(),
});

/**
Whether the ACL user may read the server settings. Such a user can probably send all other requests too. Requests that
users with few rights are denied are sent only for such a user. Otherwise, the server would count each refusal and add
it to ACL LOG.
*/
export const isAdministrator = ({lastAskedMs, blind}: PollState): boolean =>
	lastAskedMs.has('config') && !blind.has('config');

/**
Updates the state from INFO, which decides what other requests are possible.

@param isFocused Whether the node is in focus. Only changes of its clients are followed.
*/
export function updateFromInfo(state: PollState, sample: NodeSample, isFocused = true): void {
	const {info, runId} = sample;
	if (state.runId !== runId && state.runId !== undefined) {
		// A new process may have another version, has another slow log, and may grant other rights.
		Object.assign(state, newPollState());
	}

	state.runId = runId;
	state.version = redisVersion(info) ?? state.version ?? [2, 8];
	state.valkey = valkeyVersion(info);
	state.connectedClients = info.number('clients', 'connected_clients') ?? 0;
	state.clientFlags = askedClientFlags(info);
	state.clientDigest = isFocused ? clientDigestOf(info) : state.clientDigest;
	state.hasCluster = isClusterEnabled(info);
	state.shardKeys = fullShardKeys(info);
	state.busiestCommands = busiestCommands(info);
	state.settingsWritten = info.sections.has('commandstats') ? settingsWritten(info) : undefined;
	state.errors = errorsAfter(state.errors, sample);
	state.refusals = refusalsIn(info);
	state.tellsBackup = info.text('persistence', 'backup_in_progress') !== undefined;
	state.isPrimary = nodeRole(info) === 'primary';
	state.sentinel = nodeRole(info) === 'sentinel' ? updateSentinel(state.sentinel, info) : undefined;
}

/**
Updates the state from the other replies. An incomplete slow log is removed from `extras`.

@param elapsedMs When the replies came, on the monotonic clock.
*/
export function updateFromReplies(state: PollState, extras: WritableExtras, elapsedMs: number): void {
	state.isRecovering = false;
	state.openSlots = extras.clusterNodes === undefined ? state.openSlots : openSlotsIn(extras.clusterNodes);
	state.latencyThreshold = extras.config?.get('latency-monitor-threshold') ?? state.latencyThreshold;
	state.latencyEvents = latencyEventNames(extras) ?? state.latencyEvents;
	state.hasClientFilters = extras.hasClientFilters ?? state.hasClientFilters;
	state.hasSearchModule = extras.modules?.some(({name}) => /^search/i.test(name)) ?? state.hasSearchModule;
	if (extras.config !== undefined) {
		state.settingsWrittenWhenRead = state.settingsWritten;
	}

	if (extras.accessLog !== undefined) {
		state.refusalsWhenRead = state.refusals;
	}

	if (extras.clients !== undefined) {
		state.listedClientDigest = state.clientDigest;
		state.clientReadings += extras.clients.some(({totals}) => totals !== undefined) ? 1 : 0;
	}

	const ownSlots = extras.clusterNodes?.find(({flags}) => flags.has('myself'))?.slots ?? state.ownSlots;
	if (ownSlots !== state.ownSlots) {
		// For an equal list of slots, the parser returns the same object again. Another object thus means other slots.
		state.ownSlots = ownSlots;
		state.slotAudit = newSlotAudit;
	}

	if (extras.foreignKeys !== undefined) {
		state.slotAudit = auditAfter(state, extras.foreignKeys.countOfSlot);
		const {isWhole, countOfSlot} = state.slotAudit;
		extras.foreignKeys = {isWhole, countOfSlot};
	}

	if (extras.watched !== undefined) {
		const types = [...extras.watched].flatMap(([key, {type}]) => (type === undefined ? [] : [[key, type] as const]));
		state.watchedTypes = new Map([...state.watchedTypes, ...types]);
		state.watchedReadings += [...extras.watched.values()].some(({length}) => length !== undefined) ? 1 : 0;
	}

	if (extras.slotUse !== undefined) {
		state.slotUse = slotReading(state.slotUse, extras.slotUse, {elapsedMs, runId: state.runId});
		state.hotSlots = hottestSlots(state.slotUse, shownHotSlots);
		state.countsSlotUse = extras.slotUse.isCounted;
		state.fullest = fullestSlot(extras.slotUse, state.shardKeys);
	}

	if (extras.randomKeys !== undefined) {
		state.sampled = sampledSlot(extras.randomKeys.sampledKeys, state.shardKeys);
	}

	if (extras.histograms !== undefined) {
		state.histogramReadings += 1;
	}

	if (extras.slowlog !== undefined && !isCompleteSlowlog(state, extras.slowlog)) {
		delete extras.slowlog;
	}
}

/**
How often CONFIG SET was called. Always 0 before Redis 7.0: those versions count CONFIG SET and CONFIG GET together.
redis-top itself sends CONFIG GET, so their common count does not show that a setting changed.
*/
const settingsWritten = (info: InfoReply): number => commandStats(info).get('config|set')?.calls ?? 0;

/** Whether somebody set a setting since CONFIG GET was last read. */
export const areSettingsOld = ({settingsWritten: now, settingsWrittenWhenRead: before}: PollState): boolean =>
	now !== undefined && before !== undefined && now !== before;

/** The error replies for which ACL LOG has an entry: a missing right, and a wrong user or password. */
const refusalCodes = ['NOPERM', 'WRONGPASS'];

function refusalsIn(info: InfoReply): number | undefined {
	if (!info.sections.has('errorstats')) {
		return undefined;
	}

	const errors = errorStats(info);
	return refusalCodes.reduce((sum, code) => sum + (errors.get(code) ?? 0), 0);
}

/** Whether commands or logins were refused since ACL LOG was last read. */
export const isAccessLogOld = ({refusals: now, refusalsWhenRead: before}: PollState): boolean =>
	now !== undefined && before !== undefined && now !== before;

/** Most events of the latency monitor whose history is read. Servers have about twenty. */
const mostLatencyEvents = 24;

/** The names of latency events that can be sent back as an argument. A name from a server may be any text. */
const latencyEventNames = ({latencyEvents}: WritableExtras): readonly string[] | undefined =>
	latencyEvents
		?.map(({event}) => event)
		.filter(event => /^[\w-]{1,64}$/.test(event))
		.slice(0, mostLatencyEvents);

/**
The slots in migration or import that the polled node reports as a primary. A replica of Valkey repeats such slots of
its primary. The repeated slots don't count.
*/
function openSlotsIn(nodes: readonly ClusterNode[]): readonly number[] {
	const self = nodes.find(({flags}) => flags.has('myself'));
	return self === undefined ? [] : ownOpenSlots(self).map(({slot}) => slot);
}

/**
The commands that took most of the server's time, sorted by name. LATENCY HISTOGRAM is sent with these names, and
replies in their order. Sorted by time, the names would often change their order. The same histograms in another order
would be a new reply, which takes room in a recording.
*/
function busiestCommands(info: InfoReply): string[] {
	const [names, times]: [string[], number[]] = [[], []];
	// With each poll, so lists and iterators of all commands would be a tenth of all that is allocated.
	commandStats(info).forEach(({usec}, name) => {
		let place = names.length;
		while (place > 0 && (times[place - 1] ?? 0) < usec) {
			place--;
		}

		if (place < busiestCommandCount && plainName.test(name)) {
			names.splice(place, 0, name);
			times.splice(place, 0, usec);
			names.length = Math.min(names.length, busiestCommandCount);
			times.length = names.length;
		}
	});
	return names.sort();
}

/** A name that is sent back to the server as it is. */
const plainName = /^[a-z0-9._|-]+$/i;

/**
Whether the slow log was read without a gap since the last poll. When even the oldest returned entry is new, entries may
be missing. The next poll then asks for four times as many, up to `mostSlowlogEntries`.
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
