import {changeOf, metricChange} from '../../derive/changes.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {count, percent, signed} from '../../text/units.js';

/** Used memory as a share of maxmemory, without what eviction doesn't count. Source: Redis' own freeMemoryIfNeeded. */
export const memoryShare = ({sample}: NodeRecord): number | undefined => sample && shareOf(sample.info);

function shareOf(info: InfoReply): number | undefined {
	const field = (name: string) => info.number('memory', name);
	const [used, limit] = [field('used_memory'), field('maxmemory')];
	return used === undefined || limit === undefined || limit === 0
		? undefined
		: (used - (field('mem_not_counted_for_evict') ?? 0)) / limit;
}

/** A figure of a node whose change since the baseline is known. */
export type ChangingFigure = 'memory' | 'rejected' | 'evicted';

/** The change of a figure since the baseline: a share of maxmemory, or a count. Undefined without a baseline. */
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
