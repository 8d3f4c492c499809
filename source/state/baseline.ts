import {clientsSince} from '../derive/client-rates.js';
import {comparedRecord} from '../derive/compared-record.js';
import {intervalBounds, intervalBuckets} from '../derive/latency-percentiles.js';
import type {NodeAddress} from '../domain/node.js';
import type {Baseline, LatencyBounds, LatencyReading, MonitorState, NodeRecord} from './monitor-state.js';

/**
The baseline: the moment when it was set, in milliseconds since the epoch, and the values of every node at that moment.
*/
export type BaselineSet = {readonly atMs: number; readonly nodes: ReadonlyMap<NodeAddress, NodeBaseline>};

type NodeBaseline = Omit<Baseline, 'atMs'> & {readonly latency: LatencyReading | undefined};

/**
Takes from every node's record the values that are compared with the baseline. The series are left out, because they
continue after the baseline.
*/
export const baselineOf = ({nodes}: MonitorState, atMs: number): BaselineSet => ({
	atMs,
	nodes: new Map(
		[...nodes].map(([address, {sample, latency, ping, clients, clusterNodes, clusterInfo}]) => [
			address,
			{
				sample,
				latency: latency?.value,
				pings: ping.series.taken,
				clients,
				clusterNodes: clusterNodes?.value,
				clusterInfo: clusterInfo?.value,
			},
		]),
	),
});

/**
Returns the record with its changes since the baseline. Rates are averages since the baseline, and percentiles are those
of all calls since the baseline. The panels compute the changes of all other values. The changes are unknown in three
cases: the server restarted, the node was discovered after the baseline, or the moment is before the baseline.
*/
export function sinceBaseline(record: NodeRecord, {atMs, nodes}: BaselineSet): NodeRecord {
	const {sample} = record;
	const then = nodes.get(record.address);
	const before = then?.sample;
	if (
		sample === undefined ||
		then === undefined ||
		before === undefined ||
		before.runId !== sample.runId ||
		before.elapsedMs > sample.elapsedMs
	) {
		return {...record, since: {atMs, sample: undefined, pings: record.ping.series.taken}};
	}

	const {latency, ...known} = then;
	const since = {...record, since: {...known, atMs}};
	return record.failure === undefined
		? {
				...since,
				...comparedRecord(before, sample, record),
				clients: record.clients && clientsSince(then.clients, record.clients),
				latency: latencySince(latency, record.latency),
			}
		: since;
}

/**
The percentiles of the calls since an earlier reading. A command that is missing in the earlier reading had no calls
until then.
*/
function latencySince(earlier: LatencyReading | undefined, latency: NodeRecord['latency']): NodeRecord['latency'] {
	if (earlier === undefined || latency === undefined || earlier.runId !== latency.value.runId) {
		return latency && {...latency, value: {...latency.value, bounds: new Map()}};
	}

	const overMs = latency.value.elapsedMs - earlier.elapsedMs;
	const bounds = new Map<string, LatencyBounds>();
	for (const [command, histogram] of latency.value.histograms) {
		const before = earlier.histograms.get(command) ?? {calls: 0, buckets: []};
		const interval = intervalBounds(before, histogram);
		if (overMs > 0 && interval !== undefined && interval.calls > 0) {
			bounds.set(command, {...interval, overMs, buckets: intervalBuckets(before, histogram)});
		}
	}

	return {...latency, value: {...latency.value, bounds}};
}
