import {type ClusterWatch, watchCluster} from '../derive/cluster/watch.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './monitor-state.js';

/** Views are compared at most so often, milliseconds: at a thousand nodes one comes every few of them. */
const compareEveryMs = 200;

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
		return nowMs - this.#comparedAtMs >= compareEveryMs ? this.settle(nodes, nowMs) : [];
	}

	/** Compares what has come since the last time. */
	settle(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number): readonly MonitorEvent[] {
		if (!this.#isDue) {
			return [];
		}

		this.#isDue = false;
		this.#comparedAtMs = nowMs;
		const compared = watchCluster(this.#watch, nodes, nowMs);
		this.#watch = compared?.watch ?? this.#watch;
		return compared?.events ?? [];
	}
}
