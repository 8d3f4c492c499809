import {commandOf} from '../derive/command-name.js';
import type {Statement} from '../domain/finding.js';
import {message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {milliseconds, seconds} from '../text/units.js';
import {loggedClient} from './client-names.js';
import {type FailoverGroup, failoverGroups, failoverWindowMs as windowMs} from './failover-groups.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/** Milliseconds after the last failover for which the repetition counts as lasting. */
const lastingMs = 180_000;

/**
When the node became a primary within ten minutes, in milliseconds since the epoch. Redis-top saw the new role, or the
log of the server on this machine tells of it.
*/
function promotionsOf({memory, record: {host}, nowMs}: NodeFacts): readonly number[] {
	const isRecent = (atMs: number) => nowMs - atMs <= windowMs && atMs <= nowMs;
	const logged = (host?.value.kind === 'here' ? (host.value.log?.happened ?? []) : [])
		.filter(({id, atMs}) => id === 'won-failover' && isRecent(atMs))
		.flatMap(({atMs, count}) => Array.from({length: count}, () => atMs));
	const seen = memory.promotedAtMs.filter(isRecent);
	return logged.length > seen.length ? logged : seen;
}

type Culprit = {readonly entry: SlowlogEntry; readonly facts: NodeFacts};

/** The longest command within ten minutes that held a primary for longer than the others wait for it. */
function culpritIn({members, limit: {ms}}: FailoverGroup): Culprit | undefined {
	if (ms === undefined) {
		return undefined;
	}

	return members
		.flatMap(facts => {
			const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
			return (facts.record.slowlog?.value.entries ?? [])
				.filter(({atMs, durationMicroseconds}) => serverMs - atMs <= windowMs && durationMicroseconds >= ms * 1000)
				.map(entry => ({entry, facts}));
		})
		.toSorted((one, other) => other.entry.durationMicroseconds - one.entry.durationMicroseconds)[0];
}

/** The problem and its reason, with the command and the client first where they are known. */
function statementOf(
	group: FailoverGroup,
	culprit: Culprit | undefined,
	times: number,
): Pick<Statement, 'problem' | 'reason'> {
	if (culprit === undefined) {
		return {problem: message`${group.name} was failed over ${times} times`};
	}

	const {entry} = culprit;
	const {name, ms = 0} = group.limit;
	const client = loggedClient(entry);
	const who = client === undefined ? '' : message` from ${client}`;
	return {
		problem: message`${commandOf(entry)}${who} makes ${group.name} fail over, ${times} times`,
		reason: message`it held the primary for ${milliseconds(entry.durationMicroseconds / 1000)}, longer than ${name} (${milliseconds(ms)})`,
	};
}

export const repFailovers = rule({
	id: 'rep.failovers',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule counts how often nodes of one Sentinel group, or of one shard, became the primary within ten minutes: by the roles that redis-top saw, and by the logs of the servers on this machine. A command of the slow log that ran for longer than `down-after-milliseconds` or `cluster-node-timeout` is named as the cause.',
		since: 'any',
		falsePositives: [
			'Planned work fails over several times. Without such a command the finding is a warning from five failovers on.',
			'The repetition may be over. The finding ends three minutes after the last failover.',
		],
	},
	thresholds: {
		count: {value: 3, unit: 'count', source: 'failovers in ten minutes; a planned restart of all nodes takes two'},
		planned: {value: 5, unit: 'count', source: 'failovers in ten minutes without a known cause'},
	},
	raiseAfter: 1,
	evaluate(fleet, limits): FleetEvaluation[] {
		const promoted = new Map<NodeAddress, readonly number[]>();
		for (const facts of fleet.nodes.values()) {
			const times = promotionsOf(facts);
			if (times.length > 0) {
				promoted.set(facts.address, times);
			}
		}

		if (promoted.size === 0) {
			return [];
		}

		return failoverGroups(fleet).flatMap(group => {
			const times = group.members.flatMap(({address}) => promoted.get(address) ?? []).toSorted((a, b) => a - b);
			const [first, last] = [times[0], times.at(-1)];
			const address = group.members[0]?.address;
			if (first === undefined || last === undefined || fleet.nowMs - last > lastingMs) {
				return [];
			}

			const culprit = culpritIn(group);
			const fewest = culprit === undefined ? limits(address).planned : limits(address).count;
			if (times.length < fewest) {
				return [];
			}

			const firing = fires(culprit === undefined ? 'warning' : 'critical', {
				...statementOf(group, culprit, times.length),
				detail: `in ${seconds(Math.max(1, Math.ceil((fleet.nowMs - first) / 1000)))}`,
				effect: 'not-responding',
				culprit: culprit && {
					command: commandOf(culprit.entry),
					client: loggedClient(culprit.entry),
					node: culprit.facts.address,
				},
				nodes: group.members.map(({address}) => address),
				evidence: [
					{name: 'failovers in ten minutes', value: times.length, unit: 'count'},
					...(culprit === undefined
						? []
						: [
								{
									name: commandOf(culprit.entry),
									value: culprit.entry.durationMicroseconds / 1000,
									unit: 'milliseconds' as const,
								},
							]),
					...(group.limit.ms === undefined
						? []
						: [{name: group.limit.name, value: group.limit.ms, unit: 'milliseconds' as const}]),
				],
				meaning:
					'Each failover costs the clients their connections and some writes, and the former primary a resync of its data.',
				next: [
					...(culprit === undefined
						? []
						: [
								hint(
									message`stop ${loggedClient(culprit.entry) ?? 'the client that sends it'}, or let its ${commandOf(culprit.entry)} take smaller steps`,
								),
								...group.longer(culprit.entry.durationMicroseconds / 1000),
								redisCli(culprit.facts, 'SLOWLOG GET 10'),
							]),
					...(culprit === undefined ? [hint('find what stops the primary again and again: 0 lists the events')] : []),
				],
			});
			return [{...firing, subject: group.subject}];
		});
	},
});

export const repeatedFailoverRules = [repFailovers] as const;
