import type {NodeAddress} from '../domain/node.js';

/** Which node each process is known as: one under two names (`localhost` and `127.0.0.1`) has one run id. */
export class RunIds {
	readonly #holders = new Map<string, NodeAddress>();

	/** The node of another name that this process is known as; undefined where it is itself the one from now on. */
	otherHolder(runId: string | undefined, address: NodeAddress, isKnown: boolean): NodeAddress | undefined {
		if (runId === undefined) {
			return undefined;
		}

		const holder = this.#holders.get(runId);
		if (holder !== undefined && holder !== address && !isKnown) {
			return holder;
		}

		if (holder !== address) {
			// A copy: a part of INFO's text would keep all of it.
			this.#holders.set(Buffer.from(runId).toString(), address);
		}

		return undefined;
	}

	forget(address: NodeAddress): void {
		for (const [runId, holder] of this.#holders) {
			if (holder === address) {
				this.#holders.delete(runId);
			}
		}
	}
}
