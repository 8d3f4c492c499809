import type {SlotRange} from '../domain/cluster.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ViewMoments} from './condition-since.js';

/**
- `healthy`: one signature, one partition, a majority, every slot claimed by its owner
- `converging`: views differ, and no longer than a failover or a slot's move takes
- `views-differ`: they went on differing
- `split-brain`: two primaries take writes for the same slots, or two partitions have a majority each
- `fenced-primary`: two own the same slots, and all but one of them refuse writes
- `minority`: nodes that are cut off from the majority
- `no-majority`: nobody reaches a majority
- `one-sided-link`: a node is distrusted by some who are otherwise together with it
- `stale-node`: a node that the newest epoch does not reach
- `owner-unreachable`: the cluster trusts an owner that redis-top can't reach
- `owner-failed`: an owner is held failed, and nobody has taken its slots over
- `unclaimed`: an owner answers and does not own what the others give it
- `equal-epochs`: two primaries with the same configuration epoch
*/
export type ClusterVerdictKind =
	| 'healthy'
	| 'converging'
	| 'views-differ'
	| 'split-brain'
	| 'fenced-primary'
	| 'minority'
	| 'no-majority'
	| 'one-sided-link'
	| 'stale-node'
	| 'owner-unreachable'
	| 'owner-failed'
	| 'unclaimed'
	| 'equal-epochs';

export type ClusterVerdict = {
	readonly kind: ClusterVerdictKind;
	readonly severity: 'ok' | 'info' | 'warning' | 'critical';
	/** What is so, one sentence without its full stop. */
	readonly text: string;
	/** Who is right, what is lost, what to do: a sentence each. */
	readonly meaning: readonly string[];
	readonly nodes: readonly NodeAddress[];
	readonly slots: readonly SlotRange[];
	/** Since when it was seen, milliseconds since the epoch; undefined where that isn't kept. */
	readonly sinceMs: number | undefined;
};

/** What a verdict is made of. */
export type VerdictCase = {
	readonly comparison: ClusterComparison;
	readonly moments: ViewMoments;
	/** `cluster-node-timeout` of the cluster, milliseconds. */
	readonly nodeTimeoutMs: number;
	readonly nowMs: number;
};

/** Redis' own default for `cluster-node-timeout`, where no node tells. */
export const defaultNodeTimeoutMs = 15_000;
