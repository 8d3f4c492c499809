import type {NodeAddress} from '../domain/node.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {ServiceState} from './service-state.js';

/** One value of a family. */
export type MetricSample = {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
	/** The suffix after the family's name: `_bucket`, `_sum`, `_count`. Absent: no suffix. */
	readonly suffix?: string;
};

/** The data that the families are made from. */
export type MetricSource = {
	readonly state: MonitorState;
	/** The number of polls of each node, failed ones included. */
	readonly polls: ReadonlyMap<NodeAddress, number>;
	/** The Alertmanagers and webhooks that are told of findings; absent without any. */
	readonly receivers?: readonly ServiceState[];
	/** Wall time in milliseconds since the epoch. */
	readonly nowMs: number;
};

/**
A metric with all its series. Its name and type are those of https://prometheus.io/docs/concepts/metric_types/; `unknown`
is `untyped` in the older text format.
*/
export type MetricFamily = {
	readonly name: string;
	readonly help: string;
	readonly type: 'gauge' | 'counter' | 'histogram' | 'unknown';
	readonly samples: (source: MetricSource) => readonly MetricSample[];
};

/** A family with at most one value a node. */
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

/** A family with several values a node. The label `instance` is added. */
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
The last sample of a node that answers. Undefined for a node that fails, so that its figures have a gap, as with
redis_exporter. Its last figures would look as if they were still measured.
*/
export const currentSample = ({sample, failure}: NodeRecord): NodeRecord['sample'] =>
	failure === undefined ? sample : undefined;
