import {isRunId, type NodeAddress} from '../domain/node.js';

/**
The address of each process by its run id. A process that is reached at two addresses (`localhost`, `127.0.0.1`) has one
run id, so it is polled only once.
*/
export class RunIds {
	readonly #holders = new Map<string, NodeAddress>();

	/**
	The other address at which the process with this run id is known. If there is no other address, notes `address` for
	the process and returns undefined.
	*/
	otherHolder(runId: string | undefined, address: NodeAddress, isKnown: boolean): NodeAddress | undefined {
		if (runId === undefined || !isRunId(runId)) {
			return undefined;
		}

		const holder = this.#holders.get(runId);
		if (holder !== undefined && holder !== address && !isKnown) {
			return holder;
		}

		if (holder !== address) {
			// The run id is copied: a substring of INFO would keep the whole text in memory.
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
