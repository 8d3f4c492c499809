import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/**
Decides which nodes' cluster views are kept. In a large cluster, only the latest views are kept, because a view of 1,000
nodes takes 330 KB.
*/
export class ClusterViewCache {
	/** Nodes whose view is kept, in the order in which the views were read, oldest first. */
	readonly #viewed = new Set<NodeAddress>();

	/**
	Notes that a node's view was read or dropped. When too many views are kept, returns the node whose view must be
	dropped: the oldest view, but not that of the node in focus.
	*/
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
