import {lostSinceVisit} from '../derive/lost-since-visit.js';
import {primaryAddress} from '../derive/replication-peers.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {keyTotals} from '../parse/info-fields.js';
import {count, percent, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {flushSteps, lastFlush} from './flush.js';
import {keyMiss} from './key-misses.js';
import {infoNumber, pending, rate} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts, RuleMemory} from './node-facts.js';
import {copySteps, discardedKeys, keepSteps} from './role-change.js';
import {advises, clear, fires, rule} from './rule.js';

/**
Longest time from the move of a slot to the deletion of its keys, in milliseconds: Redis 8.4 deletes the keys in the
background.
*/
const trimMs = 60_000;

const slotsUnknown = pending('CLUSTER NODES was not answered since the keys went');

/**
Smallest share of the lost keys that other primaries must have gained. Only then did the keys move with their slots.
*/
const arrivedShare = 0.5;
/** Number of readings, at most one a second, over which the gain of other primaries is measured. */
const gainReadings = 120;

/**
How many keys the other primaries have gained in the last `gainReadings` readings. Undefined if redis-top knows the key
count of no other primary.
*/
function keysArrived({address, nodes, record}: NodeFacts): number | undefined {
	const source =
		record.role === 'replica' && record.sample !== undefined ? primaryAddress(record.sample.info) : undefined;
	const gains = [...nodes.values()]
		.filter(node => node.role === 'primary' && node.address !== address && node.address !== source)
		.flatMap(({series}) => {
			const readings = (series.get('keys')?.latest(gainReadings) ?? []).filter(keys => keys !== undefined);
			return readings.length < 2 ? [] : [(readings.at(-1) ?? 0) - Math.min(...readings)];
		});
	return gains.length === 0 ? undefined : gains.reduce((sum, gain) => sum + gain, 0);
}

/**
Whether slots left the node's shard around the time of the drop. `left`: the keys moved with their slots. `taken`: the
node lost slots to a higher configuration epoch and deleted the keys in them. `unknown`: the cluster view is older than
the drop. `kept`: no slot is known to have left, or a flush or a restart explains the drop.
*/
function slotsBeside(
	{atMs, byFlush, byRestart, from, to}: NonNullable<RuleMemory['keyDrop']>,
	facts: NodeFacts,
): 'kept' | 'left' | 'taken' | 'unknown' {
	const {slotsLeftAtMs} = facts.memory;
	const {clusterNodes, blind} = facts.record;
	if (byFlush === true || byRestart || clusterNodes === undefined) {
		return 'kept';
	}

	if (slotsLeftAtMs !== undefined && slotsLeftAtMs >= atMs - trimMs) {
		const arrived = keysArrived(facts);
		return arrived === undefined || arrived >= arrivedShare * (from - to) ? 'left' : 'taken';
	}

	const isAsked = blind.every(({command}) => command !== 'CLUSTER NODES');
	return isAsked && clusterNodes.atMs < atMs ? 'unknown' : 'kept';
}

/** Most milliseconds between a change of role and the loss of keys in the full resync that follows. */
const resyncMs = 300_000;

/**
Why keys are missing if the node was a primary, became a replica, and lost its keys in the full resync; undefined
otherwise, and where a command emptied a database.
*/
function demotionOf({atMs, byFlush}: NonNullable<RuleMemory['keyDrop']>, {record, sample, memory}: NodeFacts) {
	const changedAtMs = memory.roleChangedAtMs ?? Number.NEGATIVE_INFINITY;
	const primary = record.role === 'replica' && sample !== undefined ? primaryAddress(sample.info) : undefined;
	if (byFlush === true || primary === undefined || Math.abs(atMs - changedAtMs) > resyncMs) {
		return undefined;
	}

	const host = record.host?.value;
	const remark = host?.kind === 'here' ? host.log?.remarks.find(({id}) => id === 'replicates') : undefined;
	// Example: `REPLICAOF 10.0.0.2:6379 enabled (user request from 'id=7 addr=10.0.0.9:5000 … name=deploy …')`
	const [, name] = /user request from '.*? name=(\S+) /.exec(remark?.line ?? '') ?? [];
	const client = name === undefined ? undefined : nameOf('client', name);
	return {
		atMs: changedAtMs,
		reason: message`it became a replica of ${nodeName(primary)}`,
		by: client === undefined ? '' : message`, REPLICAOF by ${client}`,
		evidence: remark === undefined ? [] : [{name: 'its log', value: message`${nameOf('quote', remark.line)}`}],
	};
}

/** Most seconds by which a flush may be older than the sample that shows the drop. */
const seenWithinSeconds = 15;

/** The command that emptied the database, and its client if it is known; undefined if no such command ran. */
function flushOf(drop: NonNullable<RuleMemory['keyDrop']>, facts: NodeFacts, agoSeconds: number) {
	if (drop.byFlush !== true) {
		return undefined;
	}

	const last = lastFlush(facts);
	const known = last !== undefined && last.agoSeconds <= agoSeconds + seenWithinSeconds ? last : undefined;
	const ran = drop.flushes?.map(name => name.toUpperCase()) ?? ['FLUSHALL', 'FLUSHDB or SWAPDB'];
	const command = known?.command ?? (ran.length === 1 ? ran[0] : undefined);
	return {
		reason: known === undefined ? `${ran.join(', ')} ran` : message`${known.command} from ${known.client}`,
		culprit: known && {client: known.client, command: known.command},
		next: command === undefined ? undefined : flushSteps(facts, {command, agoSeconds: known?.agoSeconds ?? agoSeconds}),
	};
}

/** Evidence that no key is lost: the primary of the replica has them. */
export const keysOfPrimary = 'keys of its primary';

/**
The primary of a replica, if it answers and still has most of the keys that the replica lost. A replica discards its keys
before it loads those of its primary, and has none until the load succeeds.
*/
function primaryWithKeys({from}: NonNullable<RuleMemory['keyDrop']>, facts: NodeFacts, share: number) {
	const {primary} = facts;
	const kept = primary?.failure === undefined && primary?.sample ? (keyCount(primary.sample.info) ?? 0) : 0;
	return facts.record.role === 'replica' && primary !== undefined && kept > from * share
		? {address: primary.address, kept}
		: undefined;
}

export const keyDropped = rule({
	id: 'key.drop',
	scope: 'node',
	docs: {
		looksAt:
			'More than half of the keys (`keys=` of INFO keyspace) disappeared between two samples, and they have not come back. For a server on this machine, the visit of an earlier session counts as well, where a restart came since.',
		since: '2.6',
		falsePositives: [
			'Keys expire, and keys are evicted. A drop that `expired_keys` or `evicted_keys` explains does not count.',
			'A restarted server has few keys while it loads. The rule waits until `loading` is 0.',
			'INFO does not count the keys that expire during a restart or a full resync. A drop of keys with a TTL then counts only if less than a tenth of all keys is left.',
			'A replica that is given another primary gets the keys of that primary. Such a drop does not count.',
			'A replica discards its keys before a full resync. While its primary has them, no key is lost, and the finding is a warning.',
			'A replica that restarts gets its keys from its primary again. Such a drop does not count.',
			'A small database may be rebuilt at any time. A drop of less than a thousand keys does not count.',
			'Keys of a cluster leave with their slots. The rule waits for the next CLUSTER NODES. A drop does not count where slots left, unless FLUSHALL or FLUSHDB ran, or the other primaries gained no keys.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: 'of the keys from one sample to the next'},
		recent: {value: 600, unit: 'seconds', source: 'how long the finding stays, unless the keys come back'},
	},
	raiseAfter: 1,
	needs: {},
	evaluate(_, facts, limits) {
		const drop = facts.memory.keyDrop ?? lostSinceVisit(facts.record);
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const agoSeconds = (facts.nowMs - (drop?.atMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		const isOver =
			drop === undefined || keys === undefined || agoSeconds > limits.recent || keys > drop.from * limits.share;
		const isRefilled =
			drop?.byRestart === true && facts.record.role === 'replica' && facts.memory.roleBeforeRestart === 'replica';
		if (isOver || isRefilled) {
			return clear;
		}

		const slots = slotsBeside(drop, facts);
		if (slots === 'left' || slots === 'unknown') {
			return slots === 'left' ? clear : slotsUnknown;
		}

		const isTaken = slots === 'taken';
		const demotion = demotionOf(drop, facts);
		const flush = flushOf(drop, facts, agoSeconds);
		const hasReplicas = facts.number('replication', 'connected_slaves') !== 0;
		const replicasToo = hasReplicas ? ' Its replicas lose them as well.' : '';
		const source =
			demotion === undefined && flush === undefined && !isTaken
				? primaryWithKeys(drop, facts, limits.share)
				: undefined;
		if (source !== undefined) {
			return fires('warning', {
				problem: 'lacks the keys of its primary',
				detail: message`${count(drop.from)} before, ${count(keys)} now`,
				reason: message`${nodeName(source.address)} has ${count(source.kept)}`,
				effect: 'reads-stale',
				evidence: [
					{name: 'keys before', value: drop.from, unit: 'count'},
					{name: 'keys after', value: drop.to, unit: 'count'},
					{name: keysOfPrimary, value: source.kept, unit: 'count'},
				],
				meaning:
					'A replica discards its keys before it loads those of its primary. Its readers find nothing until the load succeeds.',
				next: [
					hint('see why the full resync does not end: its log, and that of its primary'),
					...logSteps(facts),
					redisCli(facts, 'INFO replication'),
				],
			});
		}

		const kept = flush === undefined ? undefined : primaryWithKeys(drop, facts, limits.share);
		return fires('critical', {
			problem: drop.to === 0 ? 'lost all its keys' : 'lost most of its keys',
			detail: message`${count(drop.from)} before, ${count(drop.to)} after${demotion?.by ?? ''}`,
			reason: drop.byRestart
				? 'it restarted'
				: demotion !== undefined
					? demotion.reason
					: isTaken
						? 'other nodes took its slots without them'
						: flush?.reason,
			effect: kept === undefined ? 'data-lost' : 'reads-stale',
			culprit: flush?.culprit,
			evidence: [
				...(demotion?.evidence ?? []),
				{name: 'keys before', value: drop.from, unit: 'count'},
				{name: 'keys after', value: drop.to, unit: 'count'},
				{name: 'since then', value: seconds(agoSeconds)},
			],
			meaning: drop.byRestart
				? `The process started without its data.${hasReplicas ? ' Its replicas replace theirs by that.' : ''}`
				: demotion !== undefined
					? 'A replica throws its own data away and takes over that of its primary. Its clients get READONLY for their writes.'
					: isTaken
						? 'A node deletes the keys of a slot that another node claims with a higher epoch: CLUSTER MEET with another cluster, SETSLOT NODE, BUMPEPOCH.'
						: flush === undefined
							? `FLUSHALL, FLUSHDB, a full resync from an empty primary, or a mass deletion.${replicasToo}`
							: `The keys are gone from memory.${replicasToo}`,
			next: [
				...(demotion === undefined
					? []
					: [
							redisCli(
								facts,
								'REPLICAOF NO ONE   # if it should be a primary: it takes writes again, without the lost keys',
							),
							...discardedKeys(facts, demotion.atMs),
						]),
				...(isTaken
					? [
							hint(
								'see who has the slots now: panel 8; a node of another cluster must be forgotten (CLUSTER FORGET) on all nodes',
							),
							redisCli(facts, 'CLUSTER NODES'),
						]
					: []),
				...(kept !== undefined
					? copySteps(facts, kept.address, kept.kept)
					: (flush?.next ?? (demotion === undefined ? keepSteps(facts) : []))),
				redisCli(facts, 'INFO commandstats'),
				...(flush === undefined ? logSteps(facts) : []),
			],
		});
	},
});

export const keyExpireLag = rule({
	id: 'key.expire_lag',
	scope: 'node',
	docs: {
		looksAt: "Expired keys stay in memory: `expired_stale_perc`, the server's own estimate.",
		since: '4.0',
		falsePositives: [
			'Active expiry pauses where a tenth of the keys is expired. A server with many expiring keys stays at a tenth, well below the threshold.',
			'Many keys that expire together are removed within seconds. The condition must hold for half a minute.',
			'In a small cache of short-lived keys the estimate is high all the time. The rule is clear unless active expiry runs out of time (`expired_time_cap_reached_count`) each second.',
		],
	},
	thresholds: {
		share: {
			value: 0.25,
			unit: 'share',
			source: 'active expiry stops at 10% (server source expire.c), so that a busy server hovers there',
		},
		capped: {value: 1, unit: 'perSecond', source: 'active expiry runs ten times a second (server source expire.c)'},
	},
	raiseAfterMs: 30_000,
	needs: {
		stale: infoNumber('stats', 'expired_stale_perc'),
		capped: rate('stats', 'expired_time_cap_reached_count'),
	},
	evaluate({stale, capped}, facts, limits) {
		return stale / 100 <= limits.share || capped < limits.capped
			? clear
			: fires('warning', {
					problem: 'keeps expired keys in memory',
					detail: `${percent(stale / 100)} of those with a time to live`,
					evidence: infoEvidence(
						facts,
						['stats', 'expired_stale_perc'],
						['stats', 'expired_time_cap_reached_count', 'count'],
					),
					meaning: 'Active expiry cannot keep up. Expired keys use memory until a client asks for them.',
					next: [
						hint('spread the times to live (jitter), so that keys do not expire all at once'),
						redisCli(facts, 'CONFIG GET active-expire-effort'),
					],
				});
	},
});

export const keyMassExpiry = rule({
	id: 'key.mass_expiry',
	scope: 'node',
	docs: {
		looksAt:
			'Many keys expire at the same time: the rate of `expired_keys`, and the share of its time that the server spends on it (`expire_cycle_cpu_milliseconds`).',
		since: '6.0',
		falsePositives: [
			"A cache with short TTLs expires keys all the time. Expiry must take a tenth of the server's time.",
			'A nightly expiry of many keys is normal work. The finding is only info.',
		],
	},
	thresholds: {
		rate: {value: 1000, unit: 'perSecond', source: 'fewer are the everyday expiry of a cache'},
		share: {
			value: 0.1,
			unit: 'share',
			source: "of the server's time; one cycle may take a quarter of it (server source expire.c)",
		},
	},
	roles: ['primary'],
	needs: {expired: rate('stats', 'expired_keys'), spentMs: rate('stats', 'expire_cycle_cpu_milliseconds')},
	evaluate({expired, spentMs}, facts, limits) {
		const share = spentMs / 1000;
		if (expired < limits.rate || share < limits.share) {
			return clear;
		}

		const keys = facts.sample === undefined ? undefined : keyTotals(facts.sample.info);
		return fires('info', {
			problem: `expires many keys at once, ${perSecond(expired)}`,
			detail: `${percent(share)} of its time`,
			effect: 'slow',
			evidence: [
				{name: 'expired keys', value: expired, unit: 'perSecond'},
				{name: 'time in the expiry cycle', value: share, unit: 'share'},
				...(keys === undefined
					? []
					: [
							{name: 'keys', value: keys.keys, unit: 'count' as const},
							{name: 'with a time to live', value: keys.expiring, unit: 'count' as const},
						]),
				...infoEvidence(facts, ['stats', 'expired_stale_perc'], ['stats', 'expired_time_cap_reached_count', 'count']),
			],
			meaning:
				'Keys that were written together reach the end of their time to live together. Commands wait for the expiry.',
			next: [
				hint('spread the times to live (jitter), so that keys do not expire all at once'),
				redisCli(facts, 'INFO keyspace'),
			],
		});
	},
});

export const keyNoexpire = rule({
	id: 'key.noexpire',
	scope: 'node',
	docs: {
		looksAt:
			'The keys of a target with `role = "cache"` never expire: `expires=` compared with `keys=` of INFO keyspace.',
		since: 'any',
		falsePositives: [
			'Keys that are data, not cache, need no TTL. The rule does not apply to other targets.',
			'A cache with very few keys may be new. The rule needs a minimum number of keys.',
		],
	},
	thresholds: {
		keys: {value: 1000, unit: 'count', source: 'fewer are no cache yet'},
		share: {value: 0.01, unit: 'share', source: 'of the keys, with a time to live'},
	},
	appliesTo: ({settings}) => settings.isCache,
	needs: {
		keys: {read: ({sample}) => sample && keyTotals(sample.info), missing: () => pending('the node gives no data now')},
	},
	evaluate({keys: {keys: all, expiring}}, facts, limits) {
		return all < limits.keys || expiring / all >= limits.share
			? clear
			: advises(facts, {
					problem: 'is a cache whose keys do not expire',
					detail: `${percent(expiring / all)} of ${count(all)} keys have a time to live`,
					evidence: [
						{name: 'keys', value: all, unit: 'count'},
						{name: 'with a time to live', value: expiring, unit: 'count'},
					],
					meaning: 'A key that no client asks for stays until memory is full. Eviction then has to find it.',
					next: [
						hint('write with EX, with a slightly different time for each key'),
						redisCli(facts, 'CONFIG GET maxmemory-policy'),
						hint('with a volatile-* policy, keys without a time to live are never evicted'),
					],
					adviceCost: 'A request for an expired key is a miss.',
				});
	},
});

export const keyspaceRules = [keyDropped, keyExpireLag, keyMassExpiry, keyMiss, keyNoexpire] as const;
