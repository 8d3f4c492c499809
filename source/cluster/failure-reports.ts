import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {seesMajority} from './node-view.js';

/** The nodes that flag a node PFAIL or FAIL, and when redis-top first saw the flag. */
export type FailureReport = {
	readonly by: readonly NodeId[];
	/** True: a majority agreed on FAIL. False: each node in `by` only has its own opinion (PFAIL). */
	readonly isFailed: boolean;
	readonly sinceMs: number;
	/** When the node was first seen flagged FAIL, in milliseconds since the epoch; undefined while it is only PFAIL. */
	readonly failedSinceMs: number | undefined;
};

export type FailureReports = ReadonlyMap<NodeId, FailureReport>;

/**
The failure reports of all views, by the node id of the reported node. Reports count only from nodes that reach a
majority. A node that is cut off from the majority flags all nodes outside its partition, even healthy ones. Its reports
count only if no node reaches a majority.
*/
export function failureReportsIn(before: FailureReports, {views}: ClusterComparison, nowMs: number): FailureReports {
	const reporters = views.some(seesMajority) ? views.filter(seesMajority) : views;
	const found = new Map<NodeId, {by: NodeId[]; isFailed: boolean}>();
	for (const {self, failed, suspected, lines} of reporters) {
		for (const id of [...failed, ...suspected]) {
			// The state of a node without an address is unknown, not failed.
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
