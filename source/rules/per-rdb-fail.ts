import {said} from './evidence.js';
import {word} from './needs.js';
import {ask, logSteps, onHost, saveFolder} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The last background save failed: `rdb_last_bgsave_status:err`. Since 2.6.

- It stays so until the next success, even after `save ""`: then nothing is saved on purpose, and it is a warning.
- The disk looks free afterwards, because the half-written file is deleted.
*/
export const perRdbFail = nodeRule({
	id: 'per.rdb_fail',
	raiseAfter: 1,
	needs: {status: word('persistence', 'rdb_last_bgsave_status')},
	evaluate({status}, facts) {
		if (status !== 'err') {
			return clear;
		}

		const dir = saveFolder(facts);
		const host = facts.record.host?.value;
		const logged =
			host?.kind === 'here' ? host.log?.remarks.find(({rules}) => rules.includes('per.rdb_fail')) : undefined;
		return fires(facts.setting('save') === '' ? 'warning' : 'critical', 'last background save failed', {
			evidence: [
				...said(
					facts,
					['persistence', 'rdb_last_bgsave_status'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
					['persistence', 'rdb_last_save_time'],
					['persistence', 'rdb_saves', 'count'],
				),
				...(logged === undefined ? [] : [{name: 'log', value: logged.line}]),
			],
			meaning:
				'What changed since the last good save is in memory only. Writes are refused until a save succeeds, unless set otherwise.',
			next: [
				...logSteps(facts),
				onHost(`df -h ${dir}; df -i ${dir}; ls -ld ${dir}`),
				onHost('cat /proc/sys/vm/overcommit_memory; free -m'),
				ask(facts, 'BGSAVE'),
			],
			action: 'bgsave',
		});
	},
});
