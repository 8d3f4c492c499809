import type {ClusterComparison} from '../cluster/comparison.js';
import {takeoverRemedy} from '../cluster/failover-candidates.js';
import {isOneSided, oneSidedAfterMs} from '../cluster/migrations.js';
import {seesMajority} from '../cluster/node-view.js';
import {countText, durationText, nameIn, rangesText} from '../cluster/verdict-text.js';
import {serverProduct} from '../derive/server-product.js';
import type {Statement} from '../domain/finding.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import {count, grouped, percent} from '../text/units.js';
import {skewsOf} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, manageCluster} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {type FleetFacts, fires, rule} from './rule.js';

export const cluSlotsFail = rule({
	id: 'clu.slots_fail',
	scope: 'cluster',
	docs: {
		looksAt: 'The rule reads `cluster_slots_fail` of CLUSTER INFO: slots whose owner is marked FAIL.',
		since: '3.0',
		falsePositives: ['Nodes of a minority flag every node beyond it. Only nodes that reach a majority count.'],
	},
	evaluate(cluster, fleet) {
		const worst = worstCount(cluster.comparison, fleet, 'cluster_slots_fail');
		const takeover = takeoverRemedy(cluster);
		return worst === undefined
			? []
			: [
					fires('critical', {
						problem: `${grouped(worst.slots)} slots are not served`,
						reason: 'their owners are marked FAIL',
						effect: 'slots-unserved',
						evidence: [{name: 'cluster_slots_fail', value: worst.slots}],
						meaning: 'Their keys cannot be used until a replica is promoted or the node is back.',
						next: [
							askNode(fleet, worst.address, 'CLUSTER NODES'),
							hint(
								takeover.remedy === undefined
									? 'bring the node back: no replica can take over without loss'
									: 'bring the node back, or promote a replica: CLUSTER FAILOVER FORCE',
							),
						],
						...takeover,
					}),
				];
	},
});

export const cluSlotsPfail = rule({
	id: 'clu.slots_pfail',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule reads `cluster_slots_pfail` of CLUSTER INFO: slots whose owner one node flags PFAIL. The finding is a warning after half a node timeout.',
		since: '3.0',
		falsePositives: ['Nodes of a minority flag every node beyond it. Only nodes that reach a majority count.'],
	},
	evaluate({comparison, nodeTimeoutMs}, fleet, _limits, heldMs) {
		const worst = worstCount(comparison, fleet, 'cluster_slots_pfail');
		return worst === undefined
			? []
			: [
					fires(heldMs() >= nodeTimeoutMs / 2 ? 'warning' : 'info', {
						problem: message`${grouped(worst.slots)} slots are on nodes that ${nodeName(worst.address)} flags PFAIL`,
						nodes: [worst.address],
						evidence: [{name: 'cluster_slots_pfail', value: worst.slots}],
						meaning: 'If a majority agrees, the nodes are marked FAIL, and a replica of each is elected.',
						next: [askNode(fleet, worst.address, 'CLUSTER NODES'), hint('look at the link between them')],
					}),
				];
	},
});

/** The highest count of a CLUSTER INFO field among the nodes that reach a majority; undefined if all counts are 0. */
function worstCount({views}: ClusterComparison, {nodes}: FleetFacts, field: string) {
	const [worst] = views
		.filter(seesMajority)
		.map(({address}) => ({address, slots: Number(nodes.get(address)?.record.clusterInfo?.value.get(field) ?? 0)}))
		.sort((a, b) => b.slots - a.slots);
	return worst === undefined || !(worst.slots > 0) ? undefined : worst;
}

/** Milliseconds without a moved key after which a note tells of an open slot. Keys of a slot that moves change each second. */
const stillAfterMs = 1000;

/**
Milliseconds without a moved key after which errors of clients raise the finding at once. Before, it needs more samples:
`check` takes them because it is a warning already.
*/
const feltAfterMs = 3000;

/**
How many commands with several keys an open slot has refused since the sample before, at both of its nodes (TRYAGAIN). A
node replies so if it has only some of the keys, and the other node may have the rest.
*/
const refusedByOpenSlot = ({nodes}: FleetFacts, ...ends: readonly NodeAddress[]): number =>
	ends.reduce((sum, address) => sum + (nodes.get(address)?.errorIncrease('TRYAGAIN') ?? 0), 0);

export const cluMigrating = rule({
	id: 'clu.migrating',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule looks at the open slots of CLUSTER NODES. It fires for a slot that is open on one side only, and for a slot whose COUNTKEYSINSLOT has not changed for two minutes. A slot that stands still for a shorter time is info, and a warning after three seconds, or in two samples of `check`, if clients get TRYAGAIN.',
		since: '3.0',
		falsePositives: [
			'The two SETSLOT commands of an ordinary move are milliseconds apart. A slot must be open on one side for ten seconds.',
			'A big key takes seconds to move. The rule waits two minutes without a moved key before it warns.',
		],
	},
	raiseAfterMs: oneSidedAfterMs,
	// One evaluation is enough: it is unlikely to fall between the two SETSLOT commands of a move.
	countsAtOnce: true,
	evaluate: ({comparison, moves, atMs}, fleet) =>
		moves
			.filter(move => move.problem !== undefined || isOneSided(move) || atMs - move.movedAtMs >= stillAfterMs)
			.map(({slot, source, target, problem, isMigrating, isImporting, keysLeft, keysThere, sinceMs, movedAtMs}) => {
				const [from, to] = [comparison.nameOf(source), comparison.nameOf(target)];
				const isStuck = problem === 'stuck';
				const isStill = isStuck || !isOneSided({slot, source, target, isMigrating, isImporting});
				const refused = isStill ? refusedByOpenSlot(fleet, from, to) : 0;
				const isFelt = refused > 0;
				const still = `no key moved for ${durationText(atMs - movedAtMs)}`;
				const closing = isMigrating === true ? from : to;
				const keysAtOtherEnd = closing === from ? keysThere : keysLeft;
				// SETSLOT STABLE hides the keys on the other node. So the command is safe only if the other node has no keys of
				// the slot.
				const isSafe = keysAtOtherEnd === 0;
				return {
					...fires(isStuck || isFelt ? 'warning' : isStill ? 'info' : 'critical', {
						isCertain: isFelt && atMs - movedAtMs >= feltAfterMs,
						problem: message`slot ${slot} from ${nodeName(from)} to ${nodeName(to)} is ${isStuck ? 'stuck' : isStill ? 'half moved' : 'one-sided'}`,
						briefProblems: isFelt
							? [
									message`slot ${slot} of ${nodeName(from)} is half moved: clients get TRYAGAIN`,
									message`clients get TRYAGAIN: slot ${slot} is half moved`,
								]
							: undefined,
						detail: isFelt ? still : undefined,
						reason: isStill
							? isFelt
								? 'clients get TRYAGAIN'
								: still
							: isMigrating === false
								? message`${nameIn(source, comparison)} is not migrating it`
								: message`${nameIn(target, comparison)} is not importing it`,
						effect: isStill ? undefined : 'slots-unserved',
						nodes: [from, to],
						evidence: [
							...(refused === 0
								? []
								: [{name: 'TRYAGAIN replies since the sample before', value: refused, unit: 'count' as const}]),
							{name: 'open for', value: (atMs - sinceMs) / 1000, unit: 'seconds' as const},
							...(keysLeft === undefined ? [] : [{name: 'keys left', value: keysLeft, unit: 'count' as const}]),
							...(keysThere === undefined ? [] : [{name: 'keys there', value: keysThere, unit: 'count' as const}]),
						],
						meaning:
							'Commands with several of its keys get TRYAGAIN, and clients are sent to the other node for some keys (ASK).',
						next: [
							manageCluster(fleet, from, 'fix'),
							isSafe
								? hint('an interrupted resharding: finish it, or close it with CLUSTER SETSLOT STABLE on both sides')
								: hint(
										message`an interrupted resharding: finish it; SETSLOT STABLE would leave ${keysAtOtherEnd === undefined ? 'the keys' : countText(keysAtOtherEnd, 'key')} of ${nodeName(closing === from ? to : from)} out of reach`,
									),
						],
						...(isSafe ? {action: 'cluster-setslot-stable', remedy: {node: closing, value: String(slot)}} : {}),
					}),
					subject: `slot ${slot}`,
				};
			}),
});

export const cluAsm = rule({
	id: 'clu.asm',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule reads the migrations that servers run themselves: CLUSTER MIGRATION STATUS of Redis 8.4, CLUSTER GETSLOTMIGRATIONS of Valkey 9.0. It fires for a migration that failed, and for one without an update for a minute.',
		since: '8.4',
		falsePositives: ['Servers keep ended migrations in their log. A failure counts for ten minutes only.'],
	},
	thresholds: {
		silent: {value: 60, unit: 'seconds', source: 'a running migration is updated every second'},
		news: {
			value: 600,
			unit: 'seconds',
			source: 'how long a failure is reported; the servers keep it in their log',
		},
	},
	evaluate({migrations, atMs}, fleet, limits) {
		const newsSeconds = limits().news;
		const silentSeconds = limits().silent;
		return migrations.flatMap(migration => {
			const {name, state, updatedMs} = migration;
			const silentMs = updatedMs === undefined ? 0 : atMs - updatedMs;
			const hasFailed = /^fail/i.test(state) && silentMs <= newsSeconds * 1000;
			const isSilent = !/^(?:success|completed|fail|cancel)/i.test(state) && silentMs > silentSeconds * 1000;
			return hasFailed || isSilent
				? [
						{
							...fires('warning', {
								...migrationStatement(migration, hasFailed, silentMs),
								evidence: [
									{name: 'state', value: state},
									{name: 'last update', value: silentMs / 1000, unit: 'seconds' as const},
								],
								meaning: 'The slots stay with their source; what was copied is discarded.',
								next: [
									askNode(fleet, undefined, migrationCommand(fleet)),
									hint('read the logs of source and target, and start it again'),
								],
							}),
							subject: name,
						},
					]
				: [];
		});
	},
});

/** The command that lists slot migrations. Redis and Valkey have different commands. */
const migrationCommand = ({nodes}: FleetFacts): string =>
	[...nodes.values()].some(({sample}) => sample !== undefined && serverProduct(sample.info)?.family === 'valkey')
		? 'CLUSTER GETSLOTMIGRATIONS'
		: 'CLUSTER MIGRATION STATUS ALL';

function migrationStatement(
	{slots, state, message: text}: AtomicMigration,
	hasFailed: boolean,
	silentMs: number,
): Statement {
	return hasFailed
		? {
				problem: `migration of slots ${rangesText(slots)} failed`,
				reason: text === '' ? undefined : message`${nameOf('quote', text)}`,
			}
		: {
				problem: `migration of slots ${rangesText(slots)} makes no progress`,
				detail: `it is ${state}, and its last update was ${durationText(silentMs)} ago`,
			};
}

export const cluSlotSkew = rule({
	id: 'clu.slot_skew',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule counts the slots of each primary in CLUSTER NODES. The spread is the difference between the most and the least slots, divided by the mean.',
		since: '3.0',
		falsePositives: [
			'Shards of different sizes may be intended. The finding is only info.',
			'Every resharding exceeds the 2 % of `redis-cli --cluster rebalance`. The limit is higher.',
		],
	},
	thresholds: {
		share: {
			value: 0.25,
			unit: 'share',
			source: 'redis-cli --cluster rebalance moves slots from 2 % on, and every resharding exceeds that',
		},
	},
	evaluate: (_, fleet, limits) =>
		skewsOf(topologyOf(recordsIn(fleet)))
			.filter(({of, ratio, most}) => of === 'slots' && ratio > limits(most.address).share)
			.map(({ratio, most, mostValue, least, leastValue}) =>
				fires('info', {
					problem: 'slots are spread unevenly',
					detail: message`${grouped(mostValue)} on ${nodeName(most.address)}, ${grouped(leastValue)} on ${nodeName(least.address)}`,
					nodes: [most.address, least.address],
					evidence: [{name: 'spread by mean', value: ratio, unit: 'share'}],
					meaning: `The spread is ${percent(ratio)} of an even share.`,
					next: [
						manageCluster(fleet, most.address, 'rebalance'),
						hint('with --cluster-use-empty-masters, primaries without slots get some, too'),
					],
				}),
			),
});

/** Primaries are compared only if one of them has at least this many keys, or operations per second. */
const leastCount = 1000;
/** Memory of primaries is compared only if one of them has at least this many bytes of `used_memory`. */
const leastBytes = 64 * 1024 * 1024;

export const cluKeySkew = rule({
	id: 'clu.key_skew',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule compares the keys, the `used_memory` and the operations per second of the primaries. It divides the highest value by the median.',
		since: '3.0',
		falsePositives: [
			'Small numbers differ by chance. Nothing is compared below a thousand keys or operations, or 64 MB.',
			'Hash tags put keys into one slot, on purpose or by mistake. The rule cannot tell which.',
			'A batch job or an import works on one shard at a time. The finding is info for ten minutes.',
		],
	},
	thresholds: {
		ratio: {
			value: 2,
			unit: 'ratio',
			source: 'a shard with twice the load of others is full first',
		},
		lasting: {
			value: 600,
			unit: 'seconds',
			source: 'longer than most batch jobs spend on one shard',
		},
	},
	raiseAfterMs: 30_000,
	evaluate: (_, fleet, limits, heldMs) =>
		skewsOf(topologyOf(recordsIn(fleet)))
			.filter(
				({of, ratio, most, mostValue}) =>
					of !== 'slots' &&
					ratio > limits(most.address).ratio &&
					mostValue >= (of === 'memory' ? leastBytes : leastCount),
			)
			.map(({of, ratio, most, mostValue, median}) => ({
				...fires(heldMs(most.address, of) >= limits(most.address).lasting * 1000 ? 'warning' : 'info', {
					problem: `has ${ratio.toFixed(1)} times the ${of} of the median primary`,
					detail: `${count(mostValue)} against ${count(median)}`,
					evidence: [
						{name: of, value: mostValue},
						{name: 'median', value: median},
					],
					meaning: 'The cluster is only as fast as this one shard, and as full.',
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
});

export const clusterSlotsRules = [cluSlotsFail, cluSlotsPfail, cluMigrating, cluAsm, cluSlotSkew, cluKeySkew] as const;
