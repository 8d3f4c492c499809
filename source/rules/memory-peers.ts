import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {keyCount} from '../domain/metric.js';
import {bytes, percent} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** What makes a full node unlike the nodes that should be like it, and the step that follows from it. */
type Difference = {readonly reason: string; readonly next: NextStep};

/** Ratio of the other nodes' maxmemory from which a limit is taken for one that was forgotten. */
const limitRatio = 2;

const inCluster = ({sample}: NodeRecord): boolean => sample !== undefined && isClusterEnabled(sample.info);

/** Whether two nodes should have the same limit: nodes of one cluster, or of one replication history. */
function belongTogether(one: NodeRecord, other: NodeRecord): boolean {
	if (inCluster(one) || inCluster(other)) {
		return inCluster(one) && inCluster(other);
	}

	const left = one.sample?.info.text('replication', 'master_replid2');
	return (
		primaryNamedBy(other) === one.address ||
		(left !== undefined && other.sample?.info.text('replication', 'master_replid') === left)
	);
}

/**
A primary that has far less maxmemory than every node that belongs to it. Often it was a replica until a failover, and the
limit was set on its primary only.

@param limit Its maxmemory, bytes; 0 is no limit.
*/
export function limitUnlikeOthers({nodes, record}: NodeFacts, limit: number): Difference | undefined {
	const limits = [...nodes.values()]
		.filter(other => other !== record && belongTogether(record, other))
		.flatMap(({sample}) => sample?.info.number('memory', 'maxmemory') ?? [])
		.map(value => (value === 0 ? Number.POSITIVE_INFINITY : value));
	const least = limits.length === 0 ? 0 : Math.min(...limits);
	return limit === 0 || record.role !== 'primary' || least < limit * limitRatio
		? undefined
		: {
				reason: `limit ${bytes(limit)}, others ${Number.isFinite(least) ? bytes(least) : 'none'}`,
				next: hint('set maxmemory as on the others: a failover does not carry settings over; then CONFIG REWRITE'),
			};
}

/** Fewest keys that are compared, and the fewest primaries; fewer differ by chance. */
const fewestKeys = 1000;
const fewestPrimaries = 3;
/** Multiple of an even share of the keys from which a primary has too many. */
const shareRatio = 2;

/** A primary of a cluster that has most of the cluster's keys: a hash tag puts them into one slot. */
export function keysUnlikeOthers({nodes, record}: NodeFacts): Difference | undefined {
	const counts = [...nodes.values()]
		.filter(other => other.role === 'primary' && inCluster(other))
		.map(other => ({other, keys: (other.sample && keyCount(other.sample.info)) ?? 0}));
	const all = counts.reduce((sum, {keys}) => sum + keys, 0);
	const own = counts.find(({other}) => other.address === record.address)?.keys ?? 0;
	const share = all === 0 ? 0 : own / all;
	return own < fewestKeys || counts.length < fewestPrimaries || share * counts.length < shareRatio
		? undefined
		: {
				reason: `it has ${percent(share)} of the cluster's keys`,
				next: hint(
					'look for a hash tag that puts the keys into one slot: CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2), else --bigkeys; raise maxmemory here for now',
				),
			};
}
