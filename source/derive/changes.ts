import type {InfoReply} from '../domain/info-reply.js';
import {type MetricId, metrics} from '../domain/metric.js';
import type {NodeRecord} from './node-record.js';

/** By how much a number of the node's INFO changed since its baseline; undefined without one, or where it can't be known. */
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

/** A gauge's change, a counter's count since the baseline. */
export function metricChange(node: NodeRecord, id: MetricId): number | undefined {
	const metric = metricById.get(id);
	return metric && changeOf(node, metric.read);
}
