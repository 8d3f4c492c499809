import type {LastingLine, SlotRange} from '../domain/cluster.js';
import type {Effect, Statement} from '../domain/finding.js';
import type {Message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ConditionStarts} from './condition-since.js';
import type {CutOff} from './cut-off.js';

/**
- `healthy`: one configuration, one partition, a majority, every slot claimed by its owner
- `converging`: views differ, but not for longer than a failover or the move of a slot takes
- `views-differ`: views have differed for longer than a failover or the move of a slot takes
- `split-brain`: two primaries take writes for the same slots, or two partitions each have a majority
- `fenced-primary`: two primaries own the same slots, and all but one of them refuse writes
- `minority`: nodes are cut off from the majority
- `no-majority`: no node reaches a majority
- `one-sided-link`: a node is flagged PFAIL or FAIL by nodes of its own partition
- `wrong-address`: a node lists a second node under the address of a third node that answers
- `stale-node`: a node does not learn of the newest epoch
- `owner-unreachable`: redis-top can't reach an owner that other nodes of the cluster reach
- `owner-failed`: an owner is marked FAIL, and no replica has taken over its slots
- `unclaimed`: an owner answers, but does not claim slots that other nodes assign to it
- `equal-epochs`: two primaries have the same configuration epoch
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

/**
A conclusion from the views of all nodes of a cluster. Its `problem` is a complete sentence, while the `problem` of
other statements needs a node's address before it.
*/
export type ClusterVerdict = Statement & {
	readonly kind: ClusterVerdictKind;
	readonly severity: 'ok' | 'info' | 'warning' | 'critical';
	/** What clients of the cluster notice; undefined while they notice nothing. */
	readonly effect?: Effect | undefined;
	/** Sentences that explain the verdict: which owner stays, what is lost, what to do. */
	readonly meaning: readonly Message[];
	readonly nodes: readonly NodeAddress[];
	readonly slots: readonly SlotRange[];
	/**
	When the condition was first seen, in milliseconds since the epoch; undefined if redis-top does not keep its start.
	*/
	readonly sinceMs: number | undefined;
	/** True where the only node that answers knows no other node. */
	readonly isLone?: true;
	/**
	Present addresses of nodes that other nodes know only under older addresses. CLUSTER MEET tells these addresses to the
	other nodes.
	*/
	readonly meet?: readonly NodeAddress[];
	/** The nodes as the cluster knows them, at addresses at which nothing answers. The nodes may be at other addresses now. */
	readonly oldPlaces?: readonly LastingLine[] | undefined;
	/** The one node that no other node reaches on the cluster bus, although it answers redis-top. */
	readonly cutOff?: CutOff | undefined;
};

/** The facts that every verdict is derived from. */
export type VerdictInput = {
	readonly comparison: ClusterComparison;
	readonly conditionStarts: ConditionStarts;
	/** `cluster-node-timeout` of the cluster, milliseconds. */
	readonly nodeTimeoutMs: number;
	readonly nowMs: number;
	/**
	Whether the cluster bus uses Raft. No conclusions are then drawn from flags, epochs and differing views. Absent:
	gossip.
	*/
	readonly isRaft?: boolean;
};

/** The default of `cluster-node-timeout` in milliseconds, for clusters whose nodes do not report the setting. */
export const defaultNodeTimeoutMs = 15_000;
