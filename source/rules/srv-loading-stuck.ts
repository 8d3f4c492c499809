import {percent} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {logSteps, onHost} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Loading doesn't get on: `loading_loaded_bytes` stands still for half a minute. Since 2.4.

- One huge key lets the counter rest for a while, hence the half minute.
*/
export const srvLoadingStuck = nodeRule({
	id: 'srv.loading_stuck',
	appliesTo: facts => facts.number('persistence', 'loading') === 1,
	needs: {loaded: increase('persistence', 'loading_loaded_bytes')},
	evaluate({loaded}, facts, heldMs) {
		if (loaded > 0) {
			return clear;
		}

		const isLong = heldMs >= facts.threshold('srv.loading_stuck.seconds') * 1000;
		const share = percent((facts.number('persistence', 'loading_loaded_perc') ?? 0) / 100);
		return fires(isLong ? 'critical' : 'info', `loading stands still at ${share}`, {
			evidence: said(
				facts,
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
			),
			meaning: 'The disk hangs or the file is broken; the server stays closed until it is read.',
			next: [onHost('iostat -x 1 3'), ...logSteps(facts)],
			action: null,
		});
	},
	raiseAfterMs: 10_000,
});
