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
	const after = later.info.once(readings);
	const before = earlier?.info.once(readings);
	for (const [index, {id, kind}] of metrics.entries()) {
		const value = known(after[index]);
		values.set(id, kind === 'gauge' ? value : rateBetween(earlier, known(before?.[index]), later, value));
	}

	return values;
}

/** Every metric as it is read, NaN for one that isn't told: plain numbers, because a thousand nodes keep them. */
const readings = (info: NodeSample['info']): readonly number[] => metrics.map(({read}) => read(info) ?? Number.NaN);

const known = (value: number | undefined): number | undefined =>
	value === undefined || Number.isNaN(value) ? undefined : value;

/** Per second between two samples of one node, of a counter that `read` finds in both. */
export function sampleRate(
	earlier: NodeSample | undefined,
	later: NodeSample,
	read: (info: NodeSample['info']) => number | undefined,
): number | undefined {
	return rateBetween(earlier, earlier && read(earlier.info), later, read(later.info));
}

function rateBetween(
	earlier: NodeSample | undefined,
	before: number | undefined,
	later: NodeSample,
	after: number | undefined,
): number | undefined {
	if (earlier === undefined || before === undefined || after === undefined) {
		return undefined;
	}

	return counterRate(
		{elapsedMs: earlier.elapsedMs, runId: earlier.runId, total: before},
		{elapsedMs: later.elapsedMs, runId: later.runId, total: after},
	);
}
