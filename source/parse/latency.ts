import type {CommandHistogram} from '../domain/histogram.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
LATENCY HISTOGRAM by command: `[command, ['calls', n, 'histogram_usec', [bound, count, …]], …]`, microseconds and
cumulative counts. Buckets come out in ascending order; a command without `calls` is left out.
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

/** LATENCY LATEST: `[event, seconds since the epoch, latest ms, longest ms]` each; later versions add more behind. */
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
