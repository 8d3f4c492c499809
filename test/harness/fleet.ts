import {addressOf} from '../../source/domain/node.js';
import type {PrometheusSeries, SeriesLabels} from '../../source/parse/prometheus-reply.js';
import type {FleetInstance} from '../../source/prometheus/fleet/fleet-instance.js';
import type {FleetState} from '../../source/prometheus/fleet/fleet-source.js';

/** A Prometheus series with one value. */
export const seriesOf = (labels: SeriesLabels, value: number): PrometheusSeries => ({
	labels,
	timesMs: [0],
	values: [value],
});

/** A healthy primary in the list of a fleet. `parts` replaces some of its fields. */
export function instanceOf(host: string, parts: Partial<FleetInstance> = {}): FleetInstance {
	const endpoint = {kind: 'tcp', host, port: 6379} as const;
	return {
		key: host,
		labels: {instance: `${host}:6379`, job: 'redis'},
		endpoint,
		address: addressOf(endpoint),
		name: addressOf(endpoint),
		deployment: addressOf(endpoint),
		state: 'up',
		role: 'primary',
		version: '7.2.5',
		usedBytes: 1024 ** 3,
		limitBytes: 4 * 1024 ** 3,
		operationsPerSecond: 1200,
		rejectedPerSecond: 0,
		evictedPerSecond: 0,
		delaySeconds: undefined,
		p99Ms: undefined,
		conditions: [],
		alerts: [],
		...parts,
	};
}

export const fleetStateOf = (instances: readonly FleetInstance[], parts: Partial<FleetState> = {}): FleetState => ({
	instances,
	refreshedAtMs: Date.UTC(2026, 10, 23, 14, 2, 31),
	tookMs: 200,
	problem: undefined,
	isRefreshing: false,
	...parts,
});
