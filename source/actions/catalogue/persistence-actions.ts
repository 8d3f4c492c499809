import {bytes, percent} from '../../text/units.js';
import type {ActionRow} from './action-row.js';
import {bgsave, memoryChecks} from './bgsave.js';
import {veto, warning, when} from './build-row.js';
import {diskChecks, loadingChecks, permissionChecks, roleText, savedDataFacts} from './saved-data.js';
import type {Reading} from './server-facts.js';
import {verifyWith} from './verify-with.js';

const isOn = ({info}: Reading, field: string): boolean => info.number('persistence', field) === 1;

const scheduled: ActionRow<'bgsave-schedule'> = {
	...bgsave,
	id: 'bgsave-schedule',
	letter: 'l',
	title: 'BGSAVE SCHEDULE: save when the AOF rewrite is done',
	command: ['BGSAVE', 'SCHEDULE'],
	preflight(facts) {
		const {effects, facts: shown} = bgsave.preflight(facts);
		return {
			effects: ['Starts at once, or after the AOF rewrite that runs.', ...effects],
			facts: shown,
			checks: [
				...permissionChecks(facts, 'BGSAVE'),
				...loadingChecks(facts),
				...when(isOn(facts, 'rdb_bgsave_in_progress'), veto('a background save runs already')),
				...memoryChecks(facts),
				...diskChecks(facts),
			],
		};
	},
	verify(input) {
		const isWaiting =
			input.observation.kind === 'answered' && isOn(input.observation.reading, 'aof_rewrite_in_progress');
		return isWaiting
			? {kind: 'running', progress: 'it waits for the AOF rewrite to end'}
			: bgsave.verify({...input, sinceOutcomeMs: input.sinceOutcomeMs - 5000});
	},
};

const rewrites = ({info}: Reading) => info.number('persistence', 'aof_rewrites');

const appendOnlyRewrite: ActionRow<'bgrewriteaof'> = {
	...bgsave,
	id: 'bgrewriteaof',
	letter: 'a',
	title: 'BGREWRITEAOF: rewrite the append-only file',
	command: ['BGREWRITEAOF'],
	whyNot: record =>
		record.sample?.info.number('persistence', 'aof_rewrite_in_progress') === 1
			? 'an AOF rewrite runs already'
			: bgsave.whyNot({...record, sample: undefined}),
	preflight: facts => ({
		effects: ['A child process writes a new AOF from the data set, without overwritten values.'],
		facts: [
			['role', roleText(facts.info)],
			...savedDataFacts(facts).slice(0, 1),
			[
				'AOF',
				`${bytes(facts.info.number('persistence', 'aof_current_size'))} now, ${bytes(facts.info.number('persistence', 'aof_base_size'))} after the last one`,
			],
		],
		checks: [
			...permissionChecks(facts, 'BGREWRITEAOF'),
			...loadingChecks(facts),
			...when(isOn(facts, 'aof_rewrite_in_progress'), veto('an AOF rewrite runs already')),
			...when(
				isOn(facts, 'rdb_bgsave_in_progress'),
				warning('a background save runs: the rewrite begins when it has ended'),
			),
			...when(!isOn(facts, 'aof_enabled'), warning('the AOF is off: no start will read the new files')),
			...memoryChecks(facts),
			...diskChecks(facts),
		],
	}),
	verify: verifyWith({
		running(now) {
			const part = now.info.number('persistence', 'current_fork_perc');
			return isOn(now, 'aof_rewrite_in_progress') || isOn(now, 'aof_rewrite_scheduled')
				? `the rewrite runs${part === undefined ? '' : `, ${percent(part / 100)}`}`
				: undefined;
		},
		failed: ({info}, {sinceOutcomeMs}) =>
			sinceOutcomeMs > 2000 && info.text('persistence', 'aof_last_bgrewrite_status') === 'err'
				? 'the rewrite failed (aof_last_bgrewrite_status:err): see the server log'
				: undefined,
		proved(now, {before}) {
			const isOk = now.info.text('persistence', 'aof_last_bgrewrite_status') === 'ok';
			const [were, are] = [rewrites(before), rewrites(now)];
			const isCounted = were !== undefined && are !== undefined && are > were;
			return isOk && isCounted
				? `rewritten, status ok, ${bytes(now.info.number('persistence', 'aof_base_size'))}`
				: undefined;
		},
		unseen: 'the server counts no new rewrite',
	}),
};

export const persistenceActions = [scheduled, appendOnlyRewrite] as const;
