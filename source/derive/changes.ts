import type {InfoReply} from '../domain/info-reply.js';
import {type MetricId, metrics} from '../domain/metric.js';
import type {NodeRecord} from './node-record.js';

/**
The change of a number in the node's INFO since the baseline. Undefined when no baseline is set, or when one of the two
INFO replies lacks the number.
*/
export function changeOf(
	{sample, since}: NodeRecord,
	read: (info: InfoReply) => number | undefined,
): number | undefined {
	const before = since?.sample && read(since.sample.info);
	const now = sample && read(sample.info);
	return before === undefined || now === undefined ? undefined : now - before;
}

export const metricById: ReadonlyMap<MetricId, (typeof metrics)[number]> = new Map(
	metrics.map(metric => [metric.id, metric]),
);

/**
The change of a metric since the baseline: the difference of a gauge, or the number of events that a counter counted.
*/
export function metricChange(node: NodeRecord, id: MetricId): number | undefined {
	const metric = metricById.get(id);
	return metric && changeOf(node, metric.read);
}
