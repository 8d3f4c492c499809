import {messageText} from '../domain/message.js';
import type {PollOutcome} from '../domain/sample.js';
import {silenceCause} from '../rules/silence-cause.js';
import {milliseconds, seconds} from '../text/units.js';
import type {NodeRecord} from './monitor-state.js';

/** The text of the event that a node answers again: for how long it did not, and what kept it from responding. */
export function returnText(before: NodeRecord, {sample, extras}: Extract<PollOutcome, {kind: 'sampled'}>): string {
	const {failingSinceMs, pendingSinceMs, lastReplyAtMs} = before;
	if (lastReplyAtMs === undefined) {
		return 'answers now';
	}

	const fromMs = failingSinceMs ?? lastReplyAtMs;
	const tookMs = Math.max(0, sample.atMs - fromMs);
	const took = tookMs < 60_000 ? milliseconds(tookMs) : seconds(tookMs / 1000);
	if (pendingSinceMs === undefined) {
		return `answers again after ${took}`;
	}

	const cause = silenceCause({
		fromMs,
		toMs: sample.atMs,
		earlier: before.sample,
		later: sample,
		slowlog: extras.slowlog,
		latency: extras.latencyEvents,
		// Evidence from before the failure can't explain it.
		host: before.host !== undefined && before.host.atMs >= fromMs ? before.host.value : undefined,
	});
	return `answers again after ${took} of silence: ${messageText(cause ?? 'neither slow log, fork nor latency events explain it')}`;
}
