import {type ClusterWatch, watchCluster} from '../derive/cluster/watch.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './monitor-state.js';

/**
Views are compared at most so often, milliseconds: at a thousand nodes one comes every few of them, and sixty views of a
thousand lines take 20 ms.
*/
const compareEveryMs = (nodeCount: number): number => Math.max(200, nodeCount);

/** Compares the views of a cluster's nodes whenever one of them came or went. */
export class ClusterWatcher {
	#watch: ClusterWatch | undefined;
	#comparedAtMs = Number.NEGATIVE_INFINITY;
	#isDue = false;

	get watch(): ClusterWatch | undefined {
		return this.#watch;
	}

	/** A node's record after its poll, and what it was before. What happened to the cluster, if it was compared now. */
	ingest(
		before: NodeRecord,
		after: NodeRecord,
		nodes: ReadonlyMap<NodeAddress, NodeRecord>,
		nowMs: number,
	): readonly MonitorEvent[] {
		this.#isDue ||=
			before.clusterNodes !== after.clusterNodes ||
			before.clusterInfo !== after.clusterInfo ||
			before.slotKeys !== after.slotKeys ||
			(after.clusterNodes !== undefined && (before.failure === undefined) !== (after.failure === undefined));
		return this.settle(nodes, nowMs);
	}

	/** Compares what has come since the last time, if it is not too soon after that; `isAtOnce`: there is no later. */
	settle(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, isAtOnce = false): readonly MonitorEvent[] {
		if (!this.#isDue || (!isAtOnce && nowMs - this.#comparedAtMs < compareEveryMs(nodes.size))) {
			return [];
		}

		this.#isDue = false;
		this.#comparedAtMs = nowMs;
		const compared = watchCluster(this.#watch, nodes, nowMs);
		this.#watch = compared?.watch ?? this.#watch;
		return compared?.events ?? [];
	}
}
