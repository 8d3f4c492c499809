import {commandOf} from '../derive/command-name.js';
import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {bytes, milliseconds, seconds} from '../text/units.js';
import {loggedClient} from './client-names.js';
import {type FailoverGroup, failoverGroups} from './failover-groups.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {titleKeyOf} from './one-key-commands.js';
import {hasWaited} from './own-slowness.js';
import {type Promotion, promotionsIn} from './promoted.js';
import {nodesAhead, repPromotedBehind, savingSteps} from './replication-loss.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/** Milliseconds after a failover for which its cause is told: the same job may hold the new primary next. */
const lastingMs = 180_000;

/** Tolerance between two clocks, milliseconds. The slow log has whole seconds. */
const slackMs = 2000;

/**
Milliseconds from the end of what held the primary to the last moment at which the failover that it caused is reported. A
failover that has begun goes on when the primary answers again. The new primary reports it at once, and Sentinels when all
replicas follow it.
*/
const afterMs: Readonly<Record<Promotion['source'], number>> = {
	'its role': 4000,
	'its log': 4000,
	'its Sentinels': 10_000,
	'the log of a Sentinel': 10_000,
};

/** What held the main thread of a primary: for how long, and until when by redis-top's clock, milliseconds. */
type Hold = {
	readonly what: Message;
	readonly tookMs: number;
	readonly endMs: number;
	readonly culprit: Omit<Culprit, 'node'>;
	readonly next: readonly NextStep[];
	/** The server's own name of the reading. */
	readonly source: string;
};

/** What a server's logs and INFO tell that held its main thread for as long as a limit. */
function holdsOf(facts: NodeFacts, limitMs: number): readonly Hold[] {
	const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
	const ourClock = (atMs: number) => atMs + facts.nowMs - serverMs;
	const commands = (facts.record.slowlog?.value.entries ?? [])
		.filter(entry => entry.durationMicroseconds >= limitMs * 1000 && !hasWaited(facts, entry))
		.map((entry): Hold => {
			const [command, client, key] = [commandOf(entry), loggedClient(entry), titleKeyOf(entry.arguments)];
			const who = client === undefined ? '' : message` from ${client}`;
			return {
				what: message`${command}${who}`,
				tookMs: entry.durationMicroseconds / 1000,
				endMs: ourClock(entry.atMs),
				culprit: {command, client},
				next: [
					hint(
						message`stop ${client ?? 'the client that sends it'}, or let its ${command}${key === undefined ? '' : message` of ${key}`} take smaller steps or ask a replica`,
					),
				],
				source: command,
			};
		});
	return commands.length > 0 ? commands : forksOf(facts, limitMs, ourClock);
}

/** The last fork of a server, if it took as long as a limit. The child's start is known while it runs, and after a save. */
function forksOf(facts: NodeFacts, limitMs: number, ourClock: (atMs: number) => number): readonly Hold[] {
	const tookMs = (facts.number('stats', 'latest_fork_usec') ?? 0) / 1000;
	const number = (field: string) => facts.number('persistence', field) ?? -1;
	const runsSeconds = Math.max(number('rdb_current_bgsave_time_sec'), number('aof_current_rewrite_time_sec'));
	const lastSeconds = number('rdb_last_bgsave_time_sec');
	const atMs =
		runsSeconds >= 0
			? facts.nowMs - runsSeconds * 1000
			: lastSeconds >= 0
				? ourClock((number('rdb_last_save_time') - lastSeconds) * 1000)
				: undefined;
	return tookMs < limitMs || atMs === undefined
		? []
		: [
				{
					what: 'a fork',
					tookMs,
					endMs: atMs,
					culprit: {},
					next: [hint('save on a replica, or at quiet times; keep less data in one server, and huge pages off')],
					source: 'latest_fork_usec',
				},
			];
}

/** Whether a node was the primary until the promotion, and not one of the replicas. */
function wasPrimaryUntil(facts: NodeFacts, {atMs, from}: Promotion, {members, turned}: FailoverGroup): boolean {
	if (from !== undefined) {
		return from === facts.address;
	}

	const {role, host} = facts.record;
	const isNear = (other: number | undefined) => other !== undefined && other >= atMs - slackMs && other <= facts.nowMs;
	const remarks = host?.value.kind === 'here' ? (host.value.log?.remarks ?? []) : [];
	return (
		members.length === 2 ||
		role === 'primary' ||
		isNear(facts.memory.roleChangedAtMs) ||
		isNear(turned.get(facts.address)) ||
		remarks.some(remark => (remark.id === 'was-primary' || remark.id === 'became-replica') && isNear(remark.atMs))
	);
}

/** The longest hold of the former primary in which the others began to replace it, and that primary. */
function causeOf(group: FailoverGroup, promoted: NodeAddress, promotion: Promotion) {
	const {ms: limitMs} = group.limit;
	if (limitMs === undefined) {
		return undefined;
	}

	return group.members
		.filter(facts => facts.address !== promoted && wasPrimaryUntil(facts, promotion, group))
		.flatMap(facts =>
			holdsOf(facts, limitMs)
				.filter(
					({endMs, tookMs}) =>
						promotion.atMs >= endMs - tookMs + limitMs - slackMs && promotion.atMs <= endMs + afterMs[promotion.source],
				)
				.map(hold => ({hold, facts})),
		)
		.toSorted((one, other) => other.hold.tookMs - one.hold.tookMs)[0];
}

export const repFailedOver = rule({
	id: 'rep.failed_over',
	scope: 'fleet',
	docs: {
		looksAt:
			'A primary that lives was replaced, because its main thread was held for longer than `down-after-milliseconds` or `cluster-node-timeout`. The rule compares the time of the promotion, as for `rep.promoted`, with the slow log of the former primary, and with `latest_fork_usec`.',
		since: 'any',
		falsePositives: [
			'A planned failover follows no such command. The promotion must fall between the moment at which the limit had passed and four seconds after the command, ten where only Sentinels tell of it.',
			'A replica may run long commands while its primary is replaced. Only the former primary counts.',
			'A command whose thread had no processor is not slow by itself, so it does not count.',
		],
	},
	raiseAfter: 1,
	evaluate(fleet): FleetEvaluation[] {
		const promotions = [...promotionsIn(fleet)].filter(([, {atMs}]) => fleet.nowMs - atMs <= lastingMs);
		if (promotions.length === 0) {
			return [];
		}

		const all = [...fleet.nodes.values()];
		const groups = failoverGroups(fleet);
		return promotions.flatMap(([address, promotion]): FleetEvaluation[] => {
			const promoted = fleet.nodes.get(address);
			const group = groups.find(({members}) => members.some(member => member.address === address));
			const cause = group && causeOf(group, address, promotion);
			if (promoted === undefined || group === undefined || cause === undefined) {
				return [];
			}

			const {hold, facts: former} = cause;
			const ahead = nodesAhead(promoted, all, promoted.limitsOf(repPromotedBehind).bytes);
			const lost = ahead[0]?.lost;
			const took = milliseconds(hold.tookMs);
			const briefly = message`was failed over: ${hold.what}`;
			const agoSeconds = Math.max(0, fleet.nowMs - promotion.atMs) / 1000;
			const evidence: readonly Evidence[] = [
				{name: hold.source, value: hold.tookMs, unit: 'milliseconds'},
				{name: group.limit.name, value: group.limit.ms ?? 0, unit: 'milliseconds'},
				{name: 'promoted', value: agoSeconds, unit: 'seconds'},
				...(lost === undefined ? [] : [{name: 'writes lost', value: lost, unit: 'bytes' as const}]),
			];
			return [
				{
					...fires(lost === undefined ? 'warning' : 'critical', {
						// The culprit is in the problem, because line 2 leaves out what does not fit.
						problem: message`was failed over to ${nodeName(address)}: ${hold.what} held it for ${took}`,
						briefProblems: [message`${briefly} held it for ${took}`, message`${briefly} held it`, briefly],
						detail: message`longer than ${group.limit.name} (${milliseconds(group.limit.ms ?? 0)})${lost === undefined ? '' : `, ${bytes(lost)} of writes lost`}, ${seconds(agoSeconds)} ago`,
						tells: 'moment',
						effect: lost === undefined ? 'slow' : 'data-lost',
						culprit: {...hold.culprit, node: former.address},
						nodes: [former.address, address],
						evidence,
						meaning:
							'Its process lives and only gave no answer. What held it can hold the new primary next, and causes another failover there.',
						next: [
							...savingSteps(ahead),
							...hold.next,
							hint(message`it can hold ${nodeName(address)} next, which is the primary now`),
							...group.writers,
							...group.longer(hold.tookMs),
							redisCli(former, 'SLOWLOG GET 10'),
						],
					}),
					node: former.address,
				},
			];
		});
	},
});

export const failedOverRules = [repFailedOver] as const;
