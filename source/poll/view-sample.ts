import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';

/** What the choice depends on: the node's digest and when its whole view was last read; undefined before the first. */
export type ViewFacts = {
	readonly address: NodeAddress;
	readonly digest: string | undefined;
	readonly readAtMs: number | undefined;
};

/**
The nodes of a large cluster that are asked for their view now: a few of those that agree with most, in rotation, and of
those with another digest the ones read longest ago. Called once a second. A node that has no digest yet is not asked.

@param nowMs Monotonic.
*/
export function viewsWanted(nodes: readonly ViewFacts[], nowMs: number): NodeAddress[] {
	const groups = new Map<string, ViewFacts[]>();
	for (const node of nodes) {
		if (node.digest !== undefined) {
			const group = groups.get(node.digest);
			if (group === undefined) {
				groups.set(node.digest, [node]);
			} else {
				group.push(node);
			}
		}
	}

	const [agreeing = [], ...others] = [...groups.values()].toSorted((one, other) => other.length - one.length);
	const differing = others
		.flat()
		.filter(({readAtMs}) => readAtMs === undefined || nowMs - readAtMs >= scale.differingViewAgainMs);
	const aSecond = Math.ceil(
		Math.max((scale.freshViews * 1000) / scale.freshViewsMs, (agreeing.length * 1000) / scale.viewRoundMs),
	);
	return [...longestUnread(agreeing, aSecond), ...longestUnread(differing, scale.differingViewsPerSecond)].map(
		({address}) => address,
	);
}

/** Nodes that were never read come first; equal ones keep their order. */
function longestUnread(nodes: readonly ViewFacts[], count: number): readonly ViewFacts[] {
	const readAt = ({readAtMs}: ViewFacts) => readAtMs ?? Number.NEGATIVE_INFINITY;
	return nodes
		.toSorted((one, other) => (readAt(one) < readAt(other) ? -1 : readAt(one) > readAt(other) ? 1 : 0))
		.slice(0, count);
}
