import type {CommandHistogram} from '../domain/histogram.js';
import type {RawReply} from '../domain/reply.js';
import {numberOf, pairsOf} from './reply-values.js';

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
