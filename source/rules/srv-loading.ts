import {percent, seconds} from '../text/units.js';
import {said} from './evidence.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The server reads its data set from disk: `loading:1`. Since 2.4.

- A replica that loads beside serving (`async_loading`) has a rule of its own.
- The estimate jumps and ends at 0 before the end; it is printed as the server's, not believed.
*/
export const srvLoading = nodeRule({
	id: 'srv.loading',
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const isLoading = facts.number('persistence', 'loading') === 1 || facts.record.failure?.state === 'loading';
		if (!isLoading) {
			return clear;
		}

		const share = facts.number('persistence', 'loading_loaded_perc');
		const left = facts.number('persistence', 'loading_eta_seconds');
		const progress =
			share === undefined ? '' : `: ${percent(share / 100)}${left === undefined ? '' : `, ${seconds(left)} left`}`;
		return fires('warning', `is loading its data set${progress}`, {
			evidence: said(
				facts,
				['persistence', 'loading_loaded_perc'],
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
				['persistence', 'loading_eta_seconds', 'seconds'],
			),
			meaning: 'Commands on data are answered with LOADING until it is done.',
			next: [words('wait: a restart begins from the start'), ask(facts, 'INFO persistence')],
			action: null,
		});
	},
});
