import type {NodeSample} from '../domain/sample.js';

/** What polling remembers of a node's error replies: their number in the last INFO, and whether many were added lately. */
export type ErrorReadings = {
	/** `total_error_replies` of the last INFO; undefined before the first one, and before Redis 6.2. */
	readonly total: number | undefined;
	/** When that INFO arrived, on the monotonic clock. */
	readonly elapsedMs: number;
	/** For how many polls the node is still asked which commands fail, and which clients it has. */
	readonly pollsLeft: number;
};

export const noErrorReadings: ErrorReadings = {total: undefined, elapsedMs: 0, pollsLeft: 0};

/** Error replies per second from which a node is asked for details. Somebody who types at a prompt makes fewer. */
const leastPerSecond = 3;

/** Polls with details after the last one with many errors, so that the last details show that no command fails any more. */
const pollsAfter = 5;

/** The readings after an INFO. */
export function errorsAfter(before: ErrorReadings, {info, elapsedMs}: NodeSample): ErrorReadings {
	const total = info.number('stats', 'total_error_replies');
	const rise = total === undefined || before.total === undefined ? 0 : total - before.total;
	const seconds = Math.max(1, (elapsedMs - before.elapsedMs) / 1000);
	const isMany = rise >= leastPerSecond * seconds;
	return {total, elapsedMs, pollsLeft: isMany ? pollsAfter : Math.max(0, before.pollsLeft - 1)};
}

/**
Whether a node answered many commands with errors in its last polls. Rules then need its commandstats and its client
list, also if the node is not in focus: after a failover the focus is on the new primary, and the errors are on the old
one.
*/
export const hasManyErrors = ({errors}: {readonly errors: ErrorReadings}): boolean => errors.pollsLeft > 0;
