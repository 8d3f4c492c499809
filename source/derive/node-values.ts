import {type MetricId, metrics} from '../domain/metric.js';
import {counterRate} from '../domain/rate.js';
import type {NodeSample} from '../domain/sample.js';

/** The metrics of one node at one moment, by id. A metric that can't be known is undefined. */
export type MetricValues = Pick<ReadonlyMap<MetricId, number | undefined>, 'get'>;

/**
The metrics of a sample: gauges as read, counters per second since `earlier`. A counter is undefined without a
comparable earlier sample: at the first sample, after a gap, and after a restart.
*/
export const nodeValues = (earlier: NodeSample | undefined, later: NodeSample): MetricValues =>
	new SampleValues(earlier, later);

const places: ReadonlyMap<MetricId, number> = new Map(metrics.map(({id}, index) => [id, index]));

/**
Computes a metric only when it is read. Building a map of all metrics at each poll of 1,000 nodes would allocate a
megabyte of memory a second.
*/
class SampleValues implements MetricValues {
	readonly #before: readonly number[] | undefined;
	readonly #after: readonly number[];
	readonly #elapsedMs: number;

	constructor(earlier: NodeSample | undefined, later: NodeSample) {
		const isComparable = earlier !== undefined && earlier.runId === later.runId;
		this.#before = isComparable ? earlier.info.once(readings) : undefined;
		this.#after = later.info.once(readings);
		this.#elapsedMs = isComparable ? later.elapsedMs - earlier.elapsedMs : 0;
	}

	get(id: MetricId): number | undefined {
		const place = places.get(id) ?? -1;
		const after = known(this.#after[place]);
		if (metrics[place]?.kind === 'gauge') {
			return after;
		}

		const before = known(this.#before?.[place]);
		return before === undefined || after === undefined
			? undefined
			: counterRate(
					{elapsedMs: 0, runId: undefined, total: before},
					{
						elapsedMs: this.#elapsedMs,
						runId: undefined,
						total: after,
					},
				);
	}
}

/** The values of all metrics, as plain numbers to save memory at 1,000 nodes. NaN stands for a missing value. */
const readings = (info: NodeSample['info']): readonly number[] => metrics.map(({read}) => read(info) ?? Number.NaN);

const known = (value: number | undefined): number | undefined =>
	value === undefined || Number.isNaN(value) ? undefined : value;

/** The rate per second of a counter between two samples of one node. `read` returns the counter from an INFO reply. */
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
