import {count, percent, perSecond} from '../text/units.js';
import {increase, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const latSlowRate = rule({
	id: 'lat.slow_rate',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads how many commands a second exceed `slowlog-log-slower-than`, and how much of the time they take: `slowlog_commands_count` and `slowlog_commands_time_ms_sum` of INFO stats. It needs no entry of the slow log, so it works on every node at once.',
		since: '8.8',
		falsePositives: [
			'A low `slowlog-log-slower-than` counts ordinary commands. They must be more than ten a second, or take a tenth of the time.',
			'The fields are known from the documentation of Redis 8.8. The rule was tried with made-up replies only.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perSecond', source: 'one slow command each 100 ms; clients wait for one after the other'},
		share: {value: 0.1, unit: 'share', source: 'of the time; each tenth of it is a tenth of the capacity'},
	},
	raiseAfter: 3,
	needs: {
		slow: rate('stats', 'slowlog_commands_count'),
		spentMs: increase('stats', 'slowlog_commands_time_ms_sum'),
	},
	evaluate({slow, spentMs}, facts, limits) {
		const {sample, earlier} = facts;
		const elapsedMs = sample === undefined || earlier === undefined ? 0 : sample.elapsedMs - earlier.elapsedMs;
		const share = elapsedMs > 0 ? spentMs / elapsedMs : 0;
		const threshold = facts.setting('slowlog-log-slower-than');
		return slow <= limits.rate && share <= limits.share
			? clear
			: fires('warning', {
					problem: 'runs many slow commands',
					detail: `${perSecond(slow)}, ${percent(Math.min(1, share))} of its time`,
					effect: 'slow',
					evidence: [
						{name: 'slowlog_commands_count', value: slow, unit: 'perSecond'},
						{name: 'slowlog_commands_time_ms_sum', value: share, unit: 'share'},
						...(threshold === undefined
							? []
							: [{name: 'slowlog-log-slower-than', value: `${count(Number(threshold))} µs`}]),
					],
					meaning: 'All clients wait while such a command runs.',
					next: [hint('see which commands, and whose: panel 6, panel 5'), redisCli(facts, 'SLOWLOG GET 10')],
				});
	},
});

export const slowCommandRules = [latSlowRate] as const;
