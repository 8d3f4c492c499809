import {said} from './evidence.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** A replica takes in a new data set while it serves the old one: `async_loading:1`. Since 7.0. */
export const srvAsyncLoading = nodeRule({
	id: 'srv.async_loading',
	raiseAfter: 1,
	needs: {isLoading: field('persistence', 'async_loading')},
	evaluate: ({isLoading}, facts) =>
		isLoading === 1
			? fires('info', 'takes in a new data set and serves the old one meanwhile', {
					evidence: said(facts, ['persistence', 'async_loading'], ['persistence', 'loading_loaded_perc']),
					meaning: 'Reads are of before the synchronisation until it is done; memory holds both data sets.',
					next: [words('wait; watch used_memory against maxmemory')],
					action: null,
				})
			: clear,
});
