import type {RawReply} from '../domain/reply.js';
import type {RunningFunction} from '../domain/sample.js';
import {numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of FUNCTION STATS (Redis 7.0 and later): the function that runs now, and its running time. Undefined if
no function runs. The function's keys and arguments are left out.
*/
export function parseRunningFunction(reply: RawReply): RunningFunction | undefined {
	const running = new Map(pairsOf(new Map(pairsOf(reply)).get('running_script')));
	const name = textOf(running.get('name'));
	const durationMs = numberOf(running.get('duration_ms'));
	return name === undefined || durationMs === undefined ? undefined : {name, durationMs};
}
