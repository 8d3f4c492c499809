import {configMistakeOf} from './config-mistake.js';
import type {NodeRecord} from './node-record.js';
import {boundElsewhere, reasonOnHost} from './port-holder.js';
import {endOfProcess, isKill, isStopOnDemand} from './process-end.js';

/** How long a process that replied before may be away for a restart, in seconds. */
export const restartSeconds = 5;

/**
Whether a node that refuses connections may be in a restart: it has refused them for a moment only, and this machine shows no reason
why it does not come back. Such reasons are a crash in its log, a mistake in its config file, another program on its port,
and other addresses on which it listens.
*/
export function mayBeRestarting(record: NodeRecord, nowMs: number, limitSeconds: number = restartSeconds): boolean {
	const {failure, failingSinceMs, lastReplyAtMs} = record;
	const isRefused = failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';
	// The last reply is no beginning: a node out of focus in a large deployment is polled only every few seconds.
	const awayMs = lastReplyAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - (failingSinceMs ?? lastReplyAtMs);
	if (!isRefused || awayMs >= limitSeconds * 1000) {
		return false;
	}

	const end = endOfProcess(record);
	return (
		reasonOnHost(record) === undefined &&
		boundElsewhere(record) === undefined &&
		configMistakeOf(record) === undefined &&
		(end === undefined || isStopOnDemand(end) || isKill(end))
	);
}
