import type {CommandRate} from '../derive/command-rates.js';
import {message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {count, percent, perSecond} from '../text/units.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {answerMissing, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {keepSteps} from './role-change.js';
import {clear, fires, rule} from './rule.js';

/** Fewest reads a second for which the share of misses means something. */
const fewestReads = 5;

/** Commands that delete whole keys which their sender names. */
const deleting: ReadonlySet<string> = new Set(['del', 'unlink']);

const commandStats = {
	read: ({record}: NodeFacts) =>
		record.commands.some(({callsPerSecond}) => callsPerSecond !== undefined) ? record.commands : undefined,
	missing: answerMissing('INFO commandstats'),
};

/** The deleting command that was called most often between the last two samples. */
const mostCalled = (stats: readonly CommandRate[]): CommandRate | undefined =>
	stats
		.filter(({command, callsPerSecond = 0}) => deleting.has(command) && callsPerSecond > 0)
		.toSorted((one, other) => (other.callsPerSecond ?? 0) - (one.callsPerSecond ?? 0))[0];

/** How many keys the node has lost a second since the sample before; 0 or less where it gained some. */
function lostPerSecond({sample, earlier}: NodeFacts): number {
	const now = sample && keyCount(sample.info);
	const before = earlier && keyCount(earlier.info);
	return sample === undefined || earlier === undefined || now === undefined || before === undefined
		? 0
		: ((before - now) * 1000) / Math.max(1, sample.elapsedMs - earlier.elapsedMs);
}

export const keyDeleted = rule({
	id: 'key.deleted',
	scope: 'node',
	docs: {
		looksAt:
			'DEL or UNLINK removes keys faster than new ones are written (`keys=` of INFO keyspace, INFO commandstats), and reads miss (`keyspace_misses`). Keys that expire or are evicted do not count.',
		since: 'any',
		falsePositives: [
			'Keys that nobody reads may be cleaned up. The rule needs reads that miss.',
			'A cache may be emptied on purpose, such as after a deployment. The finding ends with the deletion.',
		],
	},
	thresholds: {
		share: {value: 0.01, unit: 'share', source: 'of all keys, in each second: all keys within two minutes'},
		rate: {value: 100, unit: 'perSecond', source: 'keys; a small data set changes as fast'},
		misses: {value: 0.2, unit: 'share', source: 'of reads; fewer may be usual'},
	},
	raiseAfter: 3,
	clearAfter: 5,
	roles: ['primary'],
	needs: {
		stats: commandStats,
		hits: rate('stats', 'keyspace_hits'),
		misses: rate('stats', 'keyspace_misses'),
	},
	evaluate({stats, hits, misses}, facts, limits) {
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const removed = ['expired_keys', 'evicted_keys'].reduce(
			(sum, name) => sum + (facts.perSecond('stats', name) ?? 0),
			0,
		);
		const lost = lostPerSecond(facts) - removed;
		const most = mostCalled(stats);
		const reads = hits + misses;
		const isMuch = keys !== undefined && lost >= limits.rate && lost >= limits.share * keys;
		if (!isMuch || most === undefined || reads < fewestReads || misses < limits.misses * reads) {
			return clear;
		}

		const command = most.command.toUpperCase();
		const senders = sendersOf(facts, most.command);
		return fires('warning', {
			problem: message`loses keys to ${command}${senders?.text ?? ''}`,
			detail: `${perSecond(lost)}, ${count(keys)} left, ${percent(misses / reads)} of reads miss`,
			effect: 'data-lost',
			culprit: senderCulprit(command, senders),
			evidence: [
				{name: 'keys lost', value: lost, unit: 'perSecond'},
				{name: 'keys', value: keys, unit: 'count'},
				{name: `${command} calls`, value: most.callsPerSecond ?? 0, unit: 'perSecond'},
				{name: 'miss share', value: misses / reads, unit: 'share'},
			],
			meaning: 'More keys are deleted than written, and clients ask for deleted ones. Replicas delete them as well.',
			next: [hint('stop the sender, if this is not intended'), ...keepSteps(facts), redisCli(facts, 'CLIENT LIST')],
		});
	},
});

export const keyDeletionRules = [keyDeleted] as const;
