import {isPrimaryLine, type ReadView, slotsIn} from '../cluster/node-view.js';
import {serverProduct} from '../derive/server-product.js';
import type {LastingLine} from '../domain/cluster.js';
import {message, nodeName} from '../domain/message.js';
import {askNode, nodeNames} from './cluster-findings.js';
import {answerMissing} from './needs.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/**
Releases of Valkey in which a replica cannot win an election while other nodes take it for a primary. So the slots of a
killed primary stay unserved. Source: https://github.com/valkey-io/valkey/pull/2811
*/
const electionFaults: readonly string[] = ['8.0.10', '8.1.9', '9.0.5', '9.1.0'];

/** Whether a cluster view flags the node as failing (FAIL or PFAIL), or lacks the node's address. */
const isFailing = ({flags}: LastingLine): boolean => flags.has('fail') || flags.has('fail?') || flags.has('noaddr');

export const cluRoleLie = rule({
	id: 'clu.role_lie',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'A node calls itself a replica (`myself,slave`), and other nodes list it as `master` without slots. The rule compares the CLUSTER NODES of all nodes that answer.',
		since: '3.0',
		falsePositives: [
			'Nodes learn of a new role one after the other. The condition must hold for half a minute.',
			'A view that flags the node as failing is out of date. The rule leaves it out.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate: ({comparison: {views}}, fleet) =>
		views.flatMap(({self, address}): FleetEvaluation[] => {
			if (isPrimaryLine(self)) {
				return [];
			}

			const others = views.filter(view => view.address !== address && listsAsPrimary(view, self.id));
			const [first] = others;
			if (first === undefined) {
				return [];
			}

			const info = fleet.nodes.get(address)?.sample?.info;
			const version = info && serverProduct(info)?.version;
			const isFaulty = version !== undefined && electionFaults.includes(version);
			return [
				{
					...fires(isFaulty ? 'critical' : 'warning', {
						problem: 'is a replica that others take for a primary',
						detail: message`so say ${nodeNames(others.map(each => each.address))}`,
						reason: isFaulty ? `version ${version} has a fault that keeps it from being elected` : undefined,
						effect: 'failover-impossible',
						nodes: [address, ...others.map(each => each.address)],
						evidence: [
							{name: 'its own flags', value: [...self.flags].join(',')},
							{
								name: 'flags at the others',
								value: [...(first.lines.get(self.id)?.flags ?? [])].join(','),
							},
						],
						meaning:
							'Nodes vote only for a replica of the failed primary. While they do not list it as one, it cannot take the slots over.',
						next: [
							askNode(fleet, first.address, 'CLUSTER NODES'),
							hint('restart the replica: it announces its role again when it joins'),
							...(isFaulty ? [hint('update: the next release of each line has the fix')] : []),
						],
					}),
					node: address,
				},
			];
		}),
});

function listsAsPrimary({lines}: ReadView, id: LastingLine['id']): boolean {
	const line = lines.get(id);
	return line !== undefined && isPrimaryLine(line) && line.slots.length === 0 && !isFailing(line);
}

export const cluOrphanReplica = rule({
	id: 'clu.orphan_replica',
	scope: 'cluster',
	docs: {
		looksAt:
			'A replica follows a node that failed, is unknown or has no address, while that node has no slots any more: another one took them over. The rule reads the own line of each replica in CLUSTER NODES.',
		since: '3.0',
		falsePositives: [
			'After a failover the other replicas turn to the new primary within a few seconds. The condition must hold for half a minute.',
			'A failed primary that still owns its slots is reported by clu.node_fail. The rule leaves it out.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate: ({comparison}, fleet) =>
		comparison.views.flatMap(({self, address, lines}): FleetEvaluation[] => {
			if (isPrimaryLine(self) || self.primaryId === undefined) {
				return [];
			}

			const primary = lines.get(self.primaryId);
			const isGone = primary === undefined || isFailing(primary);
			const ownsSlots = primary !== undefined && primary.slots.length > 0;
			if (!isGone || ownsSlots || comparison.viewOf.has(self.primaryId)) {
				return [];
			}

			const gone = primary && comparison.nameOf(self.primaryId);
			return [
				{
					...fires('warning', {
						problem:
							gone === undefined
								? 'follows a node that it does not list any more'
								: message`follows ${nodeName(gone)}, which is gone`,
						reason: 'another node has its slots now',
						effect: 'reads-stale',
						nodes: gone === undefined ? [address] : [address, gone],
						evidence: [
							{name: 'its primary', value: self.primaryId},
							{name: 'flags of that node', value: primary === undefined ? 'not listed' : [...primary.flags].join(',')},
						],
						meaning: 'It gets no new data, replaces nobody, and its own shard has one replica less.',
						next: [
							askNode(fleet, address, 'CLUSTER NODES'),
							hint('on the replica: CLUSTER REPLICATE with the id of the primary that has the slots now'),
						],
					}),
					node: address,
				},
			];
		}),
});

export const cluTwoPrimaries = rule({
	id: 'clu.two_primaries',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'Two nodes call themselves a primary (`myself,master`) and name the same shard in CLUSTER MYSHARDID. Without a fault a shard has one primary. Two primaries that claim the same slots are reported by clu.split.',
		since: '7.2',
		falsePositives: [
			'A failover makes a node a primary before the old one is a replica. The condition must hold for half a minute.',
			'A shard id that was read before the role changed may be the one of the old shard. It does not count.',
			'A replica that was reset (CLUSTER RESET SOFT) keeps the shard of its old primary. It is a second primary there until it replicates again.',
		],
	},
	raiseAfterMs: 30_000,
	countsAtOnce: true,
	evaluate({comparison: {views, claims}}, fleet) {
		const primaries = views.filter(({self}) => isPrimaryLine(self));
		const told = primaries.flatMap(view => {
			const facts = fleet.nodes.get(view.address);
			const shard = facts?.record.shardId;
			const changedAtMs = facts?.memory.roleChangedAtMs ?? 0;
			return shard === undefined || shard.atMs < changedAtMs ? [] : [{view, shard: shard.value}];
		});
		const [first] = primaries;
		const facts = first && fleet.nodes.get(first.address);
		if (told.length === 0 && facts !== undefined) {
			return [{...shardMissing(facts), node: facts.address}];
		}

		const isContested = (ids: ReadonlySet<string>): boolean =>
			claims.contested.some(({claimants}) => claimants.filter(id => ids.has(id)).length > 1);
		return [...Map.groupBy(told, ({shard}) => shard)].flatMap(([shard, those]): FleetEvaluation[] =>
			those.length < 2 || isContested(new Set(those.map(({view}) => view.self.id)))
				? []
				: [
						twoPrimaries(
							shard,
							those.map(({view}) => view),
							fleet,
						),
					],
		);
	},
});

const shardMissing = answerMissing('CLUSTER MYSHARDID');

/** @param views The views of the primaries of one shard, owners of slots first. */
function twoPrimaries(shard: string, views: readonly ReadView[], fleet: FleetFacts): FleetEvaluation {
	const ranked = views.toSorted(
		(one, other) =>
			slotsIn(other.self.slots) - slotsIn(one.self.slots) || other.self.configEpoch - one.self.configEpoch,
	);
	const [owner, second] = ranked;
	const others = ranked.slice(1);
	const isIdle = others.every(({self}) => self.slots.length === 0);
	const ownerName = owner === undefined ? '-' : nodeName(owner.address);
	return {
		...fires('warning', {
			problem: isIdle
				? 'is a second primary without slots in its shard'
				: 'is a second primary with slots in its shard',
			detail: message`beside ${ownerName}`,
			effect: isIdle ? 'failover-impossible' : undefined,
			nodes: ranked.map(({address}) => address),
			evidence: ranked.map(({address, self}) => ({
				name: `primary ${ranked.findIndex(each => each.address === address) + 1}`,
				value: message`${nodeName(address)}, epoch ${self.configEpoch}, ${slotsIn(self.slots)} slots`,
			})),
			meaning: isIdle
				? 'It takes no writes, replicates nothing and replaces nobody, so the shard has one replica less than it seems. Clients that read CLUSTER SHARDS may ask the wrong node.'
				: 'Clients that read CLUSTER SHARDS take one of them for the owner of all slots of the shard. A failover in this shard may take the slots of the wrong one.',
			next: [
				...(isIdle && owner !== undefined
					? [
							askNode(fleet, second?.address, `CLUSTER REPLICATE ${owner.self.id}`),
							hint('only if it holds nothing of worth: its data is replaced by that of the primary'),
						]
					: [
							hint(
								'give each of them a shard of its own: move the slots of one, CLUSTER RESET HARD and CLUSTER MEET on it',
							),
						]),
				askNode(fleet, owner?.address, 'CLUSTER SHARDS'),
			],
		}),
		node: second?.address,
		subject: `shard ${shard.slice(0, 8)}`,
	};
}

export const clusterRoleRules = [cluRoleLie, cluOrphanReplica, cluTwoPrimaries] as const;
