import type {SlotRange} from '../domain/cluster.js';
import type {Effect, Statement} from '../domain/finding.js';
import type {Message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ConditionStarts} from './condition-since.js';

/**
- `healthy`: one configuration, one partition, a majority, every slot claimed by its owner
- `converging`: views differ, but no longer than a failover or the move of a slot takes
- `views-differ`: views have differed for longer than that
- `split-brain`: two primaries take writes for the same slots, or two partitions have a majority each
- `fenced-primary`: two primaries own the same slots, and all but one of them refuse writes
- `minority`: nodes that are cut off from the majority
- `no-majority`: no node reaches a majority
- `one-sided-link`: a node is flagged PFAIL or FAIL by nodes of its own partition
- `wrong-address`: a node has another node's address for one that answers
- `stale-node`: a node that does not learn of the newest epoch
- `owner-unreachable`: redis-top does not reach an owner that other nodes of the cluster reach
- `owner-failed`: an owner is marked FAIL, and no replica has taken over its slots
- `unclaimed`: an owner answers and does not claim the slots that other nodes assign to it
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
	| 'wrong-address'
	| 'stale-node'
	| 'owner-unreachable'
	| 'owner-failed'
	| 'unclaimed'
	| 'equal-epochs';

/** What the views of a cluster's nodes say together. Its problem is a sentence of its own and needs no node before it. */
export type ClusterVerdict = Statement & {
	readonly kind: ClusterVerdictKind;
	readonly severity: 'ok' | 'info' | 'warning' | 'critical';
	/** What clients of the cluster feel of it; undefined: nothing yet. */
	readonly effect?: Effect | undefined;
	/** Which owner stays, what is lost, what to do: one sentence each. */
	readonly meaning: readonly Message[];
	readonly nodes: readonly NodeAddress[];
	readonly slots: readonly SlotRange[];
	/** When it was first seen, in milliseconds since the epoch; undefined where no start is kept. */
	readonly sinceMs: number | undefined;
};

/** The facts that every verdict is derived from. */
export type VerdictInput = {
	readonly comparison: ClusterComparison;
	readonly conditionStarts: ConditionStarts;
	/** `cluster-node-timeout` of the cluster, milliseconds. */
	readonly nodeTimeoutMs: number;
	readonly nowMs: number;
};

/** The default of `cluster-node-timeout`, for clusters whose nodes do not tell theirs. */
export const defaultNodeTimeoutMs = 15_000;
