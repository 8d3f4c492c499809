import {changeOf, metricChange} from '../derive/changes.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {count, percent, signed} from '../text/units.js';

/**
Used memory as a share of maxmemory, 1 being full; undefined when maxmemory is not set. Memory that eviction does not
count is left out, as in `getMaxmemoryState` of Redis' evict.c.
*/
export const memoryShare = ({sample}: NodeRecord): number | undefined => sample && shareOf(sample.info);

function shareOf(info: InfoReply): number | undefined {
	const field = (name: string) => info.number('memory', name);
	const [used, limit] = [field('used_memory'), field('maxmemory')];
	return used === undefined || limit === undefined || limit === 0
		? undefined
		: (used - (field('mem_not_counted_for_evict') ?? 0)) / limit;
}

/** A figure of the wall display whose change since the baseline is known. */
export type ChangingFigure = 'memory' | 'rejected' | 'evicted';

/**
The change of a node's figure since the baseline as text: of a share of maxmemory, or of a counter. Undefined without a
baseline.
*/
export function changeText(node: NodeRecord | undefined, figure: ChangingFigure): string | undefined {
	if (node?.since === undefined) {
		return undefined;
	}

	switch (figure) {
		case 'memory':
			return signed(changeOf(node, shareOf), percent);
		case 'rejected':
			return signed(metricChange(node, 'connectionsRejected'), count);
		case 'evicted':
			return signed(metricChange(node, 'evicted'), count);
	}
}
