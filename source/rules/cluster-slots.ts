import {takeOver} from '../cluster/failover-candidates.js';
import {isOneSided, oneSidedAfterMs} from '../cluster/migrations.js';
import {seesMajority} from '../cluster/node-view.js';
import {durationText, rangesText} from '../cluster/verdict-words.js';
import {count, grouped, percent} from '../text/units.js';
import {skewsOf} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, clusterRule, thresholdFor} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
Slots whose owner a majority holds failed, as the nodes count them (`cluster_slots_fail`). Since 3.0. Of the nodes that reach
a majority: in a minority everybody else has failed.
*/
export const cluSlotsFail = clusterRule('clu.slots_fail', (watch, fleet) => {
	const {comparison} = watch;
	const counts = comparison.views.filter(seesMajority).map(({address}) => ({
		address,
		slots: Number(fleet.nodes.get(address)?.record.clusterInfo?.value.get('cluster_slots_fail') ?? 0),
	}));
	const worst = counts.toSorted((a, b) => b.slots - a.slots)[0];
	return worst === undefined || !(worst.slots > 0)
		? []
		: [
				fires('critical', {
					problem: `${grouped(worst.slots)} slots are on failed nodes`,

					evidence: [{name: 'cluster_slots_fail', value: worst.slots}],
					meaning: 'Their keys are down until a replica is promoted or the node is back.',
					next: [
						askNode(fleet, worst.address, 'CLUSTER NODES'),
						hint('bring the node back, or promote a replica: CLUSTER FAILOVER FORCE'),
					],
					...takeOver(watch),
				}),
			];
});

/**
Slots on nodes that are suspected, for longer than half a node timeout (`cluster_slots_pfail`). Since 3.0; one node's own
opinion.
*/
export const cluSlotsPfail = clusterRule('clu.slots_pfail', ({comparison, nodeTimeoutMs}, fleet, heldMs) => {
	const counts = comparison.views.filter(seesMajority).map(({address}) => ({
		address,
		slots: Number(fleet.nodes.get(address)?.record.clusterInfo?.value.get('cluster_slots_pfail') ?? 0),
	}));
	const worst = counts.toSorted((a, b) => b.slots - a.slots)[0];
	return worst === undefined || !(worst.slots > 0)
		? []
		: [
				fires(heldMs() >= nodeTimeoutMs / 2 ? 'warning' : 'info', {
					problem: `${grouped(worst.slots)} slots are on nodes that ${worst.address} suspects`,

					evidence: [{name: 'cluster_slots_pfail', value: worst.slots}],
					meaning: 'If a majority agrees they are held failed, and a replica is elected.',
					next: [askNode(fleet, worst.address, 'CLUSTER NODES'), hint('look at the link between them')],
				}),
			];
});

/**
Slots that stay open: on one side only, or without a key moving for ten minutes. Since 3.0. A big slot takes minutes; between
the two SETSLOTs of an ordinary move lie milliseconds. A single look counts: that it falls between them is unlikely.
*/
export const cluMigrating = clusterRule(
	'clu.migrating',
	({comparison: {nameOf}, moves, atMs}, fleet) =>
		moves
			.filter(move => move.problem !== undefined || isOneSided(move))
			.map(({slot, source, target, problem, isMigrating, keysLeft, sinceMs, movedAtMs}) => {
				const missing =
					isMigrating === false ? `${nameOf(source)} is not giving it` : `${nameOf(target)} is not taking it`;
				const what =
					problem !== 'stuck' ? `one-sided: ${missing}` : `stuck: no key moved for ${durationText(atMs - movedAtMs)}`;
				return {
					...fires(problem === 'stuck' ? 'warning' : 'critical', {
						problem: `slot ${slot} from ${nameOf(source)} to ${nameOf(target)} is ${what}`,

						evidence: [
							{name: 'open for', value: (atMs - sinceMs) / 1000, unit: 'seconds' as const},
							...(keysLeft === undefined ? [] : [{name: 'keys left', value: keysLeft, unit: 'count' as const}]),
						],
						meaning: 'Clients get ASK and TRYAGAIN for its keys, and some of them may be on either side.',
						next: [
							askNode(fleet, nameOf(source), '--cluster fix'),
							hint('an interrupted resharding: finish it, or close it with CLUSTER SETSLOT STABLE on both sides'),
						],
						action: 'cluster-setslot-stable',
						remedy: {node: nameOf(isMigrating === true ? source : target), value: String(slot)},
					}),
					subject: `slot ${slot}`,
				};
			}),
	{raiseAfterMs: oneSidedAfterMs, countsAtOnce: true},
);

/**
A migration that the servers run themselves failed, or has not moved for a minute: Valkey >= 9.0 CLUSTER GETSLOTMIGRATIONS,
Redis >= 8.4 CLUSTER MIGRATION STATUS. The log keeps ended ones; a failure counts for ten minutes.
*/
export const cluAsm = clusterRule('clu.asm', ({migrations, atMs}, fleet) => {
	const newsSeconds = thresholdFor(fleet, undefined, 'clu.asm.news');
	const silentSeconds = thresholdFor(fleet, undefined, 'clu.asm.silent');
	return migrations.flatMap(({name, slots, state, message, updatedMs}) => {
		const silentMs = updatedMs === undefined ? 0 : atMs - updatedMs;
		const hasFailed = /^fail/i.test(state) && silentMs <= newsSeconds * 1000;
		const isSilent = !/^(?:success|completed|fail|cancel)/i.test(state) && silentMs > silentSeconds * 1000;
		const how = hasFailed
			? `failed${message === '' ? '' : `: ${message}`}`
			: `is ${state} and has not moved for ${durationText(silentMs)}`;
		return hasFailed || isSilent
			? [
					{
						...fires('warning', {
							problem: `migration of slots ${rangesText(slots)} ${how}`,

							evidence: [
								{name: 'state', value: state},
								{name: 'last update', value: silentMs / 1000, unit: 'seconds' as const},
							],
							meaning: 'The slots stay with their source; what was copied is thrown away.',
							next: [
								askNode(fleet, undefined, 'CLUSTER GETSLOTMIGRATIONS'),
								hint('read the logs of source and target, and start it again'),
							],
						}),
						subject: name,
					},
				]
			: [];
	});
});

/**
Slots that lie unevenly: (most - least) / mean. Since 3.0. May be meant; redis-cli's own 2 % would cry at every resharding.
*/
export const cluSlotSkew = clusterRule('clu.slot_skew', (_, fleet) =>
	skewsOf(topologyOf(recordsIn(fleet)))
		.filter(({of, ratio, most}) => of === 'slots' && ratio > thresholdFor(fleet, most.address, 'clu.slot_skew.share'))
		.map(({ratio, most, mostValue, least, leastValue}) =>
			fires('info', {
				problem: `slots lie unevenly: ${grouped(mostValue)} on ${most.address}, ${grouped(leastValue)} on ${least.address}`,

				evidence: [{name: 'spread by mean', value: ratio, unit: 'share'}],
				meaning: `The spread is ${percent(ratio)} of an even share.`,
				next: [hint('redis-cli --cluster rebalance, with --cluster-use-empty-masters for primaries without slots')],
			}),
		),
);

/** Below these an uneven load is no load. */
const leastCount = 1000;
const leastBytes = 64 * 1024 * 1024;

/**
Keys, memory or operations that lie unevenly: the most loaded primary by the median. Since 3.0. Hash tags and a big key do
that on purpose and by mistake; below a thousand keys or operations there is nothing to weigh.
*/
export const cluKeySkew = clusterRule(
	'clu.key_skew',
	(_, fleet) =>
		skewsOf(topologyOf(recordsIn(fleet)))
			.filter(
				({of, ratio, most, mostValue}) =>
					of !== 'slots' &&
					ratio > thresholdFor(fleet, most.address, 'clu.key_skew.ratio') &&
					mostValue >= (of === 'memory' ? leastBytes : leastCount),
			)
			.map(({of, ratio, most, mostValue, median}) => ({
				...fires('warning', {
					problem: `has ${ratio.toFixed(1)} times the ${of} of the median primary (${count(mostValue)} against ${count(median)})`,

					evidence: [
						{name: of, value: mostValue},
						{name: 'median', value: median},
					],
					meaning: 'The cluster is as fast, and as full, as this one shard.',
					next: [
						askNode(fleet, most.address, '--bigkeys -i 0.01'),
						hint(
							'look for hash tags that put everything into one slot; CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2) names the slots',
						),
					],
				}),
				node: most.address,
				subject: of,
			})),
	{raiseAfterMs: 30_000},
);

export const clusterSlotsRules = [cluSlotsFail, cluSlotsPfail, cluMigrating, cluAsm, cluSlotSkew, cluKeySkew] as const;
