import {said} from './evidence.js';
import {word} from './needs.js';
import {ask, logSteps, onHost, saveFolder} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** The last rewrite of the append-only file failed: `aof_last_bgrewrite_status:err`. Since 2.8; how often in a row: 7.0. */
export const perAofRewrite = nodeRule({
	id: 'per.aof_rewrite',
	raiseAfter: 1,
	needs: {status: word('persistence', 'aof_last_bgrewrite_status')},
	evaluate({status}, facts) {
		if (status !== 'err') {
			return clear;
		}

		const failures = facts.number('persistence', 'aof_rewrites_consecutive_failures') ?? 1;
		return fires(
			failures >= facts.threshold('per.aof_rewrite.failures') ? 'critical' : 'warning',
			failures > 1
				? `rewriting its append-only file failed ${failures} times in a row`
				: 'rewriting its append-only file failed',
			{
				evidence: said(
					facts,
					['persistence', 'aof_last_bgrewrite_status'],
					['persistence', 'aof_rewrites_consecutive_failures', 'count'],
					['persistence', 'aof_current_size', 'bytes'],
					['persistence', 'aof_base_size', 'bytes'],
				),
				meaning:
					'The file grows on, and so does the time a restart takes to read it. A fork or the disk is the usual reason.',
				next: [...logSteps(facts), onHost(`df -h ${saveFolder(facts)}; free -m`), ask(facts, 'BGREWRITEAOF')],
				action: 'bgrewriteaof',
			},
		);
	},
});
