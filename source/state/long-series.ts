import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {NodeRecord} from './monitor-state.js';
import {longSeries, shortSeries, withSeriesLength} from './new-record.js';

/** The nodes of a large deployment whose series are long because they were put in focus. */
export class LongSeries {
	/** The one that was put in focus last is the last. */
	readonly #nodes = new Set<NodeAddress>();

	/**
	The records that change when a node is put in focus: its own gets a long series, and the one whose focus was longest ago loses
	it.
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

/** Readings that a node's series keep. */
export const capacityOf = ({series}: Pick<NodeRecord, 'series'>): number =>
	series.get('operations')?.capacity ?? longSeries;
