import type {NodeRecord} from '../derive/node-record.js';
import type {ActionName} from '../domain/action.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import type {NodeFacts} from './node-facts.js';

export type ReplicaRemedy = {readonly action?: ActionName | undefined; readonly remedy?: Remedy | undefined};

const nothing: ReplicaRemedy = {};

/**
The action that helps a replica without a link. The replica may hold the only copy of its data, so REPLICAOF is offered only
while its primary answers: it discards that copy. Where the primary is down, a replica is promoted. Where Sentinel or a
cluster decides who is primary, redis-top offers nothing.
*/
export function unlinkedReplicaRemedy({record, nodes, address}: NodeFacts): ReplicaRemedy {
	const named = primaryNamedBy(record);
	if (named === undefined || isDecidedElsewhere(record, nodes)) {
		return nothing;
	}

	const sameNode = nodeFinder(nodes);
	const primaryAddress = sameNode(named);
	const primary = nodes.get(primaryAddress);
	// An unknown primary may be down or unreachable from here. A replica as its source is not what to replace.
	if (primary === undefined || (primary.failure !== undefined && primary.role === 'replica')) {
		return nothing;
	}

	if (primary.failure === undefined) {
		return primary.sample === undefined ? nothing : {action: 'replicaof'};
	}

	// Refused logins and a server that loads its data or runs a long script are no death: promotion would make two primaries.
	if (primary.reach !== 'down') {
		return nothing;
	}

	const siblings = [...nodes.values()].filter(
		other => other.address !== address && answers(other) && isSibling(other, record, primaryAddress, sameNode),
	);
	const isReplaced = siblings.some(({role}) => role === 'primary');
	const [most] = [record, ...siblings].toSorted((a, b) => offsetOf(b) - offsetOf(a));
	return isReplaced || most === undefined
		? nothing
		: {action: 'promote', remedy: most === record ? undefined : {node: most.address}};
}

const answers = ({failure, sample}: NodeRecord): boolean => failure === undefined && sample !== undefined;

/** The cluster, or a Sentinel that monitors one of these nodes, promotes replicas by itself. */
const isDecidedElsewhere = (record: NodeRecord, nodes: NodeFacts['nodes']): boolean =>
	record.clusterNodes !== undefined ||
	record.sample?.info.number('cluster', 'cluster_enabled') === 1 ||
	[...nodes.values()].some(({role}) => role === 'sentinel');

/** Another replica of the same primary, or one that was promoted since: it continues the same replication history. */
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
