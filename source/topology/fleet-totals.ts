import {metricChange} from '../derive/changes.js';
import {type IntervalBounds, mergedBounds} from '../derive/latency-percentiles.js';
import type {NodeRecord} from '../derive/node-record.js';
import {memoryShare, slowestCommand} from '../derive/outage-figures.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {MetricId} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** The node with the highest value of a figure. */
export type Standout = {readonly address: NodeAddress; readonly value: number};

/** Totals over the data nodes that answer. A total is undefined if no node reports the figure. */
export type FleetTotals = {
	readonly nodes: number;
	readonly answering: number;
	readonly operations: number | undefined;
	readonly usedMemory: number | undefined;
	readonly clients: number | undefined;
	/** Keys of the primaries only: replicas have the same keys. */
	readonly keys: number | undefined;
	/** Latency over all commands of all nodes whose histograms are read. The percentiles are upper bounds. */
	readonly latency: (IntervalBounds & {readonly nodes: number}) | undefined;
	/** The node with the highest ratio of used memory to maxmemory. The value is this ratio, from 0 to 1. */
	readonly fullest: Standout | undefined;
	/** The node with the slowest command, such as GET, by the p99 of its latency. The value is this p99 in microseconds. */
	readonly slowest: Standout | undefined;
};

/** The data nodes, and those of them that answer. */
function dataNodes(nodes: Nodes) {
	const data = [...nodes.values()].filter(({role, goneSinceMs}) => role !== 'sentinel' && goneSinceMs === undefined);
	const answering = data.filter(({failure, sample}) => failure === undefined && sample !== undefined);
	return {data, answering, primaries: answering.filter(({role}) => role === 'primary')};
}

/**
The change of each total since the baseline. A node whose change is unknown is left out. A total is undefined if no
node's change is known.
*/
export function changeTotals(
	nodes: Nodes,
): Readonly<Record<'operations' | 'usedMemory' | 'connectedClients' | 'keys', number | undefined>> {
	const {answering, primaries} = dataNodes(nodes);
	return {
		operations: sum(answering, 'operations', metricChange),
		usedMemory: sum(answering, 'usedMemory', metricChange),
		connectedClients: sum(answering, 'connectedClients', metricChange),
		keys: sum(primaries, 'keys', metricChange),
	};
}

export const fleetTotals = memoizeByRef((nodes: Nodes): FleetTotals => {
	const {data, answering, primaries} = dataNodes(nodes);
	return {
		nodes: data.length,
		answering: answering.length,
		operations: sum(answering, 'operations'),
		usedMemory: sum(answering, 'usedMemory'),
		clients: sum(answering, 'connectedClients'),
		keys: sum(primaries, 'keys'),
		latency: mergedLatency(answering),
		fullest: highest(answering, memoryShare),
		slowest: highest(answering, record => slowestCommand(record)?.p99),
	};
});

const readingOf = ({values}: NodeRecord, id: MetricId): number | undefined => values.get(id);

function sum(records: readonly NodeRecord[], id: MetricId, read = readingOf): number | undefined {
	let total: number | undefined;
	for (const record of records) {
		const value = read(record, id);
		total = value === undefined ? total : (total ?? 0) + value;
	}

	return total;
}

function highest(
	records: readonly NodeRecord[],
	read: (record: NodeRecord) => number | undefined,
): Standout | undefined {
	let found: Standout | undefined;
	for (const record of records) {
		const value = read(record);
		if (value !== undefined && (found === undefined || value > found.value)) {
			found = {address: record.address, value};
		}
	}

	return found;
}

/**
The merged latency histograms of all nodes. Percentiles of nodes cannot be averaged, but their buckets can be added.
*/
function mergedLatency(records: readonly NodeRecord[]): FleetTotals['latency'] {
	const read = records.filter(({latency}) => latency !== undefined && latency.value.bounds.size > 0);
	const buckets = read.flatMap(({latency}) =>
		[...(latency?.value.bounds.values() ?? [])].flatMap(bounds => bounds.buckets ?? []),
	);
	return buckets.length === 0 ? undefined : {...mergedBounds(buckets), nodes: read.length};
}
