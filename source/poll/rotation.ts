import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {PollInterest} from './poll-demand.js';

/**
Number of intervals between two polls of a node that is not on the screen; 1 when all nodes can be polled at each
interval.
*/
export function intervalsBetweenPolls(nodes: number, intervalMs: number): number {
	const periodMs = Math.min(scale.longestPollPeriodMs, (nodes * 1000) / scale.pollsPerSecond);
	return Math.max(1, Math.round(periodMs / intervalMs));
}

/**
The nodes that are on the screen or have findings. They are polled at each interval. The other nodes are polled in
rotation.
*/
export class VisibleNodes {
	#visible: ReadonlySet<NodeAddress> = new Set();

	/** Sets the visible nodes. Returns the nodes that just became visible; the caller polls them at once. */
	set(visible: ReadonlySet<NodeAddress>): readonly NodeAddress[] {
		const before = this.#visible;
		this.#visible = visible;
		return [...visible].filter(address => !before.has(address));
	}

	/** The number of intervals between two polls of this node: 1 for a visible node. */
	intervalsBetween(address: NodeAddress, nodes: number, intervalMs: number): number {
		return this.#visible.has(address) ? 1 : intervalsBetweenPolls(nodes, intervalMs);
	}
}

/**
Chooses the nodes whose slow logs are read, in rotation. It is used when a panel merges the slow logs of more nodes than
can be read together.
*/
export class SlowlogRotation {
	/** Nodes that were chosen but not polled yet. */
	readonly #due = new Set<NodeAddress>();
	#next = 0;
	#chosenAtMs = Number.NEGATIVE_INFINITY;

	/**
	Whether the node's slow log is to be read now; true once each time the rotation reaches the node. `nowMs` is
	monotonic.
	*/
	take(
		address: NodeAddress,
		all: ReadonlyMap<NodeAddress, unknown>,
		interests: ReadonlySet<PollInterest>,
		nowMs: number,
	): boolean {
		if (all.size <= scale.logsOfAllUpTo || !interests.has('all-slowlogs')) {
			return false;
		}

		if (nowMs - this.#chosenAtMs >= 1000) {
			this.#chosenAtMs = nowMs;
			const addresses = [...all.keys()];
			for (let step = 0; step < Math.min(scale.slowlogsPerSecond, addresses.length); step++) {
				const chosen = addresses[(this.#next + step) % addresses.length];
				if (chosen !== undefined) {
					this.#due.add(chosen);
				}
			}

			this.#next = (this.#next + scale.slowlogsPerSecond) % Math.max(1, addresses.length);
		}

		return this.#due.delete(address);
	}
}
