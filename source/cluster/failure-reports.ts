import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {seesMajority} from './node-view.js';

/** Who holds a node failing, and since when that was seen. */
export type Distrust = {
	readonly by: readonly NodeId[];
	/** A majority agreed on `fail`; else each of them only suspects it (`fail?`). */
	readonly isFailed: boolean;
	readonly sinceMs: number;
	/** Undefined while it is only suspected. */
	readonly failedSinceMs: number | undefined;
};

export type DistrustByNode = ReadonlyMap<NodeId, Distrust>;

/**
Who is distrusted by whom. Nodes that reach a majority speak for the cluster; those that don't would call everybody else
failed, so they are only listened to when nobody reaches one.
*/
export function distrustIn(before: DistrustByNode, {views}: ClusterComparison, nowMs: number): DistrustByNode {
	const speakers = views.some(seesMajority) ? views.filter(seesMajority) : views;
	const found = new Map<NodeId, {by: NodeId[]; isFailed: boolean}>();
	for (const {self, failed, suspected, lines} of speakers) {
		for (const id of [...failed, ...suspected]) {
			// Without an address it is unknown rather than failed.
			if (lines.get(id)?.flags.has('noaddr') !== true) {
				const entry = found.get(id) ?? {by: [], isFailed: false};
				entry.by.push(self.id);
				entry.isFailed ||= failed.has(id);
				found.set(id, entry);
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
