import type {RawReply} from '../domain/reply.js';
import type {RunningFunction} from '../domain/sample.js';
import {numberOf, pairsOf, textOf} from './reply-values.js';

/**
FUNCTION STATS: the function that runs now, by name, and for how long; undefined where none does. Its keys and arguments
are left where they are. Since Redis 7.0.
*/
export function parseRunningFunction(reply: RawReply): RunningFunction | undefined {
	const running = new Map(pairsOf(new Map(pairsOf(reply)).get('running_script')));
	const name = textOf(running.get('name'));
	const durationMs = numberOf(running.get('duration_ms'));
	return name === undefined || durationMs === undefined ? undefined : {name, durationMs};
}
