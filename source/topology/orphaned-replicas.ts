import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
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
