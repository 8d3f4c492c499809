import {comparedRecord} from '../derive/compared-record.js';
import {nodeRole} from '../derive/replication-peers.js';
import {metrics} from '../domain/metric.js';
import type {NodeSample} from '../domain/sample.js';
import {Series} from '../domain/series.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {newRecord} from '../state/new-record.js';
import type {PastNode} from './past-findings.js';
import {areAdjacent, pastReadings, standsFor} from './past-readings.js';
import type {Scrape} from './scrapes.js';

/** Length of the charts of a past moment, in milliseconds. */
export const pastWindowMs = 30 * 60_000;

/** Commands whose replies a node's record usually has, but no exporter stores. */
const unscraped: readonly string[] = ['CLIENT LIST', 'SLOWLOG GET', 'CLUSTER NODES'];

/** The failure of a server that its exporter did not reach: `redis_up` was 0. */
const unreached: NonNullable<NodeRecord['failure']> = {
	layer: 'server',
	code: 'redis_up 0',
	problem: 'did not answer redis_exporter',
	state: 'down',
};

/**
A node's record at a past moment, made from scrapes of the exporter. Its charts have one reading for each scrape. If no
scrape is valid at the moment, the record has no values.

@param live The node's present record, which has the node's names and thresholds.
@param scrapes The scrapes of the half hour before the moment, and one earlier scrape, oldest first.
*/
export function pastRecord(live: NodeRecord, scrapes: readonly Scrape[], atMs: number, periodMs: number): PastNode {
	const {address, endpoint, origin, thresholds, otherNames} = live;
	const readings = Math.max(1, Math.ceil(pastWindowMs / periodMs));
	const base: NodeRecord = {
		...newRecord(address, endpoint, origin, periodMs, readings),
		thresholds,
		otherNames,
		series: pastSeries(scrapes, atMs, periodMs, readings),
		notKept: unscraped,
	};
	const last = scrapes.at(-1);
	if (last === undefined || !standsFor(last, atMs)) {
		return {record: base, earlier: undefined};
	}

	if (!last.isUp) {
		const failingSinceMs = scrapes.findLast(({isUp}) => isUp)?.atMs;
		return {record: {...base, reach: 'down', failure: unreached, failingSinceMs}, earlier: undefined};
	}

	const sample = sampleOf(last, live.sample);
	const before = scrapes.at(-2);
	const earlier = areAdjacent(before, last) ? sampleOf(before, live.sample) : undefined;
	return {
		record: {
			...base,
			reach: sample.info.number('persistence', 'loading') === 1 ? 'loading' : 'up',
			role: nodeRole(sample.info),
			lastReplyAtMs: last.atMs,
			sample,
			...comparedRecord(earlier, sample),
		},
		earlier,
	};
}

/**
Converts a scrape to a sample. A baseline (a moment that the user marks) needs the sample's time on the monotonic clock.
That time is counted back from the live sample.
*/
function sampleOf({atMs, runId, info}: Scrape, live: NodeSample | undefined): NodeSample {
	return {
		atMs,
		elapsedMs: live === undefined ? atMs : live.elapsedMs - (live.atMs - atMs),
		roundTripMs: Number.NaN,
		info: info(),
		runId,
	};
}

function pastSeries(scrapes: readonly Scrape[], atMs: number, periodMs: number, count: number): NodeRecord['series'] {
	const moments = Array.from({length: count}, (_, index) => atMs - (count - 1 - index) * periodMs);
	const readings = pastReadings(scrapes, moments);
	return new Map(
		metrics.map(({id}) => {
			const series = new Series(count);
			series.prepend(readings.get(id) ?? []);
			return [id, series];
		}),
	);
}
