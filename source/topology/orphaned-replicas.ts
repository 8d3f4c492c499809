import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

const answers = ({failure, sample}: NodeRecord): boolean => failure === undefined && sample !== undefined;

const historyOf = ({sample}: NodeRecord, field: 'master_replid' | 'master_replid2'): string | undefined =>
	sample?.info.text('replication', field);

/**
The replicas of a primary that is down. The replicas answer redis-top, and nothing answers at the address by which they
know the primary.
*/
export type Orphans = {
	readonly replicas: readonly NodeRecord[];
	/**
	The address of an answering primary with the same data, if there is one. The replicas then only need a connection to
	that address.
	*/
	readonly answersAt: NodeAddress | undefined;
};

const none: Orphans = {replicas: [], answersAt: undefined};

/**
The replicas that answer and have lost the given node as their primary. Empty if the node answers, or if another node
was promoted in its place. Also empty if a cluster or Sentinels promote replicas.
*/
export function orphansOf(primary: NodeAddress, nodes: Nodes): Orphans {
	const replicas = followersOf(primary, nodes);
	if (replicas.length === 0) {
		return none;
	}

	const histories = new Set(replicas.flatMap(replica => historyOf(replica, 'master_replid') ?? []));
	const primaries = [...nodes.values()].filter(other => other.role === 'primary' && answers(other));
	const isReplaced = primaries.some(other => histories.has(historyOf(other, 'master_replid2') ?? ''));
	const same = primaries.find(other => histories.has(historyOf(other, 'master_replid') ?? ''));
	return isReplaced ? none : {replicas, answersAt: same?.address};
}

/** Whether a cluster or Sentinels promote replicas. */
const isChosenElsewhere = memoizeByRef((nodes: Nodes): boolean =>
	[...nodes.values()].some(
		({role, sample}) => role === 'sentinel' || (sample !== undefined && isClusterEnabled(sample.info)),
	),
);

/**
The replicas that answer and have no link, by their primary. Memoized, because the map is needed for each node that is
down.
*/
const unlinkedReplicas = memoizeByRef((nodes: Nodes): ReadonlyMap<NodeAddress | undefined, readonly NodeRecord[]> => {
	const sameNode = nodeFinder(nodes);
	const unlinked = [...nodes.values()].filter(record => answers(record) && isUnlinked(record));
	return Map.groupBy(unlinked, record => {
		const named = primaryNamedBy(record);
		return named && sameNode(named);
	});
});

/**
The replicas that answer and have lost the given node as their primary. Empty if the node answers, and if a cluster or
Sentinels promote replicas.
*/
function followersOf(primary: NodeAddress, nodes: Nodes): readonly NodeRecord[] {
	const record = nodes.get(primary);
	const isDown = record?.failure !== undefined && record.reach === 'down' && record.role !== 'replica';
	return isDown && !isChosenElsewhere(nodes) ? (unlinkedReplicas(nodes).get(primary) ?? []) : [];
}

const isUnlinked = ({sample}: NodeRecord): boolean => sample?.info.text('replication', 'master_link_status') === 'down';

/** A primary that is down and was replaced by hand, while some of its replicas still replicate from it. */
export type LeftBehind = {readonly promoted: NodeRecord; readonly replicas: readonly NodeRecord[]};

/**
The node that was promoted in place of a primary that is down, and the replicas that still follow the old primary.
Undefined if no replica is left behind, and where a cluster or Sentinels move the replicas.
*/
export function leftBehindBy(primary: NodeAddress, nodes: Nodes): LeftBehind | undefined {
	const replicas = followersOf(primary, nodes);
	if (replicas.length === 0) {
		return undefined;
	}

	const histories = new Set(replicas.flatMap(replica => historyOf(replica, 'master_replid') ?? []));
	const promoted = [...nodes.values()].find(
		other => other.role === 'primary' && answers(other) && histories.has(historyOf(other, 'master_replid2') ?? ''),
	);
	return promoted === undefined ? undefined : {promoted, replicas};
}

/**
Whether a replica may have writes that the node which was promoted in place of its primary never received. True also if
an offset is unknown.
*/
export function mayHaveMoreThan(promoted: NodeRecord, replica: NodeRecord): boolean {
	const left = promoted.sample?.info.number('replication', 'second_repl_offset');
	const offset = replica.sample?.info.number('replication', 'slave_repl_offset');
	return left === undefined || offset === undefined || offset >= left;
}

/** What follows a primary that does not answer, where neither a cluster nor Sentinels promote a replica. */
export type Unreplaced = {
	/** The replica that has most of the primary's data. */
	readonly best: NodeRecord;
	/** Its other replicas that answer. */
	readonly others: readonly NodeRecord[];
};

/** Milliseconds by which data may seem newer than it is: INFO gives whole seconds, and a poll takes a while. */
const slackMs = 1500;

/** Whether a replica has received data since the polls of its primary began to fail: the primary lives. */
export function hasReceivedSince({sample}: NodeRecord, {failingSinceMs}: NodeRecord): boolean {
	const agoSeconds = sample?.info.number('replication', 'master_last_io_seconds_ago') ?? -1;
	const isLinked = sample?.info.text('replication', 'master_link_status') === 'up';
	return (
		isLinked &&
		sample !== undefined &&
		failingSinceMs !== undefined &&
		agoSeconds >= 0 &&
		sample.atMs - agoSeconds * 1000 > failingSinceMs + slackMs
	);
}

/** Whether a Sentinel is connected. It names its connections: `sentinel-2f9b4c11-cmd`. Source: Redis, sentinel.c. */
const hasSentinel = ({clients}: NodeRecord): boolean =>
	clients?.value.some(({name}) => /^sentinel-[0-9a-f]{8}-(?:cmd|pubsub)$/.test(name)) === true;

const offsetOf = ({sample}: NodeRecord): number => sample?.info.number('replication', 'slave_repl_offset') ?? 0;

/**
The replicas of a primary that does not answer, the one with most data first. Undefined if a cluster or Sentinels promote
replicas, if the primary was replaced, if it still sends data to a replica, and if no replica has its data.
*/
export function unreplacedPrimary(record: NodeRecord, nodes: Nodes): Unreplaced | undefined {
	const isOther = record.role === 'replica' || record.role === 'sentinel' || record.clusterNodes !== undefined;
	if (record.failure === undefined || isOther || isChosenElsewhere(nodes) || hasSentinel(record)) {
		return undefined;
	}

	const sameNode = nodeFinder(nodes);
	const followers = [...nodes.values()].filter(each => {
		const named = answers(each) ? primaryNamedBy(each) : undefined;
		return named !== undefined && sameNode(named) === record.address;
	});
	const histories = new Set(followers.flatMap(replica => historyOf(replica, 'master_replid') ?? []));
	const isReplaced = [...nodes.values()].some(
		other =>
			other.role === 'primary' &&
			answers(other) &&
			[historyOf(other, 'master_replid'), historyOf(other, 'master_replid2')].some(id => histories.has(id ?? '')),
	);
	const [best, ...others] = followers.toSorted((one, other) => offsetOf(other) - offsetOf(one));
	const isWithData =
		best !== undefined &&
		offsetOf(best) > 0 &&
		best.sample?.info.number('replication', 'master_sync_in_progress') !== 1;
	return !isWithData || isReplaced || followers.some(each => hasReceivedSince(each, record) || hasSentinel(each))
		? undefined
		: {best, others};
}
