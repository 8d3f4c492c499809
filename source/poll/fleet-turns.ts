import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';

/** Between two polls of a node there are so many intervals: one where all can be asked at each. */
export function intervalsBetweenTurns(nodes: number, intervalMs: number): number {
	const turnMs = Math.min(scale.longestPollPeriodMs, (nodes * 1000) / scale.pollsPerSecond);
	return Math.max(1, Math.round(turnMs / intervalMs));
}

/**
Who is asked at each interval where the nodes are too many for all of them to be: those that are seen, or in trouble. The
others, which are well and which nobody looks at, take turns.
*/
export class FleetTurns {
	#seen: ReadonlySet<NodeAddress> = new Set();

	/** Those that were not seen before, whose turn has come with it. */
	see(seen: ReadonlySet<NodeAddress>): readonly NodeAddress[] {
		const before = this.#seen;
		this.#seen = seen;
		return [...seen].filter(address => !before.has(address));
	}

	/** Intervals between two polls of this one. */
	intervalsBetween(address: NodeAddress, nodes: number, intervalMs: number): number {
		return this.#seen.has(address) ? 1 : intervalsBetweenTurns(nodes, intervalMs);
	}
}
