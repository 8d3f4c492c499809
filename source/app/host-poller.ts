import type {NodeRecord} from '../derive/node-record.js';
import {LadderMonitor} from '../diagnose/ladder-monitor.js';
import type {Clock} from '../domain/clock.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {readProcessorPressure} from '../host/kernel-settings.js';
import {KnownProcesses} from '../host/known-processes.js';
import type {RememberedPlaces} from '../parse/remembered-topology.js';
import type {MonitorStore} from '../state/monitor-store.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {openPort} from '../wire/ioredis-port.js';
import {addressesOf} from '../wire/name-lookup.js';

/**
Interval at which this machine's evidence about the node in focus is gathered, in milliseconds, if the node runs on this
machine. The interval is the same while the node doesn't respond.
*/
const evidenceEveryMs = 15_000;
/**
Interval between the first two readings of a machine, in milliseconds. Growth of the kernel's counters is known only
with the second reading.
*/
const secondEveryMs = 3000;
/**
Interval at which evidence about a node is gathered whose control group has a limit of processor time, or whose machine
is short of it, in milliseconds. Over a longer interval, what is known of the processors is a mean of the past.
*/
const limitedEveryMs = 5000;
/**
Shares of ten seconds in which some process waited for a processor. At the first, the processes of this machine are read,
so that their use since then is known when the second is passed: `os.psi` then says which one keeps the machine busy.
*/
const pressureSteps = [0.3, 0.6] as const;
/**
Interval at which evidence about a node is gathered while nothing listens at its address, or while it is a replica that lost
its link lately, in milliseconds. A process that ends soon after each start leaves traces only in its log, and so does an
attempt to link that fails. So the log is read this often.
*/
const endedEveryMs = 3000;
/**
Interval between two checks whether a node of another machine now runs on this machine, in milliseconds. Nodes hardly
ever move to this machine.
*/
const elsewhereEveryMs = 300_000;
/**
Least time between two gatherings of evidence about a node that disconnects clients, in milliseconds. Its log names them.
*/
const disconnectedEveryMs = 4000;
/** Least time between two gatherings of evidence about a node that may wait for its disk, in milliseconds. */
const slowEveryMs = 3000;
/** Number of slow PINGs in a row after which a node may wait for its disk. */
const slowPings = 2;
/** Round trip of a slow PING, in milliseconds: critical for conn.rtt. */
const slowMs = 100;
/** Least time between two gatherings of evidence about a node whose state keeps changing, in milliseconds. */
const leastPauseMs = 1000;
/**
Largest number of failing or unlinked nodes about which this machine's evidence is gathered, besides the node in focus.
One gathering took 20 ms to 50 ms.
*/
const mostFailing = 8;
/** Interval between two checks whether evidence about a node is to be gathered, in milliseconds. */
const stepMs = 500;

export type HostPollerOptions = {
	readonly store: MonitorStore;
	readonly focus: () => NodeAddress | undefined;
	readonly settingsOf: (address: NodeAddress) => ConnectionSettings | undefined;
	/** Called with a node whose evidence was gathered: its log may name a replica that it lost. */
	readonly gathered?: ((record: NodeRecord) => void) | undefined;
	/** The paths of the logs and data folders of nodes on this machine, as an earlier session found them. */
	readonly rememberedPlaces: ReadonlyMap<NodeAddress, RememberedPlaces>;
	readonly clock: Clock;
	readonly signal: AbortSignal;
};

/**
Gathers this machine's evidence about the node in focus, and about other nodes while they fail. While the node in focus
fails, its connection is also tested layer by layer (the connection ladder). Resolves when the signal aborts; never
rejects.
*/
export async function pollHost(options: HostPollerOptions): Promise<void> {
	await Promise.all([pollEvidence(options), pollLadder(options)]);
}

/** What is kept of the last gathering of evidence about one node: its time, and the node's state at that time. */
type Look = {
	/** When the last gathering began, in milliseconds of the monotonic clock. */
	readonly begunMs: number;
	/** When the next gathering is due, in milliseconds of the monotonic clock. */
	readonly dueMs: number;
	/** The result of `stateOf` for the node when the gathering began. */
	readonly state: string;
	/** The result of `disconnectedClients` for the node when the gathering began. */
	readonly disconnected: number;
	/** How many of `pressureSteps` the pressure on the processors had passed when the gathering began. */
	readonly pressure: number;
};

/** Number of clients that the server disconnected for their buffers since its start. Its log tells which they were. */
export function disconnectedClients({sample}: NodeRecord): number {
	const field = (name: string) => sample?.info.number('stats', name) ?? 0;
	return (
		field('evicted_clients') +
		field('client_output_buffer_limit_disconnections') +
		field('client_query_buffer_limit_disconnections')
	);
}

/**
A text made of those parts of a node's state whose change makes older evidence doubtful. They are the node's failure,
its process, its ability to write, its link to its primary, and whether a full resync is under way: a full resync that
failed leaves its reason in the log.
*/
export function stateOf({failure, sample, pendingSinceMs, config}: NodeRecord): string {
	const field = (name: string) => sample?.info.text('persistence', name);
	return [
		failure?.kind ?? failure?.code,
		failure === undefined ? sample?.runId : undefined,
		pendingSinceMs,
		field('aof_last_write_status'),
		field('rdb_last_bgsave_status'),
		sample?.info.text('replication', 'master_link_status'),
		sample?.info.text('replication', 'master_sync_in_progress'),
		// Evidence that was gathered before CONFIG GET is incomplete: CONFIG GET tells the paths of the server's log and
		// its folder.
		config !== undefined,
	].join(' ');
}

/**
Whether evidence about a node is to be gathered. That is due after an interval, at once if the node's state has changed
since the last gathering, or its machine has become short of processor time, and soon if it has disconnected clients.
*/
export function isLookDue(
	record: NodeRecord,
	last: Look | undefined,
	nowMs: number,
	pressure: number | undefined = undefined,
): boolean {
	if (record.sample === undefined && record.failure === undefined) {
		return false;
	}

	if (last === undefined || nowMs >= last.dueMs) {
		return true;
	}

	const sinceMs = nowMs - last.begunMs;
	const hasChanged =
		sinceMs >= leastPauseMs && (stateOf(record) !== last.state || passedSteps(pressure) > last.pressure);
	const hasDisconnected = sinceMs >= disconnectedEveryMs && disconnectedClients(record) > last.disconnected;
	const isWaiting = sinceMs >= slowEveryMs && mayWaitForDisk(record);
	return record.host?.value.kind === 'here' && (hasChanged || hasDisconnected || isWaiting);
}

/** Whether the latest PINGs of a server with an append-only file were slow: only its machine tells whether the disk is. */
function mayWaitForDisk({ping, sample}: NodeRecord): boolean {
	const latest = ping.series.latest(slowPings).filter(value => value !== undefined);
	return (
		sample?.info.number('persistence', 'aof_enabled') === 1 &&
		latest.length === slowPings &&
		latest.every(roundTripMs => roundTripMs >= slowMs)
	);
}

/** How many of `pressureSteps` a pressure has passed. */
export const passedSteps = (pressure: number | undefined): number =>
	pressureSteps.filter(step => (pressure ?? 0) >= step).length;

/**
Whether only the node's own log can tell the reason for its state: the node fails, or is a replica without a link.
*/
const needsLook = memoizeByRef((record: NodeRecord): boolean => record.failure !== undefined || isUnlinked(record));

const isUnlinked = ({sample}: NodeRecord): boolean => sample?.info.text('replication', 'master_link_status') === 'down';

/** Seconds after the loss of a link in which the replica's log is read more often. */
const lostLatelySeconds = 60;

const isUnlinkedLately = (record: NodeRecord): boolean => {
	const downSeconds = record.sample?.info.number('replication', 'master_link_down_since_seconds') ?? -1;
	return isUnlinked(record) && downSeconds >= 0 && downSeconds < lostLatelySeconds;
};

/** Milliseconds from which a command may have got a primary replaced: less is no usual limit of a failover. */
const replacingMs = 1000;
/** Milliseconds for which the cause of a failover is told, as in `rep.failed_over`. */
const replacedWithinMs = 180_000;

/** Whether a replica may be a former primary that was replaced lately, because a command held its main thread. */
const mayBeReplaced = memoizeByRef(
	({role, slowlog}: NodeRecord): boolean =>
		role === 'replica' &&
		slowlog !== undefined &&
		slowlog.value.entries.some(
			({atMs, durationMicroseconds}) =>
				durationMicroseconds >= replacingMs * 1000 && slowlog.atMs - atMs <= replacedWithinMs,
		),
);

/** Whether a primary of a cluster may have been promoted: it goes on with the history of another one. */
const mayBePromoted = ({role, sample}: NodeRecord): boolean =>
	role === 'primary' &&
	sample?.info.number('cluster', 'cluster_enabled') === 1 &&
	!/^0*$/.test(sample.info.text('replication', 'master_replid2') ?? '');

/**
The nodes whose logs tell of a failover that redis-top did not see: a replica that may have been replaced as the primary,
and the primary that replaced it. Where a node is down that never answered, each primary may have replaced it. No reply of
a cluster tells when a node was promoted, and in place of which.
*/
function inFailover(nodes: ReadonlyMap<NodeAddress, NodeRecord>): readonly NodeRecord[] {
	const sameNode = nodeFinder(nodes);
	const records = [...nodes.values()];
	const isOneUnseen = records.some(({reach, sample}) => reach === 'down' && sample === undefined);
	const held = records.filter(mayBeReplaced).flatMap(record => {
		const named = primaryNamedBy(record);
		const primary = named && nodes.get(sameNode(named));
		return primary === undefined ? [record] : [primary, record];
	});
	return isOneUnseen ? [...held, ...records.filter(mayBePromoted)] : held;
}

/**
The nodes that only their own machine explains. Memoized, so that an unchanged map of 1,000 nodes is searched once.
*/
const inNeed = memoizeByRef((nodes: ReadonlyMap<NodeAddress, NodeRecord>): readonly NodeRecord[] => [
	...new Set([...[...nodes.values()].filter(needsLook), ...inFailover(nodes)]),
]);

/**
The nodes about which this machine's evidence is gathered: the node in focus, then failing nodes, replicas without a link,
and nodes of a failover. Only a node's own machine tells why its process doesn't run or has no link, and when it was
promoted. These nodes are included whichever node the user looks at.
*/
export const nodesToLookAt = (
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
	focus: NodeAddress | undefined,
): readonly NodeRecord[] => {
	const focused = focus === undefined ? undefined : nodes.get(focus);
	const others = inNeed(nodes).filter(record => record !== focused);
	return [...(focused === undefined ? [] : [focused]), ...others.slice(0, mostFailing)];
};

async function pollEvidence({
	store,
	focus,
	rememberedPlaces,
	gathered,
	clock,
	signal,
}: HostPollerOptions): Promise<void> {
	const looks = new Map<NodeAddress, Look>();
	const known = new KnownProcesses();
	while (!signal.aborted) {
		const begunMs = clock.elapsed();
		const {nodes} = store.get();
		const focused = focus();
		const isHere = focused !== undefined && nodes.get(focused)?.host?.value.kind === 'here';
		const pressure = isHere ? await readProcessorPressure() : undefined;
		const record = nodesToLookAt(nodes, focused).find(node =>
			isLookDue(node, looks.get(node.address), begunMs, pressure),
		);
		if (record !== undefined) {
			const {endpoint, failure, sample, config, host} = record;
			const nowMs = clock.now();
			const evidence = await gatherEvidence({
				endpoint,
				lookUp: addressesOf,
				info: sample?.info,
				infoAtMs: sample?.atMs,
				config: config?.value,
				before: host,
				remembered: rememberedPlaces.get(record.address),
				isFull: failure?.kind === 'MAXCLIENTS',
				known,
				nowMs,
			});
			store.ingestHost(record.address, evidence, nowMs);
			gathered?.({...record, host: {value: evidence, atMs: nowMs}});
			const dueMs = clock.elapsed() + pauseAfter(evidence, record, host === undefined);
			const disconnected = disconnectedClients(record);
			const steps = passedSteps(evidence.kind === 'here' ? evidence.kernel.processorPressure : undefined);
			looks.set(record.address, {begunMs, dueMs, state: stateOf(record), disconnected, pressure: steps});
		}

		await clock.sleep(stepMs, signal);
	}
}

/** The time until evidence about a node is gathered again, in milliseconds. */
export function pauseAfter(evidence: HostEvidence, record: NodeRecord, isFirst: boolean): number {
	if (evidence.kind !== 'here') {
		return elsewhereEveryMs;
	}

	const {failure} = record;
	// A process that has closed its port is about to end, and its log says why.
	if (failure?.code === 'ECONNREFUSED' && evidence.process !== undefined && evidence.listeners.length === 0) {
		return leastPauseMs;
	}

	if (failure?.code === 'ECONNREFUSED' || (failure === undefined && isUnlinkedLately(record))) {
		return endedEveryMs;
	}

	const isLimited = evidence.cgroup?.processorQuota !== undefined || passedSteps(evidence.kernel.processorPressure) > 0;
	return isFirst ? secondEveryMs : isLimited ? limitedEveryMs : evidenceEveryMs;
}

async function pollLadder({store, focus, settingsOf, clock, signal}: HostPollerOptions): Promise<void> {
	const monitor = new LadderMonitor();
	while (!signal.aborted) {
		const address = focus();
		const record = address === undefined ? undefined : store.get().nodes.get(address);
		const settings = address === undefined ? undefined : settingsOf(address);
		if (record?.failure !== undefined && settings !== undefined) {
			const {failure, failingSinceMs, pendingSinceMs, sample, config} = record;
			const ladder = await monitor.look({
				address: record.address,
				failure,
				failingSinceMs,
				pendingSinceMs,
				settings,
				clock,
				openPort,
				evidence: record.host?.value,
				lastInfo: sample?.info,
				lastConfig: config?.value,
			});
			if (ladder !== undefined) {
				store.ingestLadder(record.address, ladder);
			}
		}

		await clock.sleep(stepMs, signal);
	}
}
