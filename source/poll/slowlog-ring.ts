import type {SlowlogEntry} from '../domain/slowlog.js';
import {mostSlowlogEntries} from './poll-plan.js';
import {defaultSlowlogCount, type PollState} from './poll-request.js';

/**
When not even the oldest entry that came is known, the ring moved further than we asked: more is asked for next time, up
to `mostSlowlogEntries`. False while these entries are not all there is to know.
*/
export function rememberSlowlog(memory: PollState, entries: readonly SlowlogEntry[]): boolean {
	const ids = entries.map(({id}) => id);
	const isPart =
		memory.slowlogLastId !== undefined &&
		memory.slowlogCount < mostSlowlogEntries &&
		entries.length >= memory.slowlogCount &&
		Math.min(...ids) > memory.slowlogLastId + 1;
	if (isPart) {
		memory.slowlogCount = Math.min(memory.slowlogCount * 4, mostSlowlogEntries);
		memory.lastAskedMs.delete('slowlog');
		return false;
	}

	memory.slowlogCount = defaultSlowlogCount;
	if (ids.length > 0) {
		memory.slowlogLastId = Math.max(...ids);
	}

	return true;
}
