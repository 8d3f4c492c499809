import {changeOf, metricById, metricChange} from '../../derive/changes.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {MetricId} from '../../domain/metric.js';
import type {Baseline, NodeRecord} from '../../state/monitor-state.js';
import {bytes, bytesPerSecond, count, grouped, perSecond, signed} from '../../text/units.js';

type Format = (value: number | undefined) => string;

/** Cells of a figure of `bytes` or `count`: one more, for the sign, where it is a change. */
export const figureWidth = ({since}: NodeRecord): number => (since === undefined ? 5 : 6);

/** A number of the node's INFO as read; or, while a baseline is set, its change with the sign. */
export function numberText(node: NodeRecord, read: (info: InfoReply) => number | undefined, format: Format): string {
	return node.since === undefined
		? format(node.sample && read(node.sample.info))
		: signed(changeOf(node, read), format);
}

/** `numberText` of one field. */
export const fieldText = (node: NodeRecord, section: string, name: string, format: Format): string =>
	numberText(node, info => info.number(section, name), format);

/** A number of the node's CLUSTER INFO; or, while a baseline is set, its change. */
export function clusterNumber({clusterInfo, since}: NodeRecord, field: string): string {
	const now = clusterInfo?.value.get(field);
	if (since === undefined || now === undefined) {
		return now ?? '-';
	}

	const then = since.clusterInfo?.get(field);
	return signed(then === undefined ? undefined : Number(now) - Number(then), grouped);
}

/** When the baseline was set by the server's own clock, which its slow log goes by (known from Redis 6.2 on), milliseconds. */
export const serverMsOf = ({atMs, sample}: Baseline): number =>
	(sample?.info.number('server', 'server_time_usec') ?? atMs * 1000) / 1000;

/** A gauge as read, a counter a second; or, while a baseline is set, the change and the count since. */
export function metricText(node: NodeRecord, id: MetricId): string {
	const metric = metricById.get(id);
	const isBytes = metric?.unit === 'bytes';
	if (node.since !== undefined) {
		return signed(metricChange(node, id), isBytes ? bytes : count);
	}

	const value = node.values.get(id) ?? lastKnown(node, metric);
	return metric?.kind === 'counter' ? (isBytes ? bytesPerSecond : perSecond)(value) : (isBytes ? bytes : count)(value);
}

/** A gauge of a node that doesn't answer, as it was; where it stands its age is told. A rate of then would say nothing. */
function lastKnown({failure, sample}: NodeRecord, metric: ReturnType<typeof metricById.get>): number | undefined {
	return failure === undefined || sample === undefined || metric?.kind !== 'gauge'
		? undefined
		: metric.read(sample.info);
}
