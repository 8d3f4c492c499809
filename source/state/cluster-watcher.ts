import {type ClusterState, updateClusterState} from '../cluster/cluster-state.js';
import {clusterDigest} from '../cluster/digest.js';
import {readView} from '../cluster/node-view.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/** Shortest time between two comparisons, milliseconds. */
const comparisonPeriodMs = (nodeCount: number): number => Math.max(scale.shortestComparisonMs, nodeCount);

/** Compares the views of a cluster's nodes whenever one of them came or went. */
export class ClusterTracker {
	#watch: ClusterState | undefined;
	#comparedAtMs = Number.NEGATIVE_INFINITY;
	#isDue = false;
	/** Somebody said something new. */
	#isPressing = false;

	get watch(): ClusterState | undefined {
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
			hasOtherReach(before, after);
		this.#isPressing ||= hasOtherReach(before, after) || this.#saysOther(before, after);
		return this.settle(nodes, nowMs);
	}

	/** Compares what has come since the last time, if it is not too soon after that; `isAtOnce`: there is no later. */
	settle(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, isAtOnce = false): readonly MonitorEvent[] {
		const isCalm = nodes.size > scale.everyComparisonUpTo && !this.#isPressing && this.#isWell;
		const waitMs = comparisonPeriodMs(nodes.size) * (isCalm ? scale.calmComparisonFactor : 1);
		if (!this.#isDue || (!isAtOnce && nowMs - this.#comparedAtMs < waitMs)) {
			return [];
		}

		this.#isDue = false;
		this.#isPressing = false;
		this.#comparedAtMs = nowMs;
		const compared = updateClusterState(this.#watch, nodes, nowMs);
		this.#watch = compared?.state ?? this.#watch;
		return compared?.events ?? [];
	}

	/** Nothing is said against it, and nobody is in doubt of anybody. */
	get #isWell(): boolean {
		if (this.#watch === undefined) {
			return false;
		}

		const {verdicts, comparison} = this.#watch;
		const hasDoubts = comparison.views.some(({failed, suspected}) => failed.size + suspected.size > 0);
		return !hasDoubts && comparison.groups.length === 1 && verdicts.every(({severity}) => severity === 'ok');
	}

	/** Of CLUSTER INFO what is equal on all nodes at rest, of a view whom it gives the slots and whom it trusts. */
	#saysOther(before: NodeRecord, after: NodeRecord): boolean {
		const {clusterInfo, clusterNodes} = after;
		if (before.slotKeys !== after.slotKeys || digestOf(before) !== digestOf(after)) {
			return true;
		}

		if (clusterNodes === undefined || clusterNodes === before.clusterNodes) {
			return false;
		}

		const {address, sample} = after;
		const view = readView({address, atMs: sample?.atMs ?? 0, nodes: clusterNodes.value, info: clusterInfo?.value});
		const isDoubted = view === undefined || view.failed.size + view.suspected.size > 0;
		return isDoubted || view.signature !== this.#watch?.comparison.groups[0]?.signature;
	}
}

const hasOtherReach = (before: NodeRecord, after: NodeRecord): boolean =>
	after.clusterNodes !== undefined && (before.failure === undefined) !== (after.failure === undefined);

const digestOf = ({clusterInfo}: NodeRecord): string | undefined => clusterInfo && clusterDigest(clusterInfo.value);
