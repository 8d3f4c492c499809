import {message, nameOf} from '../domain/message.js';
import {bytes, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber} from './needs.js';
import {hint, logSteps, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {answersNow, primaryName, withPrimary} from './replication-link.js';
import {clear, fires, rule} from './rule.js';

/**
The progress of a full resync as text. A diskless primary does not know the total size. INFO then shows a total of 0 and
a negative rest.
*/
function resyncProgress(facts: NodeFacts): string | undefined {
	const read = facts.number('replication', 'master_sync_read_bytes');
	const total = facts.number('replication', 'master_sync_total_bytes');
	if (read === undefined) {
		return undefined;
	}

	return total === undefined || total <= 0 ? `${bytes(read)} so far` : `${percent(read / total)} of ${bytes(total)}`;
}

const resyncEvidence = (facts: NodeFacts) =>
	infoEvidence(
		facts,
		['replication', 'master_sync_in_progress'],
		['replication', 'master_sync_read_bytes', 'bytes'],
		['replication', 'master_sync_total_bytes', 'bytes'],
		['replication', 'master_sync_last_io_seconds_ago', 'seconds'],
	);

/**
The finding on a full resync that no longer receives data. If the primary answers redis-top, the link was set up, but
its data does not arrive. Full-size packets are then lost, or a proxy holds them back.
*/
const stalledResync = (facts: NodeFacts, silentSeconds: number) =>
	fires('critical', {
		problem: message`gets no data in its full resync from ${primaryName(facts)}`,
		detail: message`nothing for ${seconds(silentSeconds)}${resyncProgress(facts) === undefined ? '' : ', '}${resyncProgress(facts) ?? ''}`,
		reason: answersNow(facts.primary)
			? 'the primary answers here: the network between them passes small packets only (MTU), or stalls'
			: undefined,
		effect: 'reads-stale',
		nodes: withPrimary(facts),
		evidence: resyncEvidence(facts),
		meaning:
			'It has no complete data and cannot replace its primary. After repl-timeout it begins again, and stalls again.',
		next: [
			onHost(message`ping -M do -s 1472 -c 3 ${nameOf('host', facts.text('replication', 'master_host') ?? 'PRIMARY')}`),
			hint('no reply to that size, but to -s 1200: the MTU on the way is smaller, and its ICMP messages are filtered'),
			redisCli(facts, 'INFO replication'),
			...logSteps(facts),
		],
	});

export const repSync = rule({
	id: 'rep.sync',
	scope: 'node',
	docs: {
		looksAt:
			'A full resync runs: `master_sync_in_progress:1`. Since 6.2 `master_sync_read_bytes` and `master_sync_total_bytes` tell its progress.',
		since: '2.2',
		falsePositives: [
			'A new replica begins with a full resync. The finding is info until it takes unusually long, or until nothing arrives any more.',
			'While the primary prepares the data it sends an empty line each second. While the replica loads the data, nothing arrives, and the rule does not count that time.',
		],
	},
	thresholds: {
		warning: {value: 600, unit: 'seconds', source: '10 GB at 20 MB/s'},
		silent: {
			value: 10,
			unit: 'seconds',
			source: 'without a byte; a primary that is not ready yet sends one each second',
		},
	},
	raiseAfter: 1,
	roles: ['replica'],
	needs: {isSyncing: infoNumber('replication', 'master_sync_in_progress')},
	evaluate({isSyncing}, facts, limits, heldMs) {
		if (isSyncing !== 1) {
			return clear;
		}

		const heldSeconds = heldMs / 1000;
		const isLoading =
			facts.number('persistence', 'loading') === 1 || facts.number('persistence', 'async_loading') === 1;
		const silentSeconds = isLoading ? 0 : (facts.number('replication', 'master_sync_last_io_seconds_ago') ?? 0);
		if (silentSeconds >= limits.silent) {
			return stalledResync(facts, silentSeconds);
		}

		return fires(heldSeconds > limits.warning ? 'warning' : 'info', {
			problem: message`has been in a full resync from ${primaryName(facts)} for ${seconds(heldSeconds)}`,
			detail: resyncProgress(facts),
			effect: 'reads-stale',
			nodes: withPrimary(facts),
			evidence: resyncEvidence(facts),
			meaning: 'It cannot replace its primary until it is done. The primary buffers the writes of that time in memory.',
			next: [
				hint('wait; if full resyncs start again and again, see rep.fullsync_storm'),
				redisCli(facts, 'INFO replication'),
			],
		});
	},
});

export const replicationSyncRules = [repSync] as const;
