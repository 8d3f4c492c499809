import type {NodeAddress} from '../../source/domain/node.js';
import type {NodeSample, PollOutcome} from '../../source/domain/sample.js';
import {infoOf, type Sections} from './records.js';

/**
Makes a sample that was taken `elapsedMs` milliseconds after the start of the clock. The id of its process is the
`run_id` of the server section, else `run-1`.
*/
export function sampleOf(sections: Sections, elapsedMs = 0): NodeSample {
	const info = infoOf({server: {run_id: 'run-1'}, ...sections});
	return {
		atMs: Date.UTC(2026, 10, 23, 14, 0, 0) + elapsedMs,
		elapsedMs,
		roundTripMs: 0.4,
		info,
		runId: info.text('server', 'run_id'),
	};
}

/** The outcome of a poll of a node that replied to INFO alone. */
export const sampled = (address: NodeAddress, elapsedMs = 0, sections: Sections = {}): PollOutcome => ({
	kind: 'sampled',
	address,
	sample: sampleOf(sections, elapsedMs),
	extras: {},
	blind: [],
	cost: {commands: 1, bytesOut: 1, bytesIn: 1},
});
