import {type MetricId, metrics} from '../domain/metric.js';
import {counterRate} from '../domain/rate.js';
import type {NodeSample} from '../domain/sample.js';

/**
The metrics of a sample: gauges as read, counters per second since `earlier`. A counter without a comparable earlier
sample (the first one, a gap before, another process) is undefined.
*/
export function nodeValues(
	earlier: NodeSample | undefined,
	later: NodeSample,
): ReadonlyMap<MetricId, number | undefined> {
	const values = new Map<MetricId, number | undefined>();
	for (const {id, kind, read} of metrics) {
		values.set(id, kind === 'gauge' ? read(later.info) : sampleRate(earlier, later, read));
	}

	return values;
}

/** Per second between two samples of one node, of a counter that `read` finds in both. */
export function sampleRate(
	earlier: NodeSample | undefined,
	later: NodeSample,
	read: (info: NodeSample['info']) => number | undefined,
): number | undefined {
	const before = earlier && read(earlier.info);
	const after = read(later.info);
	if (earlier === undefined || before === undefined || after === undefined) {
		return undefined;
	}

	return counterRate(
		{elapsedMs: earlier.elapsedMs, runId: earlier.runId, total: before},
		{elapsedMs: later.elapsedMs, runId: later.runId, total: after},
	);
}
