import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';

/** Whose view of the cluster is kept: one of a thousand nodes takes a third of a megabyte, of a large cluster the latest stay. */
export class KeptViews {
	/** The one read longest ago first. */
	readonly #viewed = new Set<NodeAddress>();

	/** Takes note of a node whose view came or went. Whose view is to be let go for it; undefined: nobody's. */
	note({address, clusterNodes}: NodeRecord, focus: NodeAddress | undefined): NodeAddress | undefined {
		this.#viewed.delete(address);
		if (clusterNodes !== undefined) {
			this.#viewed.add(address);
		}

		const oldest =
			this.#viewed.size > scale.clusterViewsKept ? [...this.#viewed].find(viewed => viewed !== focus) : undefined;
		if (oldest !== undefined) {
			this.#viewed.delete(oldest);
		}

		return oldest;
	}
}
