import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';

/** What the choice is made by: the node's digest and when its whole view was last read, both undefined before the first. */
export type ViewFacts = {
	readonly address: NodeAddress;
	readonly digest: string | undefined;
	readonly readAtMs: number | undefined;
};

/**
The nodes of a large cluster that are to be asked for their view now: of those that agree a few in turn, of those whose
digest is not what most say the ones read longest ago, so that all of them are soon known. To be asked once a second; the
same facts give the same answer. A node that has no digest yet is not asked.

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

/** Never read goes before all others; among equals the order in which they came. */
function longestUnread(nodes: readonly ViewFacts[], count: number): readonly ViewFacts[] {
	const readAt = ({readAtMs}: ViewFacts) => readAtMs ?? Number.NEGATIVE_INFINITY;
	return nodes
		.toSorted((one, other) => (readAt(one) < readAt(other) ? -1 : readAt(one) > readAt(other) ? 1 : 0))
		.slice(0, count);
}
