import {boundBelow} from '../derive/latency-percentiles.js';
import {memoryShare} from '../derive/outage-figures.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {
	currentSample,
	labelledFamily,
	type MetricFamily,
	type MetricSample,
	type MetricSource,
	nodeFamily,
} from './metric-family.js';
import type {ServiceState} from './service-state.js';

/**
The findings that hold, by node, rule and severity. The subject of a finding, such as a slot or a replica, is no label.
The subject may be a private name, and each new subject would be a new series.
*/
function findingSamples({state}: MetricSource): readonly MetricSample[] {
	const counts = new Map<string, {readonly labels: MetricSample['labels']; value: number}>();
	for (const {rule, severity, node, effect, clearedAtMs} of state.findings) {
		if (clearedAtMs === undefined) {
			const key = `${rule} ${severity} ${node ?? ''} ${effect ?? ''}`;
			const known = counts.get(key) ?? {
				labels: {...(node !== undefined && {instance: node}), rule, severity, effect: effect ?? ''},
				value: 0,
			};
			known.value += 1;
			counts.set(key, known);
		}
	}

	return [...counts.values()];
}

const percentiles = [
	['50', 'p50'],
	['99', 'p99'],
	['99.9', 'p999'],
] as const;

/**
The latency percentiles of each command in the last interval. Each percentile is a pair of bounds, and the true value
lies between them.
*/
function* intervalLatencies(node: NodeRecord): Iterable<MetricSample> {
	const bounds = currentSample(node) === undefined ? undefined : node.latency?.value.bounds;
	for (const [cmd, interval] of bounds ?? []) {
		for (const [percentile, key] of percentiles) {
			const upper = interval[key];
			if (upper !== undefined) {
				yield {labels: {cmd, percentile, bound: 'upper'}, value: upper / 1e6};
				yield {labels: {cmd, percentile, bound: 'lower'}, value: boundBelow(upper) / 1e6};
			}
		}
	}
}

function* replicaDelays(node: NodeRecord, figure: 'behindBytes' | 'behindSeconds'): Iterable<MetricSample> {
	const seen = new Set<string>();
	for (const {address, [figure]: value} of currentSample(node) === undefined ? [] : node.replicas) {
		if (value !== undefined && !seen.has(address)) {
			seen.add(address);
			yield {labels: {replica: address}, value};
		}
	}
}

const cost = (figure: keyof NonNullable<NodeRecord['cost']>) => (node: NodeRecord) =>
	currentSample(node) === undefined ? undefined : node.cost?.[figure];

const receiverFamily = (
	name: string,
	help: string,
	read: (state: ServiceState) => number | undefined,
): MetricFamily => ({
	name,
	type: 'gauge',
	help,
	samples: ({receivers = []}) =>
		receivers.flatMap(state => {
			const value = read(state);
			return value === undefined ? [] : [{labels: {kind: state.kind, address: state.place}, value}];
		}),
});

/**
Metrics that redis_exporter does not serve: findings, percentiles of the last interval, true replication delays, and
redis-top's own polls.
*/
export const ownFamilies: readonly MetricFamily[] = [
	{
		name: 'redis_top_finding',
		type: 'gauge',
		help: 'Findings that hold, by rule. Without instance: of the whole deployment',
		samples: findingSamples,
	},
	labelledFamily(
		'redis_top_interval_latency_seconds',
		'gauge',
		'Percentile of the run times of a command in the last interval, as the bounds between which it lies',
		intervalLatencies,
	),
	labelledFamily(
		'redis_top_replica_behind_bytes',
		'gauge',
		'Bytes of writes that a replica has not acknowledged',
		node => replicaDelays(node, 'behindBytes'),
	),
	labelledFamily('redis_top_replica_behind_seconds', 'gauge', 'Age of the data of a replica', node =>
		replicaDelays(node, 'behindSeconds'),
	),
	nodeFamily(
		'redis_top_memory_used_ratio',
		'gauge',
		'Used memory as a share of maxmemory, without what eviction does not count',
		node => (currentSample(node) === undefined ? undefined : memoryShare(node)),
	),
	nodeFamily(
		'redis_top_ping_seconds',
		'gauge',
		'Last round trip of PING on a connection of its own',
		({ping, failure}) =>
			failure !== undefined || ping.lastMs === undefined || ping.isLocalLag === true ? undefined : ping.lastMs / 1000,
	),
	nodeFamily('redis_top_polls_total', 'counter', 'Polls of the node, failed ones included', ({address}, {polls}) =>
		polls.get(address),
	),
	nodeFamily(
		'redis_top_poll_duration_seconds',
		'gauge',
		'Time from the request of the last poll to its reply',
		node => {
			const sample = currentSample(node);
			return sample === undefined ? undefined : sample.roundTripMs / 1000;
		},
	),
	nodeFamily('redis_top_poll_age_seconds', 'gauge', 'Age of the last sample', ({sample}, {nowMs}) =>
		sample === undefined ? undefined : Math.max(0, nowMs - sample.atMs) / 1000,
	),
	nodeFamily(
		'redis_top_poll_interval_seconds',
		'gauge',
		'Interval between two polls; it grows while a server suffers',
		({intervalMs, every = 1}) => (intervalMs * every) / 1000,
	),
	nodeFamily(
		'redis_top_cost_commands_per_second',
		'gauge',
		'Commands that redis-top sends to the node',
		cost('commands'),
	),
	nodeFamily(
		'redis_top_cost_sent_bytes_per_second',
		'gauge',
		'Bytes that redis-top sends to the node',
		cost('bytesOut'),
	),
	nodeFamily(
		'redis_top_cost_received_bytes_per_second',
		'gauge',
		'Bytes that redis-top receives from the node',
		cost('bytesIn'),
	),
	{
		name: 'redis_top_rules_not_evaluated',
		type: 'gauge',
		help: 'Rules that could not be evaluated, by reason',
		samples: ({state}) => {
			const counts = new Map<string, MetricSample>();
			for (const {node, reason} of state.blindRules) {
				const key = `${node ?? ''} ${reason}`;
				const labels = {...(node !== undefined && {instance: node}), reason};
				counts.set(key, {labels, value: (counts.get(key)?.value ?? 0) + 1});
			}

			return [...counts.values()];
		},
	},
	receiverFamily(
		'redis_top_receiver_up',
		'Whether the last message to an Alertmanager or webhook was taken',
		({isUp}) => (isUp === undefined ? undefined : Number(isUp)),
	),
	receiverFamily('redis_top_receiver_waiting', 'Alerts or messages that wait for a receiver', ({waiting}) => waiting),
];
