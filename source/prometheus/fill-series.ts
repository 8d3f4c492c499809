import {metrics} from '../domain/metric.js';
import type {NodeRecord} from '../state/monitor-state.js';
import type {NodePast} from './node-past.js';
import {pastReadings} from './past-readings.js';

/** The number of readings from before redis-top's start for which a node's series still have room. */
export const roomOf = ({series}: NodeRecord): number => {
	const operations = series.get('operations');
	return operations === undefined ? 0 : operations.capacity - operations.length;
};

/** Fills the free part of every series of a node with Prometheus' scrapes from before redis-top's first reading. */
export function fillSeries(record: NodeRecord, past: NodePast, nowMs: number): void {
	const {intervalMs, lastReplyAtMs, failure} = record;
	const operations = record.series.get('operations');
	const room = roomOf(record);
	if (operations === undefined || room <= 0) {
		return;
	}

	const newestMs = failure === undefined ? (lastReplyAtMs ?? nowMs) : nowMs;
	const firstMs = newestMs - Math.max(0, operations.taken - 1) * intervalMs;
	const moments = Array.from({length: room}, (_, index) => firstMs - (room - index) * intervalMs);
	const scrapes = past.scrapes((moments[0] ?? firstMs) - 2 * past.periodMs, firstMs);
	const readings = pastReadings(scrapes, moments);
	for (const {id} of metrics) {
		record.series.get(id)?.prepend(readings.get(id) ?? []);
	}
}
