import {notCompared, unknownAfterFailure} from '../derive/compared-record.js';
import type {TimedReadings} from '../derive/node-record.js';
import {metrics} from '../domain/metric.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import {timedReadings} from '../domain/sample.js';
import {Series} from '../domain/series.js';
import type {NodeRecord} from './monitor-state.js';

/**
Number of samples kept of each metric of a node in a large deployment: two minutes at one sample a second. The values
are rounded to seven digits, so the samples of 1,000 nodes take only 9 MB.
*/
export const shortSeries = 120;
/** Number of samples kept of each metric of a node in a small deployment: half an hour at one sample a second. */
export const longSeries = 1800;

/**
Every timed reading, as undefined. All records then have the same fields in the same order, and V8 copies such objects
quickly.
*/
export const noReadings = Object.fromEntries(timedReadings.map(name => [name, undefined])) as TimedReadings;

/** The record of a node that was not polled yet. */
export const newRecord = (
	address: NodeAddress,
	endpoint: Endpoint,
	origin: NodeOrigin,
	intervalMs: number,
	seriesLength: number = longSeries,
): NodeRecord => ({
	address,
	endpoint,
	origin,
	reach: 'connecting',
	role: 'unknown',
	failure: undefined,
	lastReplyAtMs: undefined,
	failingSinceMs: undefined,
	pendingSinceMs: undefined,
	sample: undefined,
	...notCompared,
	series: new Map(metrics.map(({id}) => [id, new Series(seriesLength, seriesLength < longSeries)])),
	ping: {series: new Series(shortSeries), lastMs: undefined},
	slowlog: undefined,
	clients: undefined,
	latency: undefined,
	...noReadings,
	blind: [],
	cost: undefined,
	intervalMs,
});

/** The record with series of another length, in readings. The series keep their newest readings. */
export const withSeriesLength = (record: NodeRecord, length: number): NodeRecord => ({
	...record,
	series: new Map([...record.series].map(([id, series]) => [id, series.resized(length, length < longSeries)])),
});

/** Age in poll intervals from which data is marked stale on the screen. */
export const staleAfterIntervals = 2;

/** Milliseconds since the node's last sample; undefined before the first sample. */
export const ageOf = (record: NodeRecord, nowMs: number): number | undefined =>
	record.lastReplyAtMs === undefined ? undefined : Math.max(0, nowMs - record.lastReplyAtMs);

/** Milliseconds between two polls of the node. */
export const pollPeriodMs = ({intervalMs, every = 1}: Pick<NodeRecord, 'intervalMs' | 'every'>): number =>
	intervalMs * every;

export function isStale(record: NodeRecord, nowMs: number): boolean {
	const ageMs = ageOf(record, nowMs);
	return ageMs !== undefined && ageMs > Math.max(staleAfterIntervals * pollPeriodMs(record), 2000);
}

/**
The record of a node that was not polled for a while. Its next sample counts as the first, so that no rate spans the
pause.
*/
export function interrupted(record: NodeRecord): NodeRecord {
	for (const series of record.series.values()) {
		series.push(undefined);
	}

	return {...record, ...unknownAfterFailure, sample: undefined};
}
