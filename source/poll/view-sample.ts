import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';

/**
The facts that decide whether a node's cluster view is read: its digest of CLUSTER INFO, and when its whole view was
last read.
*/
export type ViewFacts = {
	readonly address: NodeAddress;
	readonly digest: string | undefined;
	/** In monotonic milliseconds; undefined before the first view. */
	readonly readAtMs: number | undefined;
};

/**
The nodes of a large cluster whose view is to be read now. Nodes with equal digests usually have equal views. From the
largest group of such nodes, only a few are therefore chosen, in rotation. From the other nodes, those are chosen whose
view was read longest ago. A node without a digest is not chosen. Called once a second.

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

/** The `count` nodes whose view was read longest ago. Nodes whose view was never read come first. */
function longestUnread(nodes: readonly ViewFacts[], count: number): readonly ViewFacts[] {
	const readAt = ({readAtMs}: ViewFacts) => readAtMs ?? Number.NEGATIVE_INFINITY;
	return nodes
		.toSorted((one, other) => (readAt(one) < readAt(other) ? -1 : readAt(one) > readAt(other) ? 1 : 0))
		.slice(0, count);
}
