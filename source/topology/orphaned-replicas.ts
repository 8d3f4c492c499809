import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

const answers = ({failure, sample}: NodeRecord): boolean => failure === undefined && sample !== undefined;

const historyOf = ({sample}: NodeRecord, field: 'master_replid' | 'master_replid2'): string | undefined =>
	sample?.info.text('replication', field);

/** Replicas that answer and whose primary, by the address that they have for it, is down. */
export type Orphans = {
	readonly replicas: readonly NodeRecord[];
	/** The primary of the same data where it answers at another address: the way of the replicas to it is cut. */
	readonly answersAt: NodeAddress | undefined;
};

const none: Orphans = {replicas: [], answersAt: undefined};

/**
The replicas that have lost the given node as their primary. None where the node answers, where another node was promoted in
its place, and where a cluster or Sentinels promote a replica.
*/
export function orphansOf(primary: NodeAddress, nodes: Nodes): Orphans {
	const record = nodes.get(primary);
	const all = [...nodes.values()];
	const isChosenElsewhere = all.some(
		({role, sample}) => role === 'sentinel' || (sample !== undefined && isClusterEnabled(sample.info)),
	);
	if (record?.failure === undefined || record.reach !== 'down' || record.role === 'replica' || isChosenElsewhere) {
		return none;
	}

	const sameNode = nodeFinder(nodes);
	const replicas = all.filter(other => {
		const named = answers(other) ? primaryNamedBy(other) : undefined;
		return named !== undefined && sameNode(named) === primary && isUnlinked(other);
	});
	const histories = new Set(replicas.flatMap(replica => historyOf(replica, 'master_replid') ?? []));
	const primaries = all.filter(other => other.role === 'primary' && answers(other));
	const isReplaced = primaries.some(other => histories.has(historyOf(other, 'master_replid2') ?? ''));
	const same = primaries.find(other => histories.has(historyOf(other, 'master_replid') ?? ''));
	return isReplaced ? none : {replicas, answersAt: same?.address};
}

const isUnlinked = ({sample}: NodeRecord): boolean => sample?.info.text('replication', 'master_link_status') === 'down';
