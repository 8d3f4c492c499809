import {said} from './evidence.js';
import {field} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A module's child process runs for more than five minutes. Since 6.0. Only one child runs at a time: saves wait for it.
*/
export const modFork = nodeRule({
	id: 'mod.fork',
	raiseAfterMs: 300_000,
	needs: {forks: field('persistence', 'module_fork_in_progress')},
	evaluate({forks}, facts) {
		return forks === 0
			? clear
			: fires('info', "a module's child process has been running for minutes", {
					evidence: said(facts, ['persistence', 'module_fork_in_progress']),
					meaning: 'No save and no rewrite can start before it ends.',
					next: [ask(facts, 'MODULE LIST')],
					action: null,
				});
	},
});
