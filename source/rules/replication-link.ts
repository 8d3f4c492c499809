import {bytes, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, infoNumber, infoText, pending} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {replicaBufferLimit} from './replica-buffer-limit.js';
import {clear, fires, rule} from './rule.js';

/** Just after a change of role links are made anew and offsets start over: that is what a failover looks like. */
export function isSettling(facts: NodeFacts): boolean {
	const {roleChangedAtMs} = facts.memory;
	return roleChangedAtMs !== undefined && facts.nowMs - roleChangedAtMs < facts.threshold('rep.grace.seconds') * 1000;
}

export const settling = pending('its role has just changed: links and offsets are being made anew');

/** A replica's primary as it names it: `10.0.1.11:6379`. */
export function primaryName(facts: NodeFacts): string {
	return `${facts.text('replication', 'master_host') ?? '?'}:${facts.text('replication', 'master_port') ?? '?'}`;
}

export const repLinkDown = rule({
	id: 'rep.link_down',
	scope: 'node',
	docs: {
		looksAt:
			'A replica lost its primary: `master_link_status:down`. Since 2.4 (how long: 7.0 for a link that never was).',
		since: 'any',
		falsePositives: [
			'The link is down during the whole first copy, too: not while one runs (`master_sync_in_progress`). Before it begins (5 s of diskless delay) the replica waits in the same state, hence the patience.',
			'It stays up for a minute (repl-timeout) after a primary froze: that is rep.io_stale.',
		],
	},
	roles: ['replica'],
	needs: {status: infoText('replication', 'master_link_status')},
	evaluate({status}, facts, heldMs) {
		if (status === 'up' || facts.number('replication', 'master_sync_in_progress') === 1) {
			return clear;
		}

		const since = facts.number('replication', 'master_link_down_since_seconds') ?? -1;
		const isNew = since < 0;
		const down = isNew ? heldMs / 1000 : since;
		const isLong = down > facts.threshold('rep.link_down.critical');
		const isShort = down <= facts.threshold('rep.link_down.warning');
		const primary = primaryName(facts);
		return fires(isLong ? 'critical' : isShort ? 'info' : 'warning', {
			problem: isNew ? `has no link to its primary ${primary} yet` : `lost its primary ${primary} ${seconds(down)} ago`,

			evidence: infoEvidence(
				facts,
				['replication', 'master_link_status'],
				['replication', 'master_link_down_since_seconds', 'seconds'],
				['replication', 'master_host'],
				['replication', 'master_port'],
				['replication', 'master_sync_in_progress'],
			),
			meaning:
				facts.setting('replica-serve-stale-data') === 'no'
					? "It answers MASTERDOWN to reads, and can't take over with what is newest."
					: "It serves data as of then, and can't take over with what is newest.",
			next: [
				hint(`see whether ${primary} answers, from this replica's machine, too`),
				...logSteps(facts),
				hint('"Unable to AUTH to MASTER": masterauth; "Connection refused": the primary is gone or moved'),
				redisCli(facts, 'ROLE'),
			],
			action: 'replicaof',
		});
	},
});

export const repIoStale = rule({
	id: 'rep.io_stale',
	scope: 'node',
	docs: {
		looksAt: 'A replica hears nothing from its primary though the link is up: `master_last_io_seconds_ago`.',
		since: '2.4',
		falsePositives: [
			'An idle primary sends a ping each ten seconds (repl-ping-replica-period): only above that.',
			'−1 is a link that is down, which is rep.link_down.',
		],
	},
	roles: ['replica'],
	appliesTo: facts => facts.text('replication', 'master_link_status') === 'up',
	needs: {silent: infoNumber('replication', 'master_last_io_seconds_ago')},
	evaluate({silent}, facts) {
		if (silent < facts.threshold('rep.io_stale.warning')) {
			return clear;
		}

		const primary = primaryName(facts);
		return fires(silent >= facts.threshold('rep.io_stale.critical') ? 'critical' : 'warning', {
			problem: `hears nothing from its primary ${primary} for ${seconds(silent)}`,

			evidence: infoEvidence(
				facts,
				['replication', 'master_last_io_seconds_ago', 'seconds'],
				['replication', 'master_link_status'],
			),
			meaning: 'The primary is frozen or the network drops its packets; the data here is as old.',
			next: [hint(`look at ${primary}: does it answer PING?`), redisCli(facts, 'INFO replication')],
		});
	},
});

/** Without disk the whole isn't known beforehand: total 0, and what is left is negative. */
function progress(facts: NodeFacts): string {
	const read = facts.number('replication', 'master_sync_read_bytes');
	const total = facts.number('replication', 'master_sync_total_bytes');
	if (read === undefined) {
		return '';
	}

	return total === undefined || total <= 0
		? `, ${bytes(read)} so far`
		: `, ${percent(read / total)} of ${bytes(total)}`;
}

export const repSync = rule({
	id: 'rep.sync',
	scope: 'node',
	docs: {
		looksAt: 'A full copy from the primary runs: `master_sync_in_progress:1`. Since 2.4 (progress: 6.2).',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	roles: ['replica'],
	needs: {isSyncing: infoNumber('replication', 'master_sync_in_progress')},
	evaluate({isSyncing}, facts, heldMs) {
		if (isSyncing !== 1) {
			return clear;
		}

		const held = heldMs / 1000;
		return fires(held > facts.threshold('rep.sync.warning') ? 'warning' : 'info', {
			problem: `copies everything from ${primaryName(facts)} for ${seconds(held)}${progress(facts)}`,

			evidence: infoEvidence(
				facts,
				['replication', 'master_sync_in_progress'],
				['replication', 'master_sync_read_bytes', 'bytes'],
				['replication', 'master_sync_total_bytes', 'bytes'],
				['replication', 'master_sync_last_io_seconds_ago', 'seconds'],
			),
			meaning: "It can't take over until it is done, and its primary holds what is written meanwhile in memory.",
			next: [
				hint('wait; if it begins anew again and again see rep.fullsync_storm'),
				redisCli(facts, 'INFO replication'),
			],
		});
	},
});

export const repState = rule({
	id: 'rep.state',
	scope: 'node',
	docs: {
		looksAt:
			'A replica is stuck before it is online (`wait_bgsave`, `send_bulk`; Valkey adds `bg_transfer`, `rdb_transmitted`) for two minutes.',
		since: '2.8',
		falsePositives: [],
	},
	raiseAfterMs: 120_000,
	needs: {},
	evaluate(_, facts) {
		const stuck = facts.record.replicas.find(({state}) => state !== 'online');
		return stuck === undefined
			? clear
			: fires('warning', {
					problem: `replica ${stuck.address} is not online yet: ${stuck.state}`,

					evidence: [{name: `state of ${stuck.address}`, value: stuck.state}],
					meaning: 'It has no data to take over with; what is written meanwhile waits for it in memory.',
					next: [redisCli(facts, 'INFO replication'), ...logSteps(facts)],
				});
	},
});

const windowMs = 600_000;

const grown = (facts: NodeFacts, name: 'sync_full' | 'sync_partial_err', now: number): number =>
	Math.max(0, now - (facts.past(['stats', name], windowMs)[0]?.value ?? now));

export const repFullsyncStorm = rule({
	id: 'rep.fullsync_storm',
	scope: 'node',
	docs: {
		looksAt: 'Replicas begin anew with full copies again and again: `sync_full` within ten minutes.',
		since: '2.8',
		falsePositives: [
			"The first copy of a new replica is none: as many as there are more replicas now don't count.",
			'After a restart of the primary every replica that returns is refused its partial copy once (`sync_partial_err`): one of these alone is nothing.',
		],
	},
	raiseAfter: 1,
	needs: {full: infoNumber('stats', 'sync_full'), refused: infoNumber('stats', 'sync_partial_err')},
	evaluate({full, refused}, facts) {
		const replicas = facts.past(['replication', 'connected_slaves'], windowMs).map(({value}) => value);
		const now = facts.number('replication', 'connected_slaves') ?? 0;
		const joined = Math.max(0, now - (replicas[0] ?? now));
		const copies = grown(facts, 'sync_full', full) - joined;
		const misses = grown(facts, 'sync_partial_err', refused);
		if (copies < facts.threshold('rep.fullsync_storm.count')) {
			return clear;
		}

		return fires('critical', {
			problem: `${copies} full copies for replicas within ten minutes`,

			evidence: [
				...infoEvidence(facts, ['stats', 'sync_full', 'count'], ['stats', 'sync_partial_err', 'count']),
				{name: 'refused partial copies in ten minutes', value: misses, unit: 'count'},
				...infoEvidence(facts, ['replication', 'repl_backlog_size', 'bytes']),
			],
			meaning: 'Each forks the primary and sends everything: the load makes the next one likelier.',
			next: [
				...logSteps(facts),
				hint(
					'"lack of backlog": raise repl-backlog-size; "overcoming of output buffer limits": raise that limit for replicas',
				),
				redisCli(facts, 'CONFIG GET repl-backlog-size'),
				redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			action: 'set-repl-backlog',
		});
	},
});

export const repDualchannel = rule({
	id: 'rep.dualchannel',
	scope: 'node',
	docs: {
		looksAt:
			'A replica that copies over two channels holds back much of what is written meanwhile: `replicas_repl_buffer_size` (Valkey ≥ 8.0), `replica_full_sync_buffer_size` (Redis ≥ 8.0), against the limit for replicas.',
		since: 'any',
		falsePositives: [],
	},
	roles: ['replica'],
	needs: {
		held: {
			read: facts =>
				facts.number('replication', 'replicas_repl_buffer_size') ??
				facts.number('replication', 'replica_full_sync_buffer_size'),
			missing: () => absent('INFO replication does not say replicas_repl_buffer_size (Valkey 8.0, Redis 8.0)'),
		},
	},
	evaluate({held}, facts) {
		const limit = replicaBufferLimit(facts.setting('client-output-buffer-limit'));
		if (limit === 0 || held <= facts.threshold('rep.obuf.share') * limit) {
			return clear;
		}

		return fires('warning', {
			problem: `holds ${bytes(held)} of writes while it copies, ${percent(held / limit)} of the limit`,

			evidence: [
				...infoEvidence(
					facts,
					['replication', 'replicas_repl_buffer_size', 'bytes'],
					['replication', 'replica_full_sync_buffer_size', 'bytes'],
				),
				{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
			],
			meaning: 'At the limit the rest waits at the primary, and then the copy begins anew.',
			next: [hint('slow the writer down until the copy is done, or raise the limit for replicas')],
		});
	},
});

export const repDiscTotal = rule({
	id: 'rep.disc_total',
	scope: 'node',
	docs: {
		looksAt: 'A replica needs many tries for one synchronisation: `master_current_sync_attempts`. Since Redis 8.2.',
		since: 'any',
		falsePositives: [],
	},
	roles: ['replica'],
	needs: {attempts: infoNumber('replication', 'master_current_sync_attempts')},
	evaluate: ({attempts}, facts) =>
		attempts > facts.threshold('rep.disc_total.attempts')
			? fires('info', {
					problem: `needs ${attempts} tries to synchronise`,

					evidence: infoEvidence(
						facts,
						['replication', 'master_current_sync_attempts', 'count'],
						['replication', 'master_total_sync_attempts', 'count'],
						['replication', 'total_disconnect_time_sec', 'seconds'],
					),
					meaning: 'Its link is unstable, or the primary cuts it off while it copies.',
					next: [...logSteps(facts), hint('see rep.fullsync_storm on its primary')],
				})
			: clear,
});

export const replicationLinkRules = [
	repLinkDown,
	repIoStale,
	repSync,
	repState,
	repFullsyncStorm,
	repDualchannel,
	repDiscTotal,
] as const;
