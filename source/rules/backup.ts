import {serverProduct} from '../derive/server-product.js';
import {message, nameOf} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {absent, rareAnswerMissing} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const statusMissing = rareAnswerMissing('BACKUP STATUS');
const noBackup = absent('this version has no BACKUP (Redis 8.10 has it)');

/**
Whether the server has the command BACKUP: Redis has it since 8.10, Valkey does not have it. True if the version is
unknown.
*/
function hasBackup({sample}: NodeFacts): boolean {
	const server = sample && serverProduct(sample.info);
	const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(server?.version ?? '') ?? [];
	return server?.product !== 'valkey' && (major === '' || Number(major) * 100 + Number(minor) >= 810);
}

export const perBackup = rule({
	id: 'per.backup',
	scope: 'node',
	docs: {
		looksAt:
			'A backup by BACKUP START failed, or was never sealed: `state` and `start_time` of BACKUP STATUS. An open backup takes in every write, so its files grow without end.',
		since: '8.10',
		falsePositives: [
			'An aborted backup counts as failed. BACKUP CLEANUP, or the next backup, ends the finding.',
			'The reply is known from the documentation of Redis 8.10. The rule was tried with made-up replies only.',
		],
	},
	thresholds: {
		open: {value: 86_400, unit: 'seconds', source: 'a daily backup; most are taken more often'},
	},
	raiseAfter: 1,
	needs: {
		backup: {
			read: ({record}: NodeFacts) => record.backup?.value,
			missing: (facts: NodeFacts) => (hasBackup(facts) ? statusMissing(facts) : noBackup),
		},
	},
	evaluate({backup: {state, problem: why, startedMs}}, facts, limits) {
		const openSeconds = startedMs === undefined ? 0 : (facts.nowMs - startedMs) / 1000;
		const isOpen = ['pending', 'snapshotting', 'incrementing'].includes(state);
		const isForgotten = isOpen && openSeconds > limits.open;
		if (state !== 'failed' && !isForgotten) {
			return clear;
		}

		return fires('warning', {
			problem: isForgotten ? 'has a backup that was never sealed' : 'failed to make its backup',
			detail: isForgotten ? `${state} for ${seconds(openSeconds)}` : undefined,
			reason: isForgotten || why === '' ? undefined : message`${nameOf('quote', why)}`,
			effect: 'data-at-risk',
			evidence: [
				{name: 'state', value: state},
				...(startedMs === undefined ? [] : [{name: 'started', value: openSeconds, unit: 'seconds' as const}]),
			],
			meaning: isForgotten
				? 'Its files take in every write and fill the disk. No other backup can begin.'
				: 'There is no new backup. The last good one is older than it should be.',
			next: [
				isForgotten ? redisCli(facts, 'BACKUP SEAL') : redisCli(facts, 'BACKUP STATUS'),
				...(isForgotten ? [hint('copy the files that BACKUP LIST names, then BACKUP CLEANUP')] : logSteps(facts)),
			],
		});
	},
});

export const backupRules = [perBackup] as const;
