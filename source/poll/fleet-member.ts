import type {NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {NodeLoop} from './node-loop.js';

/** A node of the fleet and its loop. */
export type Member = {
	readonly loop: NodeLoop;
	readonly settings: ConnectionSettings;
	readonly origin: NodeOrigin;
	readonly end: AbortController;
	/** Reported to the store; a discovered node only once it turned out to be no other name of one we have. */
	isKnown: boolean;
	/** Since when it fails, monotonic milliseconds. */
	failingSinceMs: number | undefined;
	isGone: boolean;
};

/** For how long it has been failing with this outcome, milliseconds; 0 where it doesn't. */
export function noteFailing(member: Member, outcome: PollOutcome, nowMs: number): number {
	member.failingSinceMs = outcome.kind === 'failed' ? (member.failingSinceMs ?? nowMs) : undefined;
	return nowMs - (member.failingSinceMs ?? nowMs);
}
