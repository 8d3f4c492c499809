import type {NodeAddress} from '../domain/node.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {ServiceState} from './service-state.js';

/** One value of a metric family, with its labels. */
export type MetricSample = {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
	/** The suffix after the family's name: `_bucket`, `_sum`, `_count`. Absent: no suffix. */
	readonly suffix?: string;
};

/** The data from which the families are computed. */
export type MetricSource = {
	readonly state: MonitorState;
	/** The number of polls of each node since the start, failed polls included. */
	readonly polls: ReadonlyMap<NodeAddress, number>;
	/** The Alertmanagers and webhooks that receive findings; absent if there are none. */
	readonly receivers?: readonly ServiceState[];
	/** Wall time in milliseconds since the epoch. */
	readonly nowMs: number;
};

/**
A metric with all its series. Its name and type follow https://prometheus.io/docs/concepts/metric_types/. Prometheus'
older text format calls the type `unknown` `untyped`.
*/
export type MetricFamily = {
	readonly name: string;
	readonly help: string;
	readonly type: 'gauge' | 'counter' | 'histogram' | 'unknown';
	readonly samples: (source: MetricSource) => readonly MetricSample[];
};

/** Makes a family with at most one value per node. The label `instance` is added. */
export const nodeFamily = (
	name: string,
	type: MetricFamily['type'],
	help: string,
	read: (node: NodeRecord, source: MetricSource) => number | undefined,
): MetricFamily => ({
	name,
	type,
	help,
	samples: source => {
		const samples: MetricSample[] = [];
		for (const node of source.state.nodes.values()) {
			const value = read(node, source);
			if (value !== undefined && Number.isFinite(value)) {
				samples.push({labels: {instance: node.address}, value});
			}
		}

		return samples;
	},
});

/** Makes a family with several values per node. The label `instance` is added to the labels of each value. */
export const labelledFamily = (
	name: string,
	type: MetricFamily['type'],
	help: string,
	read: (node: NodeRecord) => Iterable<MetricSample>,
): MetricFamily => ({
	name,
	type,
	help,
	samples: ({state}) =>
		[...state.nodes.values()].flatMap(node =>
			[...read(node)]
				.filter(({value}) => Number.isFinite(value))
				.map(sample => ({...sample, labels: {instance: node.address, ...sample.labels}})),
		),
});

/**
The last sample of a node, if the node answers. Undefined for a failing node, so that its series have a gap, as with
redis_exporter. Otherwise its last figures would look like new ones.
*/
export const currentSample = ({sample, failure}: NodeRecord): NodeRecord['sample'] =>
	failure === undefined ? sample : undefined;
