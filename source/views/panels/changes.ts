import {changeOf, metricById, metricChange} from '../../derive/changes.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {MetricId} from '../../domain/metric.js';
import type {Series} from '../../domain/series.js';
import type {Baseline, NodeRecord} from '../../state/monitor-state.js';
import {bytes, count, grouped, inUnitOf, signed} from '../../text/units.js';

type Format = (value: number | undefined) => string;

/** Width of a figure in the format `bytes` or `count`, in cells. A change needs one more cell for its sign. */
export const figureWidth = ({since}: NodeRecord): number => (since === undefined ? 5 : 6);

/** A number from the node's INFO as text. While a baseline is set, it is the change since the baseline, with a sign. */
export function numberText(node: NodeRecord, read: (info: InfoReply) => number | undefined, format: Format): string {
	return node.since === undefined
		? format(node.sample && read(node.sample.info))
		: signed(changeOf(node, read), format);
}

/** A field of the node's INFO as text. While a baseline is set, it is the change since the baseline, with a sign. */
export const fieldText = (node: NodeRecord, section: string, name: string, format: Format): string =>
	numberText(node, info => info.number(section, name), format);

/** A number from the node's CLUSTER INFO as text. While a baseline is set, it is the change since the baseline. */
export function clusterNumber({clusterInfo, since}: NodeRecord, field: string): string {
	const now = clusterInfo?.value.get(field);
	if (since === undefined || now === undefined) {
		return now ?? '-';
	}

	const then = since.clusterInfo?.get(field);
	return signed(then === undefined ? undefined : Number(now) - Number(then), grouped);
}

/**
The moment of the baseline by the server's clock, in milliseconds since the epoch. It is compared with times in the slow
log, which are by that clock. Redis before 6.2 does not report its clock; redis-top's clock is used instead.
*/
export const serverMsOf = ({atMs, sample}: Baseline): number =>
	(sample?.info.number('server', 'server_time_usec') ?? atMs * 1000) / 1000;

/**
A gauge's value or a counter's rate as text, in the unit of the largest reading of the last half minute. While a
baseline is set, it is the change since the baseline.
*/
export function metricText(node: NodeRecord, id: MetricId): string {
	const metric = metricById.get(id);
	const isBytes = metric?.unit === 'bytes';
	if (node.since !== undefined) {
		return signed(metricChange(node, id), isBytes ? bytes : count);
	}

	const value = node.values.get(id) ?? lastKnown(node, metric);
	const format = inUnitOf(largestReading(node.series.get(id)));
	const isCounter = metric?.kind === 'counter';
	return isCounter
		? (isBytes ? format.bytesPerSecond : format.perSecond)(value)
		: (isBytes ? format.bytes : format.count)(value);
}

/**
Number of latest readings whose largest one decides the unit of a figure. At the default polling interval, the readings
cover half a minute.
*/
const unitReadings = 30;

/** The largest of the last `unitReadings` readings; undefined without readings. */
function largestReading(series: Series | undefined): number | undefined {
	let largest: number | undefined;
	for (let stepsBack = 0; stepsBack < unitReadings; stepsBack++) {
		const reading = series?.recent(stepsBack);
		largest = reading === undefined || (largest !== undefined && largest > reading) ? largest : reading;
	}

	return largest;
}

/**
The last value of a gauge, for a node that does not answer; its age is shown beside it. Undefined for a counter, because
an old rate would mislead.
*/
function lastKnown({failure, sample}: NodeRecord, metric: ReturnType<typeof metricById.get>): number | undefined {
	return failure === undefined || sample === undefined || metric?.kind !== 'gauge'
		? undefined
		: metric.read(sample.info);
}
