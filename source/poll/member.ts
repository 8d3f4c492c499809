import type {NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Standing} from './membership.js';
import type {NodeLoop} from './node-loop.js';

/** A node of the fleet with its polling loop. */
export type Member = Standing & {
	readonly loop: NodeLoop;
	settings: ConnectionSettings;
	readonly end: AbortController;
	/**
	Whether the node was reported to the store. A discovered node is reported unless its address is a second address of a
	known node.
	*/
	isKnown: boolean;
	/** Whether the node's last reply was a refusal of the credentials. */
	isRefused: boolean;
};

export const newMember = (
	loop: NodeLoop,
	settings: ConnectionSettings,
	origin: NodeOrigin,
	end: AbortController,
): Member => ({
	loop,
	settings,
	origin,
	end,
	isKnown: origin === 'target',
	failingSinceMs: undefined,
	isRefused: false,
	isGone: false,
});

/** Notes in a member since when its polls fail, and whether its credentials were refused. */
export function noteOutcome(member: Member, outcome: PollOutcome, nowMs: number): void {
	member.failingSinceMs = outcome.kind === 'failed' ? (member.failingSinceMs ?? nowMs) : undefined;
	member.isRefused = outcome.kind === 'failed' && outcome.failure.layer === 'auth';
}
