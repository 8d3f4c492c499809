import type {NodeRecord} from '../derive/node-record.js';
import {message, nodeName} from '../domain/message.js';
import {bytes, count, percent, seconds} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {absent, infoNumber, replicaCount} from './needs.js';
import {hint, logSteps, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {coveredRestart, isAway, isSilentLately} from './planned-restart.js';
import {isRefusingResyncs} from './refused-peers.js';
import {replicaBufferLimit} from './replica-buffer-limit.js';
import {repFlapping} from './replication-flapping.js';
import {repBacklog, repObuf} from './replication-lag.js';
import {withPrimary} from './replication-link.js';
import {repSyncLink} from './resync-traffic.js';
import {clear, fires, rule} from './rule.js';

const stormWindowMs = 600_000;

/** The time in which resyncs are counted, in milliseconds. It begins after the last change of the node's role. */
const windowOf = ({nowMs, memory: {roleChangedAtMs}}: NodeFacts): number =>
	Math.min(stormWindowMs, nowMs - (roleChangedAtMs ?? Number.NEGATIVE_INFINITY));

const growthInWindow = (facts: NodeFacts, name: 'sync_full' | 'sync_partial_err', now: number): number =>
	Math.max(0, now - (facts.past(['stats', name], windowOf(facts))[0]?.value ?? now));

/**
The replicas of the node that restart now, or that started within the time in which resyncs are counted. With an
append-only file, a restart costs a replica a full resync: the file does not hold the replication history. The resync
follows the start once the data is loaded.
*/
const restartedReplicas = (facts: NodeFacts): number => {
	const startMs = facts.limitsOf(coveredRestart).start * 1000;
	return [...facts.nodes.values()].filter(node => {
		const named = primaryNamedBy(node);
		const uptimeSeconds = node.sample?.info.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
		return (
			named !== undefined &&
			nodeFinder(facts.nodes)(named) === facts.address &&
			(isAway(node, facts) || isSilentLately(node, facts) || uptimeSeconds * 1000 < windowOf(facts) + startMs)
		);
	}).length;
};

const remarksOf = ({record: {host}}: NodeFacts) => (host?.value.kind === 'here' ? host.value.log : undefined);

/**
The partial resyncs that the server refused within ten minutes. The highest of three values counts: the growth of
`sync_partial_err`, its total if the server started within that time, and the lines of its log on this machine.
*/
function refusalsInWindow(facts: NodeFacts, refused: number): number {
	const uptime = facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const logged = (remarksOf(facts)?.happened ?? [])
		.filter(({id, atMs}) => id === 'no-partial-resync' && facts.nowMs - atMs <= stormWindowMs)
		.reduce((sum, {count: lines}) => sum + lines, 0);
	return Math.max(
		growthInWindow(facts, 'sync_partial_err', refused),
		uptime * 1000 <= stormWindowMs ? refused : 0,
		Math.min(logged, refused),
	);
}

/**
Milliseconds within which the disconnection of a replica, because its output buffer was too large, explains a full
resync.
*/
const recentCutMs = 60_000;

/**
The reason and the steps if the backlog covers too little time. Undefined without refused partial resyncs, and if the
refusals have another known reason.
*/
function smallBacklog(facts: NodeFacts, refusals: number) {
	const size = facts.number('replication', 'repl_backlog_size');
	const written = facts.perSecond('replication', 'master_repl_offset') ?? 0;
	const wasCut = remarksOf(facts)?.remarks.some(
		({id, atMs}) => id === 'output-buffer' && atMs !== undefined && facts.nowMs - atMs < recentCutMs,
	);
	const wanted = facts.limitsOf(repBacklog).seconds;
	if (size === undefined || refusals === 0 || wasCut === true || written === 0 || size / written >= wanted) {
		return undefined;
	}

	const covered = size / written;
	const megabytes = Math.max(1, 2 ** Math.ceil(Math.log2((written * wanted) / 1024 ** 2)));
	return {
		reason: `its backlog of ${bytes(size)} covers ${covered < 1 ? 'less than a second' : seconds(covered)} of writes`,
		next: [
			redisCli(facts, `CONFIG SET repl-backlog-size ${megabytes}mb`),
			hint('then find what breaks the link again and again: the log of the replica names it'),
		],
	};
}

/** Full resyncs beyond one for each replica from which a young server's count alone is a repetition. */
const leastSinceStart = 3;

/**
The full resyncs beyond the first of each replica, of a primary that started within ten minutes. 0 for an older server,
whose count since the start tells no time, and below three for each replica.
*/
function repeatedSinceStart(facts: NodeFacts, full: number, most: number): number {
	const uptimeSeconds = facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const isYoung = uptimeSeconds * 1000 <= stormWindowMs && windowOf(facts) === stormWindowMs;
	const repeated = full - most;
	return facts.record.role !== 'replica' && isYoung && repeated >= leastSinceStart * Math.max(1, most) ? repeated : 0;
}

/** The nodes that name this node as their primary. */
function ownReplicas({nodes, address}: NodeFacts): readonly NodeRecord[] {
	const sameNode = nodeFinder(nodes);
	return [...nodes.values()].filter(record => {
		const named = primaryNamedBy(record);
		return named !== undefined && sameNode(named) === address;
	});
}

/** A replica of the node whose log has had such a line lately. */
const replicaWithRemark = (facts: NodeFacts, remark: string): NodeRecord | undefined =>
	ownReplicas(facts).find(({host}) => {
		const remarks = host?.value.kind === 'here' ? (host.value.log?.remarks ?? []) : [];
		return remarks.some(({id, atMs}) => id === remark && atMs !== undefined && facts.nowMs - atMs < stormWindowMs);
	});

/** The replica whose log says that it gave up a full resync, because no data came for `repl-timeout`. */
function impatientReplica(facts: NodeFacts) {
	const gaveUp = replicaWithRemark(facts, 'sync-timeout');
	if (gaveUp === undefined) {
		return undefined;
	}

	const replica = nodeName(gaveUp.address);
	return {
		reason: message`replica ${replica} gives them up: no data comes for its repl-timeout`,
		next: [
			hint(message`on ${replica}: CONFIG SET repl-timeout 300, longer than the primary takes to begin to send`),
			hint('then look at what makes the primary slow: its disk (repl-diskless-sync yes goes without), its network'),
		],
	};
}

/** Seconds of uptime below which a replica has just started. */
const justStartedSeconds = 30;

/**
The replica that may end again and again, so that each start costs a full resync: it has just started, or does not answer
now. Undefined if each replica has been up for a while.
*/
function restartingReplica(facts: NodeFacts) {
	const [found] = ownReplicas(facts).flatMap(record => {
		const uptimeSeconds = record.sample?.info.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
		const isSilent = record.failure !== undefined && record.failure.layer !== 'auth';
		return isSilent || uptimeSeconds < justStartedSeconds ? [{record, uptimeSeconds, isSilent}] : [];
	});
	if (found === undefined) {
		return undefined;
	}

	const replica = nodeName(found.record.address);
	return {
		reason: message`replica ${replica} ${found.isSilent ? 'does not answer now' : `started ${seconds(found.uptimeSeconds)} ago`}: does it end again and again?`,
		next: [
			hint(message`the log of ${replica}, and its memory limit: a full resync needs room for all data`),
			onHost('dmesg -T | grep -i "killed process"'),
		],
	};
}

/** Seconds of uptime from which a replica without a link is not about to make its first one. */
const linkingSeconds = 5;

/**
The replica that answers and has no link, although it was given full resyncs: each ended before it had the data. The
replica's log says why. A larger backlog does not help a replica that never gets so far as to need it.
*/
function unlinkedReplica(facts: NodeFacts) {
	const found = ownReplicas(facts).find(({failure, sample, address}) => {
		const isDown = sample?.info.text('replication', 'master_link_status') === 'down';
		const isOld = (sample?.info.number('server', 'uptime_in_seconds') ?? 0) >= linkingSeconds;
		const isOnline = facts.record.replicas.some(link => link.address === address && link.state === 'online');
		return failure === undefined && isDown && isOld && !isOnline;
	});
	if (found === undefined) {
		return undefined;
	}

	const replica = nodeName(found.address);
	return {
		reason: message`replica ${replica} has no link: does each end early?`,
		next: [
			hint(message`read the log of ${replica}, which says why: data that it cannot load or store, a limit, a timeout`),
		],
		isUnlinked: true,
	};
}

export const repFullsyncStorm = rule({
	id: 'rep.fullsync_storm',
	scope: 'node',
	docs: {
		looksAt:
			'Replicas repeat full resyncs: `sync_full` rises several times within ten minutes. For a server that started within ten minutes, `sync_partial_err` since its start counts as well, and `sync_full` from three more than replicas on; for any server the lines of its log about a backlog that is too short.',
		since: '2.8',
		falsePositives: [
			'A new replica begins with a full resync. The rule subtracts the increase of `connected_slaves`.',
			'After a restart of the primary, each returning replica is refused a partial resync once (`sync_partial_err`). A single full resync is below the threshold.',
			'A replica with an append-only file needs a full resync after each restart. One for each replica that started lately does not count. A primary may tell of the resync before redis-top has asked the restarted replica, so three polls in a row must show too many.',
			'A failover takes all replicas away from one node and gives them to another. Only resyncs after the last change of the role count.',
			'A replica whose log says that it cannot store the data asks for it again and again. rep.link_down reports its disk, and the rule is clear.',
			'A replica that was a primary before is refused the partial resync that it asks for. So one full resync for each replica that was connected does not count.',
		],
	},
	thresholds: {
		count: {
			value: 2,
			unit: 'count',
			source: 'full resyncs in ten minutes, without those of new replicas',
		},
	},
	raiseAfter: 3,
	needs: {full: infoNumber('stats', 'sync_full'), refused: infoNumber('stats', 'sync_partial_err')},
	evaluate({full, refused}, facts, limits) {
		const replicas = facts.past(['replication', 'connected_slaves'], windowOf(facts)).map(({value}) => value);
		const connected = replicaCount.read(facts) ?? 0;
		const most = replicas.reduce((highest, value) => Math.max(highest, value), connected);
		const joined = Math.max(0, most - (replicas[0] ?? connected));
		const refusals = refusalsInWindow(facts, refused);
		// A replica whose partial resync is refused was linked before, so its full resync is a repeated one. If the node is
		// a replica now, it counted the refusals while it was a primary. Those refusals concern replicas that now replicate
		// from another node, so they are left out.
		const counted = windowOf(facts) < stormWindowMs ? growthInWindow(facts, 'sync_full', full) : full;
		const repeated = facts.record.role === 'replica' ? 0 : Math.min(refusals, counted - most);
		const growth = growthInWindow(facts, 'sync_full', full) - joined;
		const all = Math.max(growth, repeated, repeatedSinceStart(facts, full, most));
		// All nodes are gone through only if there were so many resyncs. For each of 1,000 healthy nodes, that took 40 % of
		// all processor time.
		const resyncs = all < limits.count ? all : all - restartedReplicas(facts);
		// `sync_full` also counts full resyncs that could not begin. rep.refused reports them.
		if (resyncs < limits.count || isRefusingResyncs(facts)) {
			return clear;
		}

		// A replica that cannot store the data asks for it again and again. No setting of the primary helps, and the
		// replica's own finding (rep.link_down) has the disk.
		if (replicaWithRemark(facts, 'primary-data-unstored') !== undefined) {
			return clear;
		}

		const small =
			smallBacklog(facts, refusals) ?? impatientReplica(facts) ?? unlinkedReplica(facts) ?? restartingReplica(facts);
		return fires('critical', {
			problem: `gave its replicas ${count(resyncs)} full resyncs`,
			detail: 'within ten minutes',
			reason: small?.reason,
			effect: 'reads-stale',
			evidence: [
				...infoEvidence(facts, ['stats', 'sync_full', 'count'], ['stats', 'sync_partial_err', 'count']),
				{name: 'refused partial resyncs in ten minutes', value: refusals, unit: 'count'},
				...infoEvidence(facts, ['replication', 'repl_backlog_size', 'bytes']),
			],
			meaning: 'Each one forks the primary and sends the whole data set. That load makes the next one likelier.',
			next: [
				...(small?.next ?? []),
				...logSteps(facts),
				hint(
					'"lack of backlog": raise repl-backlog-size; "overcoming of output buffer limits": raise that limit for replicas',
				),
				redisCli(facts, 'CONFIG GET repl-backlog-size'),
				redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			...(small !== undefined && 'isUnlinked' in small ? {} : {action: 'set-repl-backlog' as const}),
		});
	},
});

export const repDualchannel = rule({
	id: 'rep.dualchannel',
	scope: 'node',
	docs: {
		looksAt:
			'A replica buffers many writes during a full resync over two channels: `replicas_repl_buffer_size` (Valkey 8.0) or `replica_full_sync_buffer_size` (Redis 8.0). The limit of the buffer is that of `client-output-buffer-limit replica`.',
		since: '8.0',
		falsePositives: [],
	},
	roles: ['replica'],
	needs: {
		buffered: {
			read: facts =>
				facts.number('replication', 'replicas_repl_buffer_size') ??
				facts.number('replication', 'replica_full_sync_buffer_size'),
			missing: () => absent('INFO replication does not say replicas_repl_buffer_size (Valkey 8.0, Redis 8.0)'),
		},
	},
	evaluate({buffered}, facts) {
		const limit = replicaBufferLimit(facts.setting('client-output-buffer-limit'));
		if (limit === 0 || buffered <= facts.limitsOf(repObuf).share * limit) {
			return clear;
		}

		return fires('warning', {
			problem: `buffers ${bytes(buffered)} of writes during a full resync`,
			detail: `${percent(buffered / limit)} of the limit`,
			evidence: [
				...infoEvidence(
					facts,
					['replication', 'replicas_repl_buffer_size', 'bytes'],
					['replication', 'replica_full_sync_buffer_size', 'bytes'],
				),
				{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
			],
			meaning:
				'At the limit further writes wait at the primary. When its limit is reached as well, the full resync restarts.',
			next: [hint('slow the writer down until the full resync is done, or raise the limit for replicas')],
		});
	},
});

export const repDiscTotal = rule({
	id: 'rep.disc_total',
	scope: 'node',
	docs: {
		looksAt: 'A replica needs many attempts for one resync: `master_current_sync_attempts`.',
		since: '8.2',
		falsePositives: ['A short network loss costs one attempt. The rule allows a few.'],
	},
	thresholds: {
		attempts: {value: 3, unit: 'count', source: 'attempts of one resync; the first should succeed'},
	},
	roles: ['replica'],
	needs: {attempts: infoNumber('replication', 'master_current_sync_attempts')},
	evaluate: ({attempts}, facts, limits) =>
		attempts > limits.attempts
			? fires('info', {
					problem: `needs ${attempts} attempts for one resync`,
					nodes: withPrimary(facts),
					evidence: infoEvidence(
						facts,
						['replication', 'master_current_sync_attempts', 'count'],
						['replication', 'master_total_sync_attempts', 'count'],
						['replication', 'total_disconnect_time_sec', 'seconds'],
					),
					meaning: 'Its link is unstable, or the primary closes it during the resync.',
					next: [...logSteps(facts), hint('see rep.fullsync_storm on its primary')],
				})
			: clear,
});

export const replicationResyncRules = [
	repFullsyncStorm,
	repFlapping,
	repDualchannel,
	repDiscTotal,
	repSyncLink,
] as const;
