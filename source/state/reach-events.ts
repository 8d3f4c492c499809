import type {MonitorEvent} from '../domain/event.js';
import {messageText} from '../domain/message.js';
import type {NodeAddress, NodeOrigin} from '../domain/node.js';
import type {Failure, PollOutcome} from '../domain/sample.js';
import {statementMessage} from '../domain/statement.js';
import {silenceCause} from '../rules/silence-cause.js';
import {milliseconds, seconds, utcClock, utcDateTime} from '../text/units.js';
import type {NodeRecord} from './monitor-state.js';

/** How redis-top discovered a node, as the text of the event `node-found`. */
export const originWords: Readonly<Record<NodeOrigin, string>> = {
	target: 'asked for',
	replication: 'found by replication',
	cluster: 'found by cluster',
	sentinel: 'found by sentinel',
	hello: 'found on the channel of the Sentinels',
	remembered: 'known from an earlier visit',
};

/** The events when a poll shows that a node answers again, or fails in another way than before. */
export function reachEvents(
	before: NodeRecord,
	after: NodeRecord,
	outcome: PollOutcome,
	nowMs: number,
): MonitorEvent[] {
	if (before.failure !== undefined && outcome.kind === 'sampled') {
		const text = returnText(before, outcome);
		return [{atMs: nowMs, node: after.address, kind: 'node-back', severity: 'info', text}];
	}

	const isNews = after.failure !== undefined && before.failure?.code !== after.failure.code;
	return isNews ? [failureEvent(after.address, after.failure, nowMs)] : [];
}

/** The text of the event that a node answers again: how long it did not answer, and why. */
function returnText(before: NodeRecord, {sample, extras}: Extract<PollOutcome, {kind: 'sampled'}>): string {
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
		// Evidence from before the failure can't explain the failure.
		host: before.host !== undefined && before.host.atMs >= fromMs ? before.host.value : undefined,
	});
	return `answers again after ${took} of silence: ${messageText(cause ?? 'neither slow log, fork nor latency events explain it')}`;
}

/**
The event of a failed poll. A late reply alone does not mean that the node is lost: the server may be running one long
command.
*/
function failureEvent(node: NodeAddress, failure: Failure, atMs: number): MonitorEvent {
	const text = statementMessage(failure);
	return failure.code === 'TIMEOUT'
		? {atMs, node, kind: 'reply-late', severity: 'warning', text}
		: {atMs, node, kind: 'node-lost', severity: 'critical', text};
}

/** The event that a node is gone, or that another node names the node again. */
export function standingEvent({address, lastReplyAtMs}: NodeRecord, isGone: boolean, atMs: number): MonitorEvent {
	const seen = lastReplyAtMs === undefined ? 'it never answered' : `last seen ${utcClock(lastReplyAtMs)}`;
	return isGone
		? {
				atMs,
				node: address,
				kind: 'node-gone',
				severity: 'info',
				text: `is gone: it doesn't answer, and no node names it any more (${seen})`,
			}
		: {atMs, node: address, kind: 'node-named', severity: 'info', text: 'is part of it again'};
}

/** The event that no target answers and redis-top now polls the nodes of an earlier session. */
export const memoryEvent = (nodes: number, rememberedAtMs: number, atMs: number): MonitorEvent => ({
	atMs,
	node: undefined,
	kind: 'memory-used',
	severity: 'warning',
	text: `no target answers: asking the ${nodes} other nodes known from the visit of ${utcDateTime(rememberedAtMs)}`,
});
