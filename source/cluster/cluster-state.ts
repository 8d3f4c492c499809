import type {NodeRecord} from '../derive/node-record.js';
import type {MonitorEvent} from '../domain/event.js';
import {keyCount} from '../domain/metric.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import {type ClusterComparison, compareViews} from './comparison.js';
import {type ConditionStarts, noConditionStarts, updateConditionStarts} from './condition-since.js';
import {clusterEvents} from './events.js';
import {type FailureReports, failureReportsIn} from './failure-reports.js';
import {type MergeWatch, watchMerge} from './merge.js';
import {type FollowedMove, followMoves, slotMoves} from './migrations.js';
import type {NodeView} from './node-view.js';
import {raftStateOf} from './raft-bus.js';
import {type SlotSegment, slotSegments} from './slot-map.js';
import {type ClusterVerdict, defaultNodeTimeoutMs} from './verdict.js';
import {clusterVerdicts} from './verdicts.js';

/** Milliseconds after which a view is too old for a comparison. A view is read at least every 5 s. */
const oldestViewMs = 15_000;

/** What is known of a cluster as a whole at one moment, and when each present condition (`conditionStarts`) began. */
export type ClusterState = {
	readonly atMs: number;
	readonly comparison: ClusterComparison;
	readonly conditionStarts: ConditionStarts;
	readonly failureReports: FailureReports;
	/** The verdicts, the worst first. */
	readonly verdicts: readonly ClusterVerdict[];
	readonly moves: readonly FollowedMove[];
	/** The slot migrations that the servers run and report. Each migration is listed once. */
	readonly migrations: readonly AtomicMigration[];
	readonly segments: readonly SlotSegment[];
	/** Which nodes belong to the cluster, and whether another cluster was merged with it. */
	readonly merges: MergeWatch;
	readonly nodeTimeoutMs: number;
	/** Whether the nodes agree by a Raft log instead of gossip, according to at least one node. */
	readonly isRaft: boolean;
};

type Records = ReadonlyMap<NodeAddress, NodeRecord>;

/**
The state of the cluster after new polls, and the events since the previous state. Undefined until a node that answers
has returned a view.
*/
export function updateClusterState(
	before: ClusterState | undefined,
	records: Records,
	nowMs: number,
): {readonly state: ClusterState; readonly events: readonly MonitorEvent[]} | undefined {
	const comparison = compareViews({views: viewsOf(records, nowMs), unreached: unreachedOf(records)});
	if (comparison.views.length === 0) {
		return undefined;
	}

	const conditionStarts = updateConditionStarts(before?.conditionStarts ?? noConditionStarts, comparison);
	const nodeTimeoutMs = nodeTimeoutOf(records);
	const isRaft = [...records.values()].some(({clusterInfo}) => raftStateOf(clusterInfo?.value) !== undefined);
	const state: ClusterState = {
		atMs: nowMs,
		comparison,
		conditionStarts,
		failureReports: failureReportsIn(before?.failureReports ?? new Map(), comparison, nowMs),
		verdicts: clusterVerdicts({comparison, conditionStarts, nodeTimeoutMs, nowMs, isRaft}),
		moves: followMoves(before?.moves ?? [], slotMoves(comparison), keysIn(comparison, records), nowMs),
		migrations: migrationsOf(records),
		merges: watchMerge(before?.merges, comparison, nowMs),
		segments: slotSegments(comparison, conditionStarts),
		nodeTimeoutMs,
		isRaft,
	};
	return {state, events: before === undefined ? [] : clusterEvents(before, state)};
}

/** The views of the nodes that answered their last poll. A view that is older than `oldestViewMs` is left out. */
function viewsOf(records: Records, nowMs: number): NodeView[] {
	return [...records.values()].flatMap(record => {
		const {address, clusterNodes, clusterInfo, failure, sample} = record;
		return failure !== undefined || clusterNodes === undefined || nowMs - clusterNodes.atMs > oldestViewMs
			? []
			: [
					{
						address,
						atMs: clusterNodes.atMs,
						nodes: clusterNodes.value,
						info: clusterInfo?.value,
						keys: sample && keyCount(sample.info),
						replica: replicaLinkOf(record),
						uptimeSeconds: sample?.info.number('server', 'uptime_in_seconds'),
					},
				];
	});
}

/**
The state of a replica's link to its primary, and the settings that limit how long the link may be down. Undefined for a
primary.
*/
export function replicaLinkOf({sample, role, config}: NodeRecord): NodeView['replica'] {
	if (sample === undefined || role !== 'replica') {
		return undefined;
	}

	const status = sample.info.text('replication', 'master_link_status');
	const factor = Number(config?.value.get('cluster-replica-validity-factor') || Number.NaN);
	return {
		isLinkUp: status === undefined ? undefined : status === 'up',
		linkDownSeconds: sample.info.number('replication', 'master_link_down_since_seconds'),
		validityFactor: Number.isFinite(factor) ? factor : undefined,
	};
}

const selfOf = (record: NodeRecord): NodeId | undefined =>
	record.clusterNodes?.value.find(({flags}) => flags.has('myself'))?.id;

const unreachedOf = (records: Records) =>
	[...records.values()]
		.filter(({failure}) => failure !== undefined)
		.map(record => ({address: record.address, id: selfOf(record), otherNames: record.otherNames}));

/** The longest `cluster-node-timeout` of all nodes, milliseconds. Without any CONFIG GET reply: the default, 15 s. */
export function nodeTimeoutOf(records: Records): number {
	const told = [...records.values()]
		.map(({config}) => Number(config?.value.get('cluster-node-timeout') ?? Number.NaN))
		.filter(value => value > 0);
	return told.length === 0 ? defaultNodeTimeoutMs : told.reduce((max, value) => Math.max(max, value), 0);
}

function keysIn({viewOf}: ClusterComparison, records: Records) {
	return (id: NodeId, slot: number): number | undefined => {
		const address = viewOf.get(id)?.address;
		return address === undefined ? undefined : records.get(address)?.slotKeys?.value.get(slot);
	};
}

/**
The migrations of all primaries. Source and target report the same migration; the newer report counts. Reports of
replicas are ignored. A replica only repeats its primary's report and names neither source nor target. After a failover
in the target's shard, a replica may keep such a report forever.
*/
function migrationsOf(records: Records): AtomicMigration[] {
	const migrations = new Map<string, AtomicMigration>();
	const isOfBoth = ({source, target}: AtomicMigration) => source !== '' && target !== '';
	const isBetter = (one: AtomicMigration, other: AtomicMigration) =>
		isOfBoth(one) === isOfBoth(other) ? (one.updatedMs ?? 0) > (other.updatedMs ?? 0) : isOfBoth(one);
	for (const {slotMigrations, failure} of records.values()) {
		for (const migration of failure === undefined ? (slotMigrations?.value ?? []) : []) {
			const known = migrations.get(migration.name);
			if (known === undefined || isBetter(migration, known)) {
				migrations.set(migration.name, migration);
			}
		}
	}

	return [...migrations.values()].filter(({state}) => !/^occurring-on-primary/i.test(state));
}
