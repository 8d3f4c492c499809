import {milliseconds} from '../text/units.js';
import {said} from './evidence.js';
import {ask, logSteps} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** The server is about to end and waits for its replicas: `shutdown_in_milliseconds`, there only while it waits. Since 7.0. */
export const srvShutdown = nodeRule({
	id: 'srv.shutdown',
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const leftMs = facts.number('server', 'shutdown_in_milliseconds');
		if (leftMs === undefined) {
			return clear;
		}

		return fires('critical', `shuts down in ${milliseconds(leftMs)} at the latest`, {
			evidence: said(facts, ['server', 'shutdown_in_milliseconds', 'milliseconds']),
			meaning: 'It waits for replicas that are behind, refuses writes meanwhile, and then exits.',
			next: [ask(facts, 'SHUTDOWN ABORT'), ...logSteps(facts)],
			action: 'shutdown-abort',
		});
	},
});
