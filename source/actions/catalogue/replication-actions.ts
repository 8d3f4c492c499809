import {primaryAddress} from '../../derive/replication-peers.js';
import type {Check} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {isRunId} from '../../domain/node.js';
import {bytes} from '../../text/units.js';
import type {Parameter} from './action-row.js';
import {buildRow, isInCluster, onlyOn, veto, warning, when} from './build-row.js';
import {failoverActions, failoverState} from './failover-actions.js';
import {replicaFacts} from './replica-facts.js';
import {counted, loadingChecks, roleText} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';
import {readHostPort} from './typed-values.js';
import {verifyWith} from './verify-with.js';

const text = (info: InfoReply, field: string): string | undefined => info.text('replication', field);
const isReplica = (info: InfoReply): boolean => text(info, 'role') === 'slave';

const hostPort: Parameter = {
	label: 'of which primary',
	hint: 'host:port, as the server itself reaches it',
	example: '127.0.0.1:6379',
	read(typed) {
		const target = readHostPort(typed);
		return target === undefined
			? 'host:port'
			: {words: [target.host, String(target.port)], shown: `host ${target.host}, port ${target.port}`};
	},
};

function otherChecks({other, info}: ServerFacts): Check[] {
	if (other?.info === undefined) {
		return [warning(`${other?.address ?? 'the primary'} cannot be asked from here: ${other?.why ?? 'not known'}`)];
	}

	const {info: theirs} = other;
	const runId = info.text('server', 'run_id') ?? '';
	const isSelf = isRunId(runId) && theirs.text('server', 'run_id') === runId;
	const isOurReplica = isReplica(theirs) && text(theirs, 'master_port') === String(info.number('server', 'tcp_port'));
	return [
		...when(isSelf, veto('that is this server itself')),
		...when(
			!isSelf && isOurReplica,
			veto('that is a replica of this server: the two would replicate from each other in a loop'),
		),
		...when(
			!isSelf && !isOurReplica && isReplica(theirs),
			warning('that is a replica itself: this makes a chain of replicas'),
		),
		...when(theirs.number('persistence', 'loading') === 1, warning('it is loading its data set')),
	];
}

const replicaOf = buildRow({
	id: 'replicaof',
	letter: 'r',
	title: 'REPLICAOF: discard its data, replicate from a primary',
	class: 'outage',
	command: ['REPLICAOF'],
	parameter: hostPort,
	whyNot: record => (isInCluster(record) ? 'not allowed in a cluster (CLUSTER REPLICATE)' : undefined),
	alerts: {},
	otherServer: ([host, port]) => (host === undefined ? undefined : {kind: 'tcp', host, port: Number(port)}),
	preflight(facts) {
		const {info, other} = facts;
		const keys = keyCount(info) ?? 0;
		const theirs = other?.info;
		const isReplicaNow = isReplica(info);
		return {
			effects: ['Its own data set is DISCARDED and replaced by that of the primary.'],
			facts: [
				['role', roleText(info)],
				['data', `${counted(keys, 'key')}, ${bytes(info.number('memory', 'used_memory'))}`],
				[
					'primary',
					theirs === undefined
						? '-'
						: `${other?.address ?? ''}: ${roleText(theirs)}, ${counted(keyCount(theirs), 'key')}`,
				],
				...replicaFacts(info),
			],
			checks: [
				...loadingChecks(facts),
				...otherChecks(facts),
				...when(failoverState(info) !== 'no-failover', veto('a failover is under way')),
				...when(
					keys > 0 && !isReplicaNow,
					veto(`${counted(keys, 'key')} of its own are lost`, `lose ${counted(keys, 'key')}`),
				),
			],
			// The undo restores only the role: a full resync has replaced the node's own data. A primary that had keys
			// therefore has no undo.
			revert: isReplicaNow
				? ['REPLICAOF', text(info, 'master_host') ?? '', text(info, 'master_port') ?? '']
				: keys === 0
					? ['REPLICAOF', 'NO', 'ONE']
					: undefined,
		};
	},
	verify: verifyWith({
		running: ({info}, {facts}) =>
			text(info, 'master_sync_in_progress') === '1' ||
			(text(info, 'master_host') === facts.words?.[0] && text(info, 'master_link_status') !== 'up')
				? `link ${text(info, 'master_link_status') ?? '-'}, ${bytes(info.number('replication', 'master_sync_left_bytes'))} left to receive`
				: undefined,
		proved: ({info}, {facts}) => {
			const isThere = text(info, 'master_host') === facts.words?.[0] && text(info, 'master_port') === facts.words?.[1];
			const theirs = facts.other?.info && text(facts.other.info, 'master_replid');
			// A primary without a backlog gets a new replication id with its first replica, so its id from the preflight is
			// not compared.
			const hasHistory = facts.other?.info?.number('replication', 'repl_backlog_active') === 1;
			const isSame = theirs === undefined || !hasHistory || theirs === text(info, 'master_replid');
			return isThere && isSame && text(info, 'master_link_status') === 'up'
				? `it replicates from ${primaryAddress(info) ?? '?'}, link up, ${counted(keyCount(info), 'key')}`
				: undefined;
		},
		unseen: 'its link to the primary is not up',
	}),
	verifyTimeoutMs: () => 600_000,
});

const promote = buildRow({
	id: 'promote',
	letter: 'o',
	title: 'REPLICAOF NO ONE: make this replica a primary',
	class: 'outage',
	command: ['REPLICAOF', 'NO', 'ONE'],
	whyNot: record => (isInCluster(record) ? 'not in a cluster: use CLUSTER FAILOVER FORCE' : onlyOn('replica')(record)),
	alerts: {nodes: ({info}) => [primaryAddress(info)]},
	preflight(facts) {
		const {info} = facts;
		const isLinked = text(info, 'master_link_status') === 'up';
		const downFor = info.number('replication', 'master_link_down_since_seconds');
		return {
			effects: ['It takes writes from now on. Its old primary and the other replicas are not told.'],
			facts: [
				['role', roleText(info)],
				['offset', bytes(info.number('replication', 'slave_repl_offset'))],
				['data', counted(keyCount(info), 'key')],
			],
			checks: [
				...loadingChecks(facts),
				...when(
					isLinked,
					veto('its primary is UP (link up): there would be two; send FAILOVER to it instead', 'two primaries'),
				),
				...when(
					!isLinked,
					warning(`its link is down for ${downFor ?? '-'} s: later writes of the primary are not here`),
				),
				...when(
					text(info, 'master_sync_in_progress') === '1',
					veto('a full resync is under way: the data set is incomplete'),
				),
				warning('under Sentinel use SENTINEL FAILOVER: it would make it a replica again'),
			],
			revert: ['REPLICAOF', text(info, 'master_host') ?? '', text(info, 'master_port') ?? ''],
		};
	},
	verify: verifyWith({
		proved: ({info}, {before}) =>
			!isReplica(info)
				? `it is a primary${text(info, 'master_replid2') === text(before.info, 'master_replid') ? ', and its replicas need only a partial resync (replid2)' : ''}`
				: undefined,
		unseen: 'it is still a replica',
	}),
});

export const replicationActions = [...failoverActions, replicaOf, promote] as const;
