import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';
import {longSeries, shortSeries, withSeriesLength} from './new-record.js';

/** The nodes of a large deployment that have long series because they were in focus. */
export class LongSeries {
	/** The nodes with long series, in the order in which they were put in focus, the latest last. */
	readonly #nodes = new Set<NodeAddress>();

	/**
	The records that change when a node is put in focus. The node's own record gets long series. If too many nodes have
	long series, the node whose focus was longest ago gets short series.
	*/
	focus(nodes: ReadonlyMap<NodeAddress, NodeRecord>, address: NodeAddress | undefined): NodeRecord[] {
		const record = address === undefined ? undefined : nodes.get(address);
		const isShort = record !== undefined && capacityOf(record) < longSeries;
		if (record === undefined || !(isShort || this.#nodes.has(record.address))) {
			return [];
		}

		this.#nodes.delete(record.address);
		this.#nodes.add(record.address);
		const oldest = [...this.#nodes].slice(0, -scale.lengthenedNodes);
		for (const each of oldest) {
			this.#nodes.delete(each);
		}

		return [
			...(isShort ? [withSeriesLength(record, longSeries)] : []),
			...oldest.flatMap(each => nodes.get(each) ?? []).map(each => withSeriesLength(each, shortSeries)),
		];
	}
}

/** The number of readings that each series of a node keeps. */
export const capacityOf = ({series}: Pick<NodeRecord, 'series'>): number =>
	series.get('operations')?.capacity ?? longSeries;
