import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {seesMajority} from './node-view.js';

/** Which nodes flag a node PFAIL or FAIL, and when redis-top first saw it. */
export type FailureReport = {
	readonly by: readonly NodeId[];
	/** A majority agreed on FAIL. False: each node in `by` only has its own opinion (PFAIL). */
	readonly isFailed: boolean;
	readonly sinceMs: number;
	/** Undefined while the node is flagged PFAIL only. */
	readonly failedSinceMs: number | undefined;
};

export type FailureReports = ReadonlyMap<NodeId, FailureReport>;

/**
The failure reports of all views, by the node they are about. Nodes that reach a majority speak for the cluster. The others
flag everybody beyond their own partition, so their reports count only when no node reaches a majority.
*/
export function failureReportsIn(before: FailureReports, {views}: ClusterComparison, nowMs: number): FailureReports {
	const reporters = views.some(seesMajority) ? views.filter(seesMajority) : views;
	const found = new Map<NodeId, {by: NodeId[]; isFailed: boolean}>();
	for (const {self, failed, suspected, lines} of reporters) {
		for (const id of [...failed, ...suspected]) {
			// A node without an address is unknown rather than failed.
			if (lines.get(id)?.flags.has('noaddr') !== true) {
				const report = found.get(id) ?? {by: [], isFailed: false};
				report.by.push(self.id);
				report.isFailed ||= failed.has(id);
				found.set(id, report);
			}
		}
	}

	return new Map(
		[...found].map(([id, {by, isFailed}]) => {
			const known = before.get(id);
			const failedSinceMs = isFailed ? (known?.failedSinceMs ?? nowMs) : undefined;
			return [id, {by, isFailed, sinceMs: known?.sinceMs ?? nowMs, failedSinceMs}];
		}),
	);
}
