import type {NodeAddress} from '../domain/node.js';

/**
Up to so many nodes each is asked for its view of the cluster; the reply grows with the nodes, so that all of a thousand
would be 62 MB a second. Above, a sample is asked, and every node's cheap digest (CLUSTER INFO, 320 bytes) is held against
the others'. Source of the figures: measured on Redis 7.0 with a nodes.conf of 1,000 nodes.
*/
export const everyViewUpTo = 50;

/** Within so many milliseconds every node of a cluster at rest has its turn. */
const roundMs = 300_000;
/** And however few they are, so many views come in five seconds. */
const freshViews = 7;
const freshForMs = 5000;
/** Of the nodes that differ so many are asked in a second. */
const differingAtOnce = 8;
/** A view of a node that differs is read again after so long, milliseconds. */
const differingAgainMs = 10_000;

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
		.filter(({readAtMs}) => readAtMs === undefined || nowMs - readAtMs >= differingAgainMs);
	const aSecond = Math.ceil(Math.max((freshViews * 1000) / freshForMs, (agreeing.length * 1000) / roundMs));
	return [...longestUnread(agreeing, aSecond), ...longestUnread(differing, differingAtOnce)].map(
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
