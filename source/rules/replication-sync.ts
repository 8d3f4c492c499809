import type {NodeRecord} from '../derive/node-record.js';
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

/**
The primary of a replica that had a link and copies everything again, because the backlog no longer held what it missed.
The replica keeps the id of its last history (`master_replid`) until the full resync ends. So the id of the primary shows
that it asked for a partial resync, which the primary refused (`sync_partial_err`). Since its own start it never had a
link if `master_link_down_since_seconds` is -1, as after a restart. Source: Redis replication.c, `syncCommand`.
*/
function refusedPrimary(facts: NodeFacts): NodeRecord | undefined {
	const {primary} = facts;
	const info = primary?.sample?.info;
	const isSameHistory = info?.text('replication', 'master_replid') === facts.text('replication', 'master_replid');
	const wasLinked = (facts.number('replication', 'master_link_down_since_seconds') ?? -1) >= 0;
	return info !== undefined && isSameHistory && wasLinked && (info.number('stats', 'sync_partial_err') ?? 0) > 0
		? primary
		: undefined;
}

/** Smallest size of a backlog that is proposed, in megabytes. */
const leastBacklogMegabytes = 16;
/** Time without a link that the proposed backlog covers, in seconds: five minutes. */
const coveredSeconds = 300;

/** Why a replica copies everything again, and what avoids it. */
export function lostBacklog(facts: NodeFacts, primary: NodeRecord) {
	const info = primary.sample?.info;
	const size = info?.number('replication', 'repl_backlog_size');
	const perSecond = primary.values.get('replicationBytes') ?? 0;
	const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, (perSecond * coveredSeconds) / 1024 ** 2)));
	const megabytes = Math.max(leastBacklogMegabytes, wanted, 2 * Math.ceil((size ?? 0) / 1024 ** 2));
	return {
		size,
		next: [
			redisCli({record: primary, settings: facts.settings}, `CONFIG SET repl-backlog-size ${megabytes}mb`),
			hint(
				'a larger repl-backlog-size spares the next one; then find what broke the link: its log, the network, a pause of either server',
			),
		],
	};
}

export const repSync = rule({
	id: 'rep.sync',
	scope: 'node',
	docs: {
		looksAt:
			'A full resync runs: `master_sync_in_progress:1`. Since 6.2 `master_sync_read_bytes` and `master_sync_total_bytes` tell its progress. The finding is a warning for a replica that had a link before and was refused a partial resync: the backlog of its primary was too small.',
		since: '2.2',
		falsePositives: [
			'A new replica begins with a full resync. The finding is info until it takes unusually long, or until nothing arrives any more.',
			'A replica that restarted had no link since its start (`master_link_down_since_seconds:-1`). After a failover the histories differ. Neither counts as a backlog that was too small.',
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

		const refusing = refusedPrimary(facts);
		if (refusing !== undefined) {
			const {size, next} = lostBacklog(facts, refusing);
			return fires('warning', {
				problem: message`copies all data from ${primaryName(facts)} again`,
				detail: resyncProgress(facts),
				reason: `its link broke, and it missed more than the backlog of ${bytes(size)} holds`,
				effect: 'reads-stale',
				nodes: withPrimary(facts),
				evidence: [
					...resyncEvidence(facts),
					{
						name: 'sync_partial_err of its primary',
						value: refusing.sample?.info.number('stats', 'sync_partial_err') ?? 0,
						unit: 'count',
					},
					{name: 'repl_backlog_size', value: size ?? 0, unit: 'bytes'},
				],
				meaning:
					'It cannot replace its primary until it is done. A larger backlog would have needed a part of the data only.',
				next: [...next, redisCli(facts, 'INFO replication')],
			});
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
