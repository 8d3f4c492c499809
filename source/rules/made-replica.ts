import {type Message, message, type Name, nameOf} from '../domain/message.js';
import {utcClock} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {infoText} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** How a primary became a replica: when, by which client, and the line of the log that shows it. */
type Change = {readonly atMs: number; readonly by: Name | undefined; readonly line: string | undefined};

/**
The change of a primary to a replica: by its log since its last start, else by redis-top's own polls. Undefined if neither
shows it, and if a Sentinel did it. Example of the line: `REPLICAOF 10.0.0.2:6379 enabled (user request from 'id=7
addr=10.0.0.9:5000 … name=deploy …')`. Valkey replaces names by `*redacted*` there.
*/
function changeOf({record, memory, nowMs, sample}: NodeFacts): Change | undefined {
	const host = record.host?.value;
	const log = host?.kind === 'here' ? host.log : undefined;
	const remark = log?.remarks.find(({id}) => id === 'replicates');
	const startedAtMs = nowMs - (sample?.info.number('server', 'uptime_in_seconds') ?? 0) * 1000;
	if (remark?.atMs !== undefined && remark.atMs >= startedAtMs) {
		const [, request = ''] = /user request from '(.*)/.exec(remark.line) ?? [];
		const [, name = ''] = / name=([^\s*]\S*)/.exec(request) ?? [];
		const [, address] = / addr=(\S+)/.exec(request) ?? [];
		const by = name === '' ? address : name;
		return name.startsWith('sentinel-')
			? undefined
			: {atMs: remark.atMs, by: by === undefined ? undefined : nameOf('client', by), line: remark.line};
	}

	return memory.roleChangedAtMs === undefined
		? undefined
		: {atMs: memory.roleChangedAtMs, by: undefined, line: undefined};
}

/** Whether a Sentinel is among the nodes. The search goes through all nodes, so it comes last. */
const isUnderSentinel = ({nodes}: NodeFacts): boolean => [...nodes.values()].some(({role}) => role === 'sentinel');

export const repMadeReplica = rule({
	id: 'rep.made_replica',
	scope: 'node',
	docs: {
		looksAt:
			'A primary was made a replica (REPLICAOF) of an address at which no server has ever answered, so that it refuses writes and gets no data: `master_link_down_since_seconds:-1`, with the change of its role as redis-top saw it or its log tells it. A typing error or an intruder is the usual reason.',
		since: '2.8',
		falsePositives: [
			'A replica whose primary dies had a link before. rep.link_down reports that.',
			'Sentinels and clusters choose the primary themselves. The rule does not apply to their nodes.',
		],
	},
	roles: ['replica'],
	appliesTo: ({record, sample}) =>
		sample?.info.number('cluster', 'cluster_enabled') !== 1 && record.clusterNodes === undefined,
	needs: {status: infoText('replication', 'master_link_status')},
	evaluate({status}, facts) {
		const {primary} = facts;
		const wasNeverUp = (facts.number('replication', 'master_link_down_since_seconds') ?? -1) < 0;
		// A server that turns redis-top away, or loads its data, is there.
		const isDead = primary?.failure?.state === 'down' && primary.sample === undefined;
		const change = status === 'up' || !wasNeverUp || !isDead ? undefined : changeOf(facts);
		if (change === undefined || isUnderSentinel(facts)) {
			return clear;
		}

		const target = nameOf('node', primaryNamedBy(facts.record) ?? '?');
		const by: Message = change.by === undefined ? '' : message` by ${change.by}`;
		return fires('critical', {
			problem: message`refuses writes (READONLY): made a replica of ${target}`,
			detail: message`at ${utcClock(change.atMs)}${by}`,
			reason: 'no server answers there',
			effect: 'writes-refused',
			culprit: change.by === undefined ? undefined : {client: change.by, command: 'REPLICAOF'},
			nodes: primary === undefined ? undefined : [facts.address, primary.address],
			evidence: [
				...infoEvidence(
					facts,
					['replication', 'role'],
					['replication', 'master_host'],
					['replication', 'master_port'],
					['replication', 'master_link_status'],
				),
				...(change.line === undefined ? [] : [{name: 'its log', value: message`${nameOf('quote', change.line)}`}]),
			],
			meaning:
				'It was a primary. Now it refuses all writes, and once a server answers at that address, it discards its data for that of the other.',
			next: [
				redisCli(facts, 'REPLICAOF NO ONE'),
				hint('that makes it a primary again, with its data; then CONFIG REWRITE, if its config file has replicaof'),
				hint('nobody of you did it: close the port to strangers and set a password, then look at dir and dbfilename'),
				redisCli(facts, 'CONFIG GET dir'),
			],
			action: 'promote',
		});
	},
});

export const madeReplicaRules = [repMadeReplica] as const;
