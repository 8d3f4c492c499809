import type {Evidence, Remedy} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {forgotten, forgottenAmong} from './forgotten-primary.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isSettling, roleGrace} from './replication-link.js';
import {type FleetFacts, fires, rule} from './rule.js';
import {monitoredGroups} from './sentinel-groups.js';
import {topWriter} from './writers.js';

export const repDiverged = rule({
	id: 'rep.diverged',
	scope: 'fleet',
	docs: {
		looksAt:
			'Two primaries share a replication history. The `master_replid2` of one is the `master_replid` of the other, or both have the same `master_replid2`. One that has read nothing from a primary since its start (`total_net_repl_input_bytes:0`) was a replica and started as a primary.',
		since: '4.0',
		falsePositives: [
			"Two primaries exist for a moment in every failover. For half a minute the finding is info: after a change of role, or while a sentinel lists one of the two as a replica that it reaches. It is critical after two seconds where none of the old primary's replicas acknowledges, because nothing then ends the state.",
			'Primaries of a cluster and of unrelated servers share no history. The rule leaves clusters out.',
		],
	},
	evaluate(fleet, _limits, heldMs) {
		const {nodes, deployment} = fleet;
		const primaries = [...nodes.values()].filter(
			({record, sample}) => record.role === 'primary' && sample !== undefined,
		);
		if (deployment === 'cluster' || primaries.length < 2) {
			return [];
		}

		const forgetting = forgottenAmong(primaries);
		if (forgetting !== undefined) {
			const {replica, primary} = forgetting;
			const isPassing =
				heldMs(replica.address, primary.address) < replica.limitsOf(roleGrace).seconds * 1000 &&
				isBySentinels([replica, primary], fleet);
			return [{...forgotten(forgetting, isPassing), node: replica.address, subject: primary.address}];
		}

		for (const [index, one] of primaries.entries()) {
			const peer = primaries.slice(index + 1).find(candidate => shareHistory(one, candidate));
			if (peer !== undefined) {
				const [former, promoted] = wasPromotedFrom(one, peer) ? [peer, one] : [one, peer];
				const held = heldMs(former.address, promoted.address);
				const isPassing =
					held < former.limitsOf(roleGrace).seconds * 1000 &&
					isFailingOver([former, promoted], fleet) &&
					!(held >= isolatedMs && isIsolated(former));
				return [
					{
						...diverged(former, promoted, isPassing, heldBySentinels([former, promoted], fleet)),
						node: former.address,
						subject: promoted.address,
					},
				];
			}
		}

		return [];
	},
});

/** Milliseconds for which both are primaries before their replicas' silence counts: one poll may see links that are ending. */
const isolatedMs = 2000;

/** Seconds without an acknowledgement from which a replica counts as silent: it acknowledges every second (rep.lag_ack). */
const silentSeconds = 5;

/**
Whether a primary answers redis-top, and none of the replicas that it lists acknowledges. In a failover the replicas close
their links. Links that stay without a word are cut, and so is the way by which Sentinels would make it a replica.
*/
function isIsolated({record, sample}: NodeFacts): boolean {
	const online = record.replicas.filter(({state}) => state === 'online');
	return (
		sample !== undefined &&
		record.failure === undefined &&
		record.pendingSinceMs === undefined &&
		online.length > 0 &&
		online.every(({ackAgeSeconds}) => ackAgeSeconds !== undefined && ackAgeSeconds > silentSeconds)
	);
}

/**
Of two primaries, the one that Sentinels hold with the newest configuration epoch. A Sentinel that is cut off holds the
former one with an older epoch, and takes over the newest as soon as it hears of it. Undefined if no Sentinel that answers
watches one of the two, or if epochs do not decide. Source: Sentinel documentation, "Configuration epochs".
*/
function heldBySentinels(pair: readonly NodeFacts[], fleet: FleetFacts): NodeAddress | undefined {
	const told = monitoredGroups(fleet)
		.flatMap(({reports}) => reports.map(({primary}) => primary))
		.filter(({address}) => pair.some(facts => facts.address === address));
	const newest = Math.max(...told.map(({configEpoch = 0}) => configEpoch));
	const [only, ...others] = new Set(
		told.filter(({configEpoch = 0}) => configEpoch === newest).map(({address}) => address),
	);
	return others.length === 0 ? only : undefined;
}

/** Flags that a Sentinel sets on a node which it does not reach, so that it cannot turn the node into a replica. */
const outOfReach = ['s_down', 'o_down', 'disconnected'];

/**
Whether two primaries of one history may be in the middle of a failover. Sentinels then turn one of them into a replica,
without help.
*/
const isFailingOver = (pair: readonly NodeFacts[], fleet: FleetFacts): boolean =>
	pair.some(isSettling) || isBySentinels(pair, fleet);

/** Whether Sentinels are about to turn one of two primaries into a replica. */
function isBySentinels(pair: readonly NodeFacts[], fleet: FleetFacts): boolean {
	const isOfPair = (address: NodeAddress) => pair.some(facts => facts.address === address);
	return monitoredGroups(fleet).some(({reports}) =>
		reports.some(
			({primary: {address, flags, replicas = []}}) =>
				(isOfPair(address) && flags.has('failover_in_progress')) ||
				replicas.some(replica => isOfPair(replica.address) && !outOfReach.some(flag => replica.flags.has(flag))),
		),
	);
}

/** Pattern of `master_replid2` on a server that never changed its history: only zeros. */
const noHistory = /^0*$/;

const shareHistory = (one: NodeFacts, other: NodeFacts): boolean =>
	one.sample !== undefined &&
	other.sample !== undefined &&
	isOneHistory(replicationIds(one.sample), replicationIds(other.sample));

function isOneHistory(a: ReplicationIds, b: ReplicationIds): boolean {
	const same = (x: string | undefined, y: string | undefined) => x !== undefined && x === y && !noHistory.test(x);
	return same(a.now, b.before) || same(b.now, a.before) || same(a.before, b.before);
}

/** Whether a primary was a replica of the other until it was promoted. */
const wasPromotedFrom = (one: NodeFacts, other: NodeFacts): boolean =>
	one.sample !== undefined &&
	other.sample !== undefined &&
	replicationIds(one.sample).before === replicationIds(other.sample).now;

type ReplicationIds = {readonly now: string | undefined; readonly before: string | undefined};

const replicationIds = ({info}: NodeSample): ReplicationIds => ({
	now: info.text('replication', 'master_replid'),
	before: info.text('replication', 'master_replid2'),
});

/**
Another primary that was promoted from a replica and continues this node's replication history; undefined if there is
none.
*/
export function promotedBeside({address, sample, nodes}: NodeFacts): NodeAddress | undefined {
	const own = sample && replicationIds(sample).now;
	const other = [...nodes.values()].find(
		record =>
			record.address !== address &&
			record.role === 'primary' &&
			record.sample !== undefined &&
			own !== undefined &&
			!noHistory.test(own) &&
			replicationIds(record.sample).before === own,
	);
	return other?.address;
}

/**
The finding on two primaries of one history.

@param held The one of the two that Sentinels hold for the primary; undefined without Sentinels, or if they disagree.
*/
function diverged(one: NodeFacts, other: NodeFacts, isPassing: boolean, held: NodeAddress | undefined) {
	const isReplaced = !isPassing && held === other.address;
	const history = (facts: NodeFacts): Evidence[] => [
		{name: 'primary', value: message`${nodeName(facts.address)}`},
		...(['master_replid', 'master_replid2', 'second_repl_offset', 'master_repl_offset'] as const).flatMap(name => {
			const value = facts.text('replication', name);
			return value === undefined ? [] : [{name, value}];
		}),
	];
	return fires(isPassing ? 'info' : 'critical', {
		problem: message`and ${nodeName(other.address)} are both primaries of the same data`,
		reason: isReplaced
			? message`sentinels hold ${nodeName(other.address)}, what ${nodeName(one.address)} takes will be lost`
			: 'they share a replication history',
		effect: isPassing ? undefined : 'data-at-risk',
		nodes: [one.address, other.address],
		evidence: [...history(one), ...history(other)],
		meaning:
			'Each accepts writes that the other lacks. Whichever becomes a replica loses its own writes since second_repl_offset.',
		...(isReplaced && isIsolated(one)
			? replacedSteps(one, other)
			: {
					next: [
						hint('stop writes to one of them first; decide by master_repl_offset and by which one your clients use'),
						hint('save the one that will lose (BGSAVE, copy its RDB file to a safe place) before REPLICAOF'),
						redisCli(other, 'INFO replication'),
					],
					// Where Sentinels hold the promoted one, the former follows it, whichever has more writes.
					...(isPassing
						? {}
						: {
								action: 'replicaof',
								remedy: isReplaced ? {node: one.address, value: other.address} : loserOf(one, other),
							}),
				}),
	});
}

/**
What to do about a primary that was replaced and is cut off from its replicas. No REPLICAOF is offered: it would discard the
writes before they are saved, and Sentinels send it as soon as they reach the node.
*/
function replacedSteps(former: NodeFacts, promoted: NodeFacts) {
	const writer = topWriter(former);
	const takers = writer === undefined ? '' : message` (${writer.text})`;
	return {
		next: [
			hint(message`stop writes to ${nodeName(former.address)}: they are lost when it becomes a replica${takers}`),
			redisCli(former, 'CONFIG SET min-replicas-to-write 1'),
			hint('it then refuses writes, as no replica acknowledges; set it back to 0 when the network is repaired'),
			redisCli(former, 'BGSAVE'),
			hint('copy that RDB file to a safe place before the network is repaired: it has the writes that the other lacks'),
			hint(
				message`then repair the network between ${nodeName(former.address)} and ${nodeName(promoted.address)}: Sentinels make it a replica`,
			),
		],
	};
}

/**
The remedy for two primaries of one history: the primary with fewer writes since the split of the histories should
replicate from the other. Undefined if the number of writes is unknown.
*/
function loserOf(one: NodeFacts, other: NodeFacts): Remedy | undefined {
	const partingOffset = (facts: NodeFacts) => {
		const offset = facts.number('replication', 'second_repl_offset') ?? -1;
		return offset < 0 ? undefined : offset;
	};
	const writesSince = (facts: NodeFacts, peer: NodeFacts) => {
		const offset = facts.number('replication', 'master_repl_offset');
		const from = partingOffset(facts) ?? partingOffset(peer);
		return offset === undefined || from === undefined ? undefined : offset - from;
	};
	const [ofOne, ofOther] = [writesSince(one, other), writesSince(other, one)];
	if (ofOne === undefined || ofOther === undefined || ofOne === ofOther) {
		return undefined;
	}

	const [loser, winner] = ofOne < ofOther ? [one, other] : [other, one];
	return {node: loser.address, value: winner.address};
}

export const twoPrimariesRules = [repDiverged] as const;
