import type {NodeAddress} from '../domain/node.js';
import type {BlindSpot, Exchange, PollCost, PollOutcome} from '../domain/sample.js';
import {type PollState, updateFromInfo, updateFromReplies} from './poll-state.js';
import {readReplies, sampleOf} from './read-replies.js';

/** An answered poll, as a recording holds it. It has the raw replies, not what this version parses from them. */
export type RecordedPoll = {
	readonly address: NodeAddress;
	/** When the replies to INFO were complete, in milliseconds since the epoch. */
	readonly atMs: number;
	/** The same moment on the monotonic clock, in milliseconds. */
	readonly elapsedMs: number;
	readonly roundTripMs: number;
	/** The exchanges, grouped by the write that asked for them. */
	readonly exchanges: ReadonlyArray<readonly Exchange[]>;
	readonly blind: readonly BlindSpot[];
	readonly cost: PollCost;
	readonly skipped: number | undefined;
	readonly every: number | undefined;
};

/** What a recording keeps of an outcome; undefined for a failure, which has no replies. */
export function recordedPoll(outcome: PollOutcome): RecordedPoll | undefined {
	if (outcome.kind === 'failed') {
		return undefined;
	}

	const {address, sample, exchanges = [], blind, cost, skipped, every} = outcome;
	const {atMs, elapsedMs, roundTripMs} = sample;
	return {address, atMs, elapsedMs, roundTripMs, exchanges, blind, cost, skipped, every};
}

/**
The outcome that a live poll with the recorded replies would have had. Undefined without a reply to INFO, as in a
damaged recording. `state` is the node's state after the previous recorded poll.
*/
export function outcomeOf(poll: RecordedPoll, state: PollState): PollOutcome | undefined {
	const {address, atMs, elapsedMs, roundTripMs, blind, cost, skipped, every} = poll;
	let sample: ReturnType<typeof sampleOf> | undefined;
	let extras = {};
	for (const exchange of poll.exchanges) {
		const answers = readReplies(exchange, state, {atMs, elapsedMs});
		extras = {...extras, ...answers.extras};
		if (sample === undefined && answers.infos.length > 0) {
			sample = sampleOf(answers.infos, state, {atMs, elapsedMs, roundTripMs});
			updateFromInfo(state, sample);
		}
	}

	if (sample === undefined) {
		return undefined;
	}

	updateFromReplies(state, extras, sample.elapsedMs);
	return {
		kind: 'sampled',
		address,
		sample,
		extras,
		blind,
		cost,
		...(skipped !== undefined && {skipped}),
		...(every !== undefined && {every}),
	};
}
