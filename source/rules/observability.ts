import {count} from '../text/units.js';
import {answerMissing, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

export const latSlowlogNew = rule({
	id: 'lat.slowlog_new',
	scope: 'node',
	docs: {
		looksAt:
			'The slow log grows: more than ten new entries a minute. Entries that were lost between two looks count too.',
		since: '2.2.12',
		falsePositives: [],
	},
	needs: {history: {read: ({record}: NodeFacts) => record.slowlog?.value, missing: answerMissing('SLOWLOG GET')}},
	evaluate({history}, facts) {
		const threshold = Number(facts.setting('slowlog-log-slower-than') ?? 10_000);
		// With a threshold of 0 every command is an entry.
		return history.perMinute <= facts.threshold('lat.slowlog_new.rate') || threshold < 1000
			? clear
			: fires('warning', {
					problem: `${count(history.perMinute)} slow commands in the last minute`,

					evidence: [{name: 'new slow log entries in a minute', value: history.perMinute, unit: 'count'}],
					meaning: 'Each of them held up all clients for as long as it ran.',
					next: [hint('see which: panel 6'), redisCli(facts, 'SLOWLOG GET 10')],
					action: 'slowlog-reset',
				});
	},
});

export const latSlowlogOff = rule({
	id: 'lat.slowlog_off',
	scope: 'node',
	docs: {
		looksAt: 'The slow log is off (−1), logs everything (0) or only what takes longer than a second.',
		since: 'any',
		falsePositives: [],
	},
	needs: {threshold: setting('slowlog-log-slower-than')},
	evaluate({threshold}, facts) {
		const us = Number(threshold);
		const why =
			us < 0
				? 'the slow log is off'
				: us === 0
					? 'the slow log takes in every command'
					: 'the slow log misses what takes less than a second';
		return us > 0 && us <= 1_000_000
			? clear
			: advises(facts, {
					problem: why,

					evidence: [{name: 'slowlog-log-slower-than', value: us}],
					meaning: 'After an incident nobody can say which commands were slow.',
					next: [redisCli(facts, 'CONFIG SET slowlog-log-slower-than 10000')],
					action: 'set-slowlog-threshold',
					adviceCost: 'nothing that can be measured: a log of 128 entries in memory',
				});
	},
});

export const latMonOff = rule({
	id: 'lat.mon_off',
	scope: 'node',
	docs: {
		looksAt: 'The latency monitor is off, as by default.',
		since: '2.8.13',
		falsePositives: [],
	},
	needs: {threshold: setting('latency-monitor-threshold')},
	evaluate({threshold}, facts) {
		return threshold !== '0'
			? clear
			: advises(facts, {
					problem: 'the latency monitor is off',

					evidence: [{name: 'latency-monitor-threshold', value: 0}],
					meaning: 'Stalls by forks, disks, expiry and eviction leave no trace: only slow commands do.',
					next: [redisCli(facts, 'CONFIG SET latency-monitor-threshold 100')],
					action: 'set-latency-threshold',
					adviceCost: 'a few bytes for each event of 100 ms or more',
				});
	},
});

export const cfgLat = rule({
	id: 'cfg.lat',
	scope: 'node',
	docs: {
		looksAt: 'Latency tracking is off: there are no histograms and no percentiles.',
		since: '7.0',
		falsePositives: [],
	},
	needs: {tracking: setting('latency-tracking')},
	evaluate({tracking}, facts) {
		return tracking !== 'no'
			? clear
			: advises(facts, {
					problem: 'latency tracking is off: no percentiles',

					evidence: [{name: 'latency-tracking', value: tracking}],
					meaning: 'Only averages are known, and those hide what a few clients suffer.',
					next: [redisCli(facts, 'CONFIG SET latency-tracking yes')],
					adviceCost: 'about forty kilobytes for each command in use, and some nanoseconds a call',
				});
	},
});

export const observabilityRules = [latSlowlogNew, latSlowlogOff, latMonOff, cfgLat] as const;
