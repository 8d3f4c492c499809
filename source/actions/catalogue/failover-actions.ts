import {primaryAddress} from '../../derive/replication-peers.js';
import type {Check} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {addressOf} from '../../domain/node.js';
import {connectedReplicas, replicaLines} from '../../parse/info-fields.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {bytes} from '../../text/units.js';
import type {Parameter} from './action-row.js';
import {buildRow, fine, isInCluster, onlyOn, veto, when} from './build-row.js';
import {replicaChecks, replicaFacts, replicasOf} from './replica-facts.js';
import {counted, loadingChecks, roleText} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';
import {readHostPort} from './typed-values.js';
import {replyOf, verifyWith} from './verify-with.js';

const text = (info: InfoReply, field: string): string | undefined => info.text('replication', field);
const isReplica = (info: InfoReply): boolean => text(info, 'role') === 'slave';

/**
The state of FAILOVER in INFO; `no-failover` while no failover runs. A server before 6.2 has neither the field
`master_failover_state` nor the command, and counts as `no-failover`.
*/
export const failoverState = (info: InfoReply): string => text(info, 'master_failover_state') ?? 'no-failover';

const notInCluster = (record: NodeRecord): string | undefined =>
	isInCluster(record) ? 'not in a cluster: use CLUSTER FAILOVER on a replica' : undefined;

/**
Longest time for which a failover may pause all writes, in milliseconds. Without the word TIMEOUT in the command, the
server sets no limit.
*/
const failoverTimeoutMs = '10000';

const readTarget: Parameter['read'] = typed => {
	const target = readHostPort(typed);
	return target === undefined
		? 'host:port of one of its replicas'
		: {
				words: ['TO', target.host, String(target.port), 'TIMEOUT', failoverTimeoutMs],
				shown: `to ${target.host}:${target.port}, aborted after ${Number(failoverTimeoutMs) / 1000} s`,
			};
};

/**
`host:port` of the online replica with the least lag, as INFO of the primary lists it. FAILOVER finds the replica by
this host and port. Undefined without an online replica.
*/
function bestReplica({sample}: NodeRecord): string | undefined {
	const replicas = sample === undefined ? [] : replicasOf(sample.info).filter(({state}) => state === 'online');
	return replicas.sort(
		(a, b) => (a.behindBytes ?? Number.POSITIVE_INFINITY) - (b.behindBytes ?? Number.POSITIVE_INFINITY),
	)[0]?.name;
}

function targetChecks({info, words}: ServerFacts): Check[] {
	const target =
		words?.[0] === 'TO'
			? replicaLines(info).find(({host, port}) => host === words[1] && String(port) === words[2])
			: undefined;
	if (words?.[0] !== 'TO') {
		return when(replicaLines(info).length === 0, veto('it has no replica'));
	}

	return target === undefined
		? [veto(`${words[1] ?? ''}:${words[2] ?? ''} is not one of its replicas`)]
		: [target.state === 'online' ? fine('the replica is online') : veto(`the replica is ${target.state}, not online`)];
}

const failoverRow = (isForced: boolean) =>
	buildRow({
		id: isForced ? 'failover-force' : 'failover',
		letter: isForced ? 'g' : 'f',
		title: isForced ? 'FAILOVER … FORCE: hand over even to one that is behind' : 'FAILOVER: hand over to a replica',
		class: 'outage',
		command: ['FAILOVER'],
		since: {redis: [6, 2]},
		parameter: {
			label: 'to which replica',
			hint: isForced ? 'host:port of a replica' : 'host:port of a replica, or any',
			example: '127.0.0.1:6380',
			initial: bestReplica,
			read(typed) {
				if (!isForced && typed.trim().toLowerCase() === 'any') {
					return {
						words: ['TIMEOUT', failoverTimeoutMs],
						shown: `the first that is caught up, aborted after ${Number(failoverTimeoutMs) / 1000} s`,
					};
				}

				const value = readTarget(typed);
				return typeof value === 'string' || !isForced
					? value
					: {
							words: [...value.words, 'FORCE'],
							shown: `${value.shown.split(',')[0]}, after ${Number(failoverTimeoutMs) / 1000} s even if it is behind`,
						};
			},
		},
		whyNot: record =>
			notInCluster(record) ??
			onlyOn('primary', ': send it to its primary')(record) ??
			((record.sample === undefined ? 0 : (connectedReplicas(record.sample.info) ?? 0)) === 0
				? 'it has no replica'
				: undefined),
		alerts: {},
		preflight(facts) {
			const {info} = facts;
			const [, host = '', port = ''] = facts.words ?? [];
			const candidate = addressOf({kind: 'tcp', host, port: Number(port)});
			const behind = replicasOf(info).find(({name}) => name === candidate)?.behindBytes;
			return {
				effects: [
					'Holds all writes until the replica has everything, then the two change roles. No write is lost.',
					isForced
						? 'After the time limit it is promoted WITHOUT the writes it lacks.'
						: 'After the time limit the failover is aborted, and writes go on.',
				],
				facts: [['role', roleText(info)], ['data', counted(keyCount(info), 'key')], ...replicaFacts(info)],
				checks: [
					...loadingChecks(facts),
					...targetChecks(facts),
					...when(failoverState(info) !== 'no-failover', veto('a failover is under way already')),
					...replicaChecks(info),
					...when(
						isForced && behind !== undefined && behind > 0,
						veto(`it lacks ${bytes(behind)} of writes`, `lose ${bytes(behind)}`),
					),
				],
			};
		},
		verify: verifyWith({
			running: ({info}) =>
				failoverState(info) !== 'no-failover'
					? `${failoverState(info)}; writes are held`
					: isReplica(info) && text(info, 'master_link_status') !== 'up'
						? 'handed over; it connects to the new primary'
						: undefined,
			failed: ({info}, {sinceOutcomeMs}) =>
				!isReplica(info) && sinceOutcomeMs > 2000 && failoverState(info) === 'no-failover'
					? 'aborted by the server: it is still the primary, and writes go on'
					: undefined,
			proved: ({info}, {before, facts}) => {
				const [to, host, port] = facts.words ?? [];
				const isThere = text(info, 'master_host') === host && text(info, 'master_port') === port;
				const isContinued = text(info, 'master_replid2') === text(before.info, 'master_replid');
				return isReplica(info) && text(info, 'master_link_status') === 'up' && (to !== 'TO' || isThere)
					? `it is now a replica of ${primaryAddress(info) ?? '?'}, link up, ${isContinued ? 'by a partial resync (replid2)' : 'after a full resync'}`
					: undefined;
			},
			unseen: 'the roles did not change',
		}),
	});

const abort = buildRow({
	id: 'failover-abort',
	letter: 'a',
	title: 'FAILOVER ABORT: stay the primary',
	class: 'disruptive',
	command: ['FAILOVER', 'ABORT'],
	since: {redis: [6, 2]},
	whyNot: record =>
		notInCluster(record) ??
		(record.sample !== undefined && failoverState(record.sample.info) === 'no-failover'
			? 'no failover is under way'
			: undefined),
	preflight: facts => ({
		effects: ['The failover is aborted; writes go on here.'],
		facts: [['state', failoverState(facts.info)]],
		checks: when(failoverState(facts.info) === 'no-failover', veto('no failover is under way')),
	}),
	verify: verifyWith({
		proved: ({info}, input) =>
			failoverState(info) === 'no-failover' && !isReplica(info) && replyOf(input) !== undefined
				? 'no failover is under way, it is the primary'
				: undefined,
		unseen: 'it goes on',
	}),
});

/** The actions of the command FAILOVER, which is sent to a primary. */
export const failoverActions = [failoverRow(false), failoverRow(true), abort] as const;
