import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {PollInterest} from './poll-demand.js';

/**
Whose turn it is to have its slow log read, one after the other, while somebody looks at those of all nodes and these are
too many to be read together.
*/
export class SlowlogTurns {
	/** Chosen, and not asked yet. */
	readonly #due = new Set<NodeAddress>();
	#next = 0;
	#chosenAtMs = Number.NEGATIVE_INFINITY;

	/** True once for each turn of a node. `nowMs` is monotonic. */
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
			for (let turn = 0; turn < Math.min(scale.slowlogsPerSecond, addresses.length); turn++) {
				const chosen = addresses[(this.#next + turn) % addresses.length];
				if (chosen !== undefined) {
					this.#due.add(chosen);
				}
			}

			this.#next = (this.#next + scale.slowlogsPerSecond) % Math.max(1, addresses.length);
		}

		return this.#due.delete(address);
	}
}
