import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/**
The records of all nodes, by address. Rules and panels keep the map that they have read, and what they computed from it
(`memoizeByRef`). So a map that was read is copied before its next change.

A large deployment copies its map only for each publication, because copying it with each poll would cost too much. There
the rules of a single node may use a topology that is as old as the last publication.
*/
export class NodeMap {
	#all: ReadonlyMap<NodeAddress, NodeRecord> = new Map();
	/** The same map as `#all` while nobody has read it, so that it may be changed. */
	#changing: Map<NodeAddress, NodeRecord> | undefined;

	get all(): ReadonlyMap<NodeAddress, NodeRecord> {
		return this.#all;
	}

	/** Adds a record, or replaces the record of its node. */
	put(record: NodeRecord): void {
		this.#changing ??= new Map(this.#all);
		this.#changing.set(record.address, record);
		this.#all = this.#changing;
	}

	/** Removes a node. Returns false if the node was not there. */
	delete(address: NodeAddress): boolean {
		const rest = new Map(this.#all);
		const isKnown = rest.delete(address);
		if (isKnown) {
			this.#changing = undefined;
			this.#all = rest;
		}

		return isKnown;
	}

	/** Notes that rules have read the map after a poll. */
	noteRead(): void {
		if (this.#all.size <= scale.quickPublishUpTo) {
			this.#changing = undefined;
		}
	}

	/** The map for a publication: one that nobody read before its last change. */
	forPublication(): ReadonlyMap<NodeAddress, NodeRecord> {
		if (this.#changing !== undefined) {
			this.#changing = undefined;
			this.#all = new Map(this.#all);
		}

		return this.#all;
	}
}
