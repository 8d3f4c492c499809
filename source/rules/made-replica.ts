import type {Evaluation, NextStep} from '../domain/finding.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {commandStats} from '../parse/info-fields.js';
import {count, seconds, utcClock} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {infoText} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {
	changeToOtherData,
	discardedKeys,
	forgetAddressSteps,
	isUnderSentinel,
	type RoleChange,
	roleChangeOf,
	sentinelOfPrimary,
} from './role-change.js';
import {clear, fires, rule} from './rule.js';

/** READONLY errors per second from which clients write to a node. A person at a prompt causes fewer. */
const leastErrors = 1;

/** Whether somebody misses the primary: clients whose writes fail, or keys that are gone since. */
function isMissed(facts: NodeFacts, {atMs}: RoleChange): boolean {
	const {earlier, sample, memory} = facts;
	const elapsedSeconds = ((sample?.elapsedMs ?? 0) - (earlier?.elapsedMs ?? 0)) / 1000;
	const errors = facts.errorIncrease('READONLY') ?? 0;
	return errors >= leastErrors * elapsedSeconds
		? errors > 0
		: (memory.keyDrop?.atMs ?? Number.NEGATIVE_INFINITY) >= atMs;
}

const evidenceOf = (facts: NodeFacts, {line}: RoleChange) => [
	...infoEvidence(
		facts,
		['replication', 'role'],
		['replication', 'master_host'],
		['replication', 'master_port'],
		['replication', 'master_link_status'],
	),
	...(line === undefined ? [] : [{name: 'its log', value: message`${nameOf('quote', line)}`}]),
];

/** A primary that was made a replica of a server with other data, which answers and replaces the data. */
function ofOtherData(facts: NodeFacts, isLinked: boolean): Evaluation {
	const change = changeToOtherData(facts);
	if (change === undefined || !isMissed(facts, change)) {
		return clear;
	}

	const target = nameOf('node', primaryNamedBy(facts.record) ?? '?');
	const ago = seconds(Math.max(0, facts.nowMs - change.atMs) / 1000);
	const watching = sentinelOfPrimary(facts);
	const by: Message = change.by === undefined ? '' : message` from ${change.by}`;
	const how: Message =
		watching !== undefined && (change.isBySentinel || change.line === undefined)
			? message`by sentinels of ${nameOf('primary', watching.group)}, `
			: change.line === undefined
				? ''
				: message`by REPLICAOF${by}, `;
	return fires('critical', {
		problem: message`was made a replica of ${target}`,
		detail: message`${how}${ago} ago`,
		reason: isLinked ? 'writes refused, its data replaced' : 'writes refused, its data is about to be replaced',
		effect: isLinked ? 'data-lost' : 'writes-refused',
		culprit: change.by === undefined ? undefined : {client: change.by, command: 'REPLICAOF'},
		evidence: evidenceOf(facts, change),
		meaning: isLinked
			? 'It was a primary. Now it has the keys of the other server instead of its own, and answers writes with READONLY.'
			: 'It was a primary. It answers writes with READONLY. It has its own keys until the full resync ends.',
		next: [
			redisCli(facts, 'REPLICAOF NO ONE'),
			hint(
				isLinked
					? 'that makes it a primary again: it takes writes, with the keys of the other server, without its own'
					: 'that makes it a primary again, at once with its own keys; then CONFIG REWRITE, if its config file has replicaof',
			),
			...(watching === undefined ? [] : forgetAddressSteps(watching)),
			...(isLinked ? discardedKeys(facts, change.atMs) : []),
			hint(message`do not send the clients to ${target}: it never was a replica of this node and has other data`),
			hint(message`if it was meant to move there: let the clients use ${target}`),
		],
		// Sentinels undo a promotion alone.
		action: watching === undefined ? 'promote' : undefined,
	});
}

/** What a replica that has got no data of another server keeps, in words. */
function keysText({sample}: NodeFacts): string {
	const keys = sample && keyCount(sample.info);
	return keys === undefined ? 'with its data' : `with the ${count(keys)} ${keys === 1 ? 'key' : 'keys'} that it has`;
}

/** The step about a deletion of all keys since the start. An intruder sends FLUSHALL before REPLICAOF. */
function flushedSteps({sample}: NodeFacts): readonly NextStep[] {
	const calls = sample && commandStats(sample.info).get('flushall')?.calls;
	return calls === undefined || calls === 0
		? []
		: [
				hint(
					`FLUSHALL ran ${calls === 1 ? 'once' : `${count(calls)} times`} since its start: keys that it deleted are in a backup, or in an RDB file from before`,
				),
			];
}

export const repMadeReplica = rule({
	id: 'rep.made_replica',
	scope: 'node',
	docs: {
		looksAt:
			'A primary was made a replica (REPLICAOF) of an address at which no server has ever answered, so that it refuses writes and gets no data: `master_link_down_since_seconds:-1`, with the change of its role as redis-top saw it or its log tells it. A typing error or an intruder is the usual reason. The rule also fires where that server answers, never was a replica of this node, and this node answers writes with READONLY or has lost its keys since.',
		since: '2.8',
		falsePositives: [
			'A replica whose primary dies had a link before. rep.link_down reports that.',
			'A planned failover makes a primary the replica of its own promoted replica. The history of the new primary tells it (`second_repl_offset`), and the rule is clear.',
			'A new server that is made a replica loses nothing. The rule needs clients whose writes fail, or keys that are gone.',
			'Sentinels choose the primary themselves. Under them the rule fires only where the new primary was never promoted: they took a new server for a replica whose address it has got.',
			'Clusters choose the primary themselves. The rule does not apply to their nodes.',
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
		if (!isDead) {
			return ofOtherData(facts, status === 'up');
		}

		const change = status === 'up' || !wasNeverUp ? undefined : roleChangeOf(facts);
		if (change === undefined || change.isBySentinel || isUnderSentinel(facts)) {
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
			evidence: evidenceOf(facts, change),
			meaning:
				'It was a primary. Now it refuses all writes, and once a server answers at that address, it discards its data for that of the other.',
			next: [
				redisCli(facts, 'REPLICAOF NO ONE'),
				hint(
					`that makes it a primary again, ${keysText(facts)}; then CONFIG REWRITE, if its config file has replicaof`,
				),
				...flushedSteps(facts),
				hint('if none of you did it: close the port to strangers and set a password, then look at dir and dbfilename'),
				redisCli(facts, 'CONFIG GET dir'),
			],
			action: 'promote',
		});
	},
});

export const madeReplicaRules = [repMadeReplica] as const;
