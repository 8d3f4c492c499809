import {changeOf, metricChange} from '../derive/changes.js';
import {memoryShareIn} from '../derive/outage-figures.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {count, percent, signed} from '../text/units.js';

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
			return signed(changeOf(node, memoryShareIn), percent);
		case 'rejected':
			return signed(metricChange(node, 'connectionsRejected'), count);
		case 'evicted':
			return signed(metricChange(node, 'evicted'), count);
	}
}
