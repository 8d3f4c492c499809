import type {CommandHistogram} from '../domain/histogram.js';
import type {LatencyEvent, LatencyMoment} from '../domain/latency-event.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of LATENCY HISTOGRAM to a histogram for each command. An entry: `[command, ['calls', n,
'histogram_usec', [bound, count, …]], …]`. Bounds are in microseconds and counts are cumulative. Buckets are returned in
ascending order. A command without `calls` is left out.
*/
export function parseHistograms(reply: RawReply): Map<string, CommandHistogram> {
	const histograms = new Map<string, CommandHistogram>();
	for (const [command, details] of pairsOf(reply)) {
		const fields = new Map(pairsOf(details));
		const calls = numberOf(fields.get('calls'));
		if (calls !== undefined) {
			histograms.set(command, {calls, buckets: bucketsOf(fields.get('histogram_usec'))});
		}
	}

	return histograms;
}

function bucketsOf(reply: RawReply | undefined): CommandHistogram['buckets'] {
	return pairsOf(reply)
		.flatMap(([bound, count]) => {
			const boundMicroseconds = numberOf(bound);
			const cumulativeCount = numberOf(count);
			return boundMicroseconds === undefined || cumulativeCount === undefined
				? []
				: [{boundMicroseconds, cumulativeCount}];
		})
		.sort((left, right) => left.boundMicroseconds - right.boundMicroseconds);
}

/**
Parses the reply of LATENCY LATEST. An entry: `[event, seconds since the epoch, latest ms, longest ms]`. Later versions
append more elements, which are ignored.
*/
export function parseLatencyLatest(reply: RawReply): LatencyEvent[] {
	return (isArray(reply) ? reply : []).flatMap(row => {
		const [event, atSeconds, latest, longest] = isArray(row) ? row : [];
		const name = textOf(event);
		const [seconds, latestMs, longestMs] = [numberOf(atSeconds), numberOf(latest), numberOf(longest)];
		return name === undefined || seconds === undefined || latestMs === undefined
			? []
			: [{event: name, atMs: seconds * 1000, latestMs, longestMs: longestMs ?? latestMs}];
	});
}

/** Parses the reply of LATENCY HISTORY, oldest first. An entry: `[seconds since the epoch, ms]`. */
export function parseLatencyHistory(reply: RawReply): LatencyMoment[] {
	return (isArray(reply) ? reply : []).flatMap(row => {
		const [atSeconds, took] = isArray(row) ? row : [];
		const [seconds, durationMs] = [numberOf(atSeconds), numberOf(took)];
		return seconds === undefined || durationMs === undefined ? [] : [{atMs: seconds * 1000, durationMs}];
	});
}
