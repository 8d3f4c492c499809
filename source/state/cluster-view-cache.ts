import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/**
Which nodes' cluster views are kept: of a large cluster the latest. A view of 1,000 nodes takes 330 KB.
*/
export class ClusterViewCache {
	/** The view read longest ago first. */
	readonly #viewed = new Set<NodeAddress>();

	/** Notes that a node's view came or was dropped. Returns the node whose view has to go instead, if any. */
	note({address, clusterNodes}: NodeRecord, focus: NodeAddress | undefined): NodeAddress | undefined {
		this.#viewed.delete(address);
		if (clusterNodes !== undefined) {
			this.#viewed.add(address);
		}

		const isFull = this.#viewed.size > scale.clusterViewsKept;
		const oldest = isFull ? [...this.#viewed].find(viewed => viewed !== focus) : undefined;
		if (oldest !== undefined) {
			this.#viewed.delete(oldest);
		}

		return oldest;
	}
}
