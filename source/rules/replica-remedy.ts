import type {NodeRecord} from '../derive/node-record.js';
import type {ActionName} from '../domain/action.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {mayHaveMoreThan} from '../topology/orphaned-replicas.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import type {NodeFacts} from './node-facts.js';

export type ReplicaRemedy = {readonly action?: ActionName | undefined; readonly remedy?: Remedy | undefined};

const nothing: ReplicaRemedy = {};

/**
The action that helps a replica without a link. REPLICAOF discards the replica's data, which may be the only copy. So
REPLICAOF is offered in two cases only: both ends answer and load no data, or a node was promoted in the primary's place and has all
of the replica's data. If the primary is down and no node was promoted, the promotion of the replica is offered. If
Sentinels or a cluster choose the primary, redis-top offers nothing.
*/
export function unlinkedReplicaRemedy({record, nodes, address}: NodeFacts): ReplicaRemedy {
	const named = primaryNamedBy(record);
	if (named === undefined || loads(record) || isDecidedElsewhere(record, nodes)) {
		return nothing;
	}

	const sameNode = nodeFinder(nodes);
	const primaryAddress = sameNode(named);
	const primary = nodes.get(primaryAddress);
	// An unknown primary may be down, or only unreachable from here. A primary that is itself a replica must not be
	// replaced by a promotion.
	if (primary === undefined || (primary.failure !== undefined && primary.role === 'replica')) {
		return nothing;
	}

	if (primary.failure === undefined) {
		return primary.sample === undefined || loads(primary) ? nothing : {action: 'replicaof'};
	}

	// A primary that refuses logins, loads data or runs a long script is alive. So may one be whose name is not known here.
	// Promotion would make two primaries.
	if (primary.reach !== 'down' || primary.failure.layer === 'dns') {
		return nothing;
	}

	const siblings = [...nodes.values()].filter(
		other => other.address !== address && answers(other) && isSibling(other, record, primaryAddress, sameNode),
	);
	const promoted = siblings.find(({role}) => role === 'primary');
	if (promoted !== undefined) {
		return mayHaveMoreThan(promoted, record)
			? nothing
			: {action: 'replicaof', remedy: {node: address, value: promoted.address}};
	}

	const [most] = [record, ...siblings].toSorted((a, b) => offsetOf(b) - offsetOf(a));
	return most === undefined ? nothing : {action: 'promote', remedy: most === record ? undefined : {node: most.address}};
}

/** Whether the server loads its data. It links, or takes links, once it is done. */
const loads = ({sample, failure}: NodeRecord): boolean =>
	failure?.state === 'loading' || (sample?.info.number('persistence', 'loading') ?? 0) === 1;

const answers = ({failure, sample}: NodeRecord): boolean => failure === undefined && sample !== undefined;

/** Whether replicas are promoted without help: by a cluster, or by Sentinels. */
const isDecidedElsewhere = (record: NodeRecord, nodes: NodeFacts['nodes']): boolean =>
	record.clusterNodes !== undefined ||
	record.sample?.info.number('cluster', 'cluster_enabled') === 1 ||
	[...nodes.values()].some(({role}) => role === 'sentinel');

/**
Whether another node continues the same replication history: a replica of the same primary, or a former replica that was
promoted since.
*/
function isSibling(
	other: NodeRecord,
	record: NodeRecord,
	primaryAddress: NodeAddress,
	sameNode: (address: NodeAddress) => NodeAddress,
): boolean {
	const named = primaryNamedBy(other);
	const history = record.sample?.info.text('replication', 'master_replid');
	return other.role === 'primary'
		? history !== undefined && other.sample?.info.text('replication', 'master_replid2') === history
		: named !== undefined && sameNode(named) === primaryAddress;
}

const offsetOf = ({sample}: NodeRecord): number => sample?.info.number('replication', 'slave_repl_offset') ?? -1;
