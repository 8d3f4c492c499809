import {type ClusterState, updateClusterState} from '../cluster/cluster-state.js';
import {clusterDigest} from '../cluster/digest.js';
import {readView} from '../cluster/node-view.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/**
Shortest time between two comparisons of cluster views, in milliseconds: one millisecond for each node, but at least
`shortestComparisonMs`.
*/
const comparisonPeriodMs = (nodeCount: number): number => Math.max(scale.shortestComparisonMs, nodeCount);

/** Interval between two comparisons while a replay skips to a moment, in milliseconds. */
const sparseMs = 10_000;

/** Compares the cluster views of a cluster's nodes whenever one of the views was read or dropped. */
export class ClusterTracker {
	#state: ClusterState | undefined;
	#comparedAtMs = Number.NEGATIVE_INFINITY;
	#isDue = false;
	/**
	Whether a node reported a change of the cluster since the last comparison. After such a report, the next comparison
	waits only for `comparisonPeriodMs`. In a large cluster whose views all agree, it would wait for a multiple of that
	time.
	*/
	#isPressing = false;
	/** True while a replay skips to the moment to show. Views are then compared every ten seconds only. */
	isSparse = false;

	get state(): ClusterState | undefined {
		return this.#state;
	}

	/** Notes a node's record before and after a poll. Returns the events of the cluster, if views were compared. */
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
		this.#isPressing ||= hasOtherReach(before, after) || this.#reportsChange(before, after);
		return this.settle(nodes, nowMs);
	}

	/**
	Compares the views of all nodes. It does so only if a view was read or dropped since the last comparison, and the
	wait after that comparison is over. With `isAtOnce` there is no wait, because no later call follows.
	*/
	settle(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, isAtOnce = false): readonly MonitorEvent[] {
		const isCalm = nodes.size > scale.everyComparisonUpTo && !this.#isPressing && this.#doAllAgree;
		const waitMs = this.isSparse
			? sparseMs
			: comparisonPeriodMs(nodes.size) * (isCalm ? scale.calmComparisonFactor : 1);
		if (!this.#isDue || (!isAtOnce && nowMs - this.#comparedAtMs < waitMs)) {
			return [];
		}

		this.#isDue = false;
		this.#isPressing = false;
		this.#comparedAtMs = nowMs;
		const compared = updateClusterState(this.#state, nodes, nowMs);
		this.#state = compared?.state ?? this.#state;
		return compared?.events ?? [];
	}

	/** Whether all cluster views agree, and no node flags another node FAIL or PFAIL. */
	get #doAllAgree(): boolean {
		if (this.#state === undefined) {
			return false;
		}

		const {verdicts, comparison} = this.#state;
		const hasFlags = comparison.views.some(({failed, suspected}) => failed.size + suspected.size > 0);
		return !hasFlags && comparison.groups.length === 1 && verdicts.every(({severity}) => severity === 'ok');
	}

	/**
	Whether the node reports a change of its CLUSTER INFO digest, of the owners of slots, or of the flags FAIL and PFAIL.
	*/
	#reportsChange(before: NodeRecord, after: NodeRecord): boolean {
		const {clusterInfo, clusterNodes} = after;
		const hasOtherDigest = before.clusterInfo !== clusterInfo && digestOf(before) !== digestOf(after);
		if (before.slotKeys !== after.slotKeys || hasOtherDigest) {
			return true;
		}

		if (clusterNodes === undefined || clusterNodes === before.clusterNodes) {
			return false;
		}

		const {address, sample} = after;
		const view = readView({address, atMs: sample?.atMs ?? 0, nodes: clusterNodes.value, info: clusterInfo?.value});
		const isFlagging = view === undefined || view.failed.size + view.suspected.size > 0;
		return isFlagging || view.signature !== this.#state?.comparison.groups[0]?.signature;
	}
}

const hasOtherReach = (before: NodeRecord, after: NodeRecord): boolean =>
	after.clusterNodes !== undefined && (before.failure === undefined) !== (after.failure === undefined);

const digestOf = ({clusterInfo}: NodeRecord): string | undefined => clusterInfo && clusterDigest(clusterInfo.value);
