import type {NodeRecord} from '../derive/node-record.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, count, seconds} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/** A function that computes its value at the first call. */
function once<T>(compute: () => T): () => T {
	let value: {readonly of: T} | undefined;
	return () => {
		value ??= {of: compute()};
		return value.of;
	};
}

/** Seconds by which a process must be older than another, beside `olderRatio`, to count as started long before it. */
const olderSeconds = 5;
/** Ratio of the ages from which a process counts as started long before another. Nodes of a new deployment start together. */
const olderRatio = 1.5;

const uptimeOf = ({sample}: Pick<NodeRecord, 'sample'>): number =>
	sample?.info.number('server', 'uptime_in_seconds') ?? 0;

/** Whether a process is so much older than that of the primary that the primary restarted meanwhile. */
const isOlder = (uptime: number, {record}: NodeFacts): boolean => uptime > olderRatio * uptimeOf(record) + olderSeconds;

const keysOf = ({sample}: Pick<NodeRecord, 'sample'>): number | undefined => sample && keyCount(sample.info);

/** Number of slots that a node of a cluster owns by its own view; 0 without a view. */
const slotsOf = ({clusterNodes}: NodeRecord): number =>
	(clusterNodes?.value.find(({flags}) => flags.has('myself'))?.slots ?? []).reduce(
		(sum, {first, last}) => sum + last - first + 1,
		0,
	);

/**
Whether the process started without data: it loaded no key from a file, or, before Redis 7.0, has neither save points nor
an append-only file.
*/
function startedWithout(facts: NodeFacts): boolean {
	const loaded = facts.number('persistence', 'rdb_last_load_keys_loaded');
	const isAppending = facts.number('persistence', 'aof_enabled') === 1;
	return !isAppending && (loaded === undefined ? facts.setting('save') === '' : loaded === 0);
}

/** What shows that a restarted primary had data before, in words; undefined if nothing does. */
type Proof =
	| {
			readonly detail: Message;
			readonly evidence: {readonly name: string; readonly value: Message};
			/** Whether the proof shows a restart without data, and only suggests that there were data before. */
			readonly isWeak?: boolean;
	  }
	| undefined;

/** Whether a process once held far more memory than now: at least `least` bytes more, and `ratio` times as much. */
function onceHeldMore({sample}: Pick<NodeRecord, 'sample'>, least: number, ratio: number): boolean {
	const peak = sample?.info.number('memory', 'used_memory_peak') ?? 0;
	const used = sample?.info.number('memory', 'used_memory') ?? Number.POSITIVE_INFINITY;
	return peak >= ratio * used && peak - used >= least;
}

/** The data that a replica once held, by its peak of memory. Its process is older than that of the primary. */
function peakOfReplica(
	primary: NodeFacts,
	replicas: readonly NodeRecord[],
	least: number,
	ratio: number,
	isEarlier = (record: NodeRecord) => isOlder(uptimeOf(record), primary),
): Proof {
	const replica = replicas.find(record => isEarlier(record) && onceHeldMore(record, least, ratio));
	const [peak = 0, used = 0] = ['used_memory_peak', 'used_memory'].map(name =>
		replica?.sample?.info.number('memory', name),
	);
	return replica === undefined
		? undefined
		: {
				detail: message`replica ${nodeName(replica.address)} once held ${bytes(peak)}, now ${bytes(used)}`,
				evidence: {
					name: 'used_memory_peak of a replica',
					value: message`${bytes(peak)} at ${nodeName(replica.address)}`,
				},
			};
}

/** A shard of the cluster with keys: its number of keys, in all and for each slot, and the age of its process. */
type Shard = {readonly keys: number; readonly density: number; readonly uptime: number};

/** The shards of the cluster by the keys that they have for each slot, the least first. */
const shardsByDensity = (all: readonly NodeFacts[]): readonly Shard[] =>
	all
		.flatMap(({record}): readonly Shard[] => {
			const slots = record.role === 'primary' ? slotsOf(record) : 0;
			const keys = keysOf(record);
			return slots === 0 || keys === undefined ? [] : [{keys, density: keys / slots, uptime: uptimeOf(record)}];
		})
		.sort((one, other) => one.density - other.density);

/** The keys of the older shards of the cluster, if the primary has hardly any for its slots. */
function keysOfShards(primary: NodeFacts, shards: readonly Shard[], least: number, share: number): Proof {
	const slots = slotsOf(primary.record);
	const own = keysOf(primary.record);
	const older = shards.filter(({uptime}) => isOlder(uptime, primary));
	const middle = older[Math.floor((older.length - 1) / 2)];
	return slots === 0 || own === undefined || middle === undefined || middle.keys < least || older.length < 2
		? undefined
		: own / slots >= share * middle.density
			? undefined
			: {
					detail: message`${count(own)} keys, other shards have ${count(middle.keys)}`,
					evidence: {name: 'keys of another shard', value: count(middle.keys)},
				};
}

/** Seconds by which a replica with another history must be older than the process of the primary. */
const beforeSeconds = 3;

/** Whether a replica, which asked for the history of the earlier process, runs since before the primary's start. */
const isBefore = (replica: NodeRecord, {record}: NodeFacts): boolean =>
	uptimeOf(replica) >= uptimeOf(record) + beforeSeconds;

/**
The key lookups that miss since the restart of a primary that keeps nothing on disk: its clients look for keys that were
there. A replica shows the restart: its process is older, and it asked to go on with the history of the earlier process
(`sync_partial_err`; a new replica asks for none). Source: Redis, src/replication.c, `masterTryPartialResync`.
*/
function missesSince(primary: NodeFacts, replicas: readonly NodeRecord[], least: number, share: number): Proof {
	const isRestart =
		(primary.number('stats', 'sync_partial_err') ?? 0) > 0 && replicas.some(replica => isBefore(replica, primary));
	const [hits = 0, misses = 0] = [primary.number('stats', 'keyspace_hits'), primary.number('stats', 'keyspace_misses')];
	return !isRestart || !keepsNothing(primary) || hits + misses < least || hits >= share * (hits + misses)
		? undefined
		: {
				isWeak: true,
				detail: message`${count(misses)} of ${count(hits + misses)} key lookups miss since`,
				evidence: {name: 'keyspace_misses', value: count(misses)},
			};
}

/** Whether a server has neither save points nor an append-only file. */
const keepsNothing = (facts: NodeFacts): boolean =>
	facts.setting('save') === '' && facts.number('persistence', 'aof_enabled') === 0;

/** The nodes that replicate from each primary and share its replication history. */
function replicasByPrimary(
	records: ReadonlyMap<NodeAddress, NodeRecord>,
): ReadonlyMap<NodeAddress, readonly NodeRecord[]> {
	const sameNode = nodeFinder(records);
	const historyOf = (record: NodeRecord | undefined) => record?.sample?.info.text('replication', 'master_replid');
	return Map.groupBy(
		[...records.values()].filter(record => {
			const named = primaryNamedBy(record);
			return named !== undefined && historyOf(record) === historyOf(records.get(sameNode(named)));
		}),
		record => sameNode(primaryNamedBy(record) ?? record.address),
	);
}

export const repEmptied = rule({
	id: 'rep.emptied',
	scope: 'fleet',
	docs: {
		looksAt:
			'A primary restarted without its data, and its replicas have copied the empty data set since. The rule fires after the loss as well, when nobody watched: the process is young and loaded no key, and an older process shows what was there. That is the `used_memory_peak` of a replica, or the keys of the other shards of the cluster for each of their slots. Of a primary that keeps nothing on disk, key lookups that miss since show it too, where a replica asked for the history of the earlier process; half of the usual peak of a replica then makes the finding critical.',
		since: '2.8',
		falsePositives: [
			'A new primary has no data yet. The rule needs an older replica that once held several times as much, or older shards with keys for their slots.',
			'Keys that were deleted after the start are no loss by the start. The rule is clear if the primary itself held far more since.',
			'A shard may have few keys because of a hash tag. The rule needs a process that loaded nothing at its start.',
			'Clients may look for keys that never were there. With such lookups alone the finding is a warning.',
			'A cache may lose its keys. A target with `role = "cache"` gets a note.',
			'While redis-top watches, key.drop reports the loss, and this rule is clear.',
		],
	},
	thresholds: {
		uptime: {value: 3600, unit: 'seconds', source: 'the time in which an operator asks what happened'},
		keys: {value: 1000, unit: 'count', source: 'keys of another shard; fewer differ by chance'},
		share: {value: 0.1, unit: 'share', source: 'of the keys for each slot of another shard'},
		peak: {value: 8 * mebibyte, unit: 'bytes', source: 'more than the buffers of a full resync of an empty data set'},
		lookups: {value: 50, unit: 'count', source: 'key lookups since the start; fewer miss by chance'},
		hits: {value: 0.1, unit: 'share', source: 'of the key lookups; a cache that serves its readers has above half'},
		ratio: {value: 3, unit: 'ratio', source: 'of the peak to the memory now; a resync of equal data needs below 2'},
	},
	raiseAfter: 1,
	evaluate(fleet, limitsFor) {
		const records = recordsIn(fleet);
		const all = [...fleet.nodes.values()];
		// Both are made only if a primary is young and loaded nothing, because they go through all nodes.
		const shards = once(() => shardsByDensity(all));
		const followers = once(() => replicasByPrimary(records));
		return all.flatMap((primary): FleetEvaluation[] => {
			const limits = limitsFor(primary.address);
			const uptime = primary.number('server', 'uptime_in_seconds');
			const isLoading = primary.number('persistence', 'loading') === 1;
			if (
				primary.record.role !== 'primary' ||
				uptime === undefined ||
				uptime > limits.uptime ||
				isLoading ||
				primary.memory.keyDrop !== undefined ||
				onceHeldMore(primary.record, limits.peak, limits.ratio) ||
				!startedWithout(primary)
			) {
				return [];
			}

			const replicas = followers().get(primary.address) ?? [];
			const misses = missesSince(primary, replicas, limits.lookups, limits.hits);
			// The clients write their keys again, and the memory of the replica grows back. Half a peak proves what misses show.
			const proven =
				misses && peakOfReplica(primary, replicas, limits.peak / 2, limits.ratio, record => isBefore(record, primary));
			const proof =
				keysOfShards(primary, shards(), limits.keys, limits.share) ??
				peakOfReplica(primary, replicas, limits.peak, limits.ratio) ??
				proven ??
				misses;
			if (proof === undefined) {
				return [];
			}

			const isVolatile = keepsNothing(primary);
			return [
				{
					...fires(primary.settings.isCache ? 'info' : proof.isWeak === true ? 'warning' : 'critical', {
						problem: 'lost its keys at its restart',
						detail: message`${seconds(uptime)} ago: ${proof.detail}`,
						reason: isVolatile
							? 'it keeps nothing on disk, and its replicas copied the empty data set'
							: 'it started without its data, and its replicas copied the empty data set',
						effect: 'data-lost',
						nodes: [primary.address, ...replicas.map(({address}) => address)],
						evidence: [
							...infoEvidence(
								primary,
								['server', 'uptime_in_seconds', 'seconds'],
								['persistence', 'rdb_last_load_keys_loaded', 'count'],
								['persistence', 'aof_enabled'],
							),
							proof.evidence,
						],
						meaning: 'No replica has a copy of the keys any more. What is there now was written since the restart.',
						next: [
							hint('restore a backup (an RDB file from before), or let the applications fill it again'),
							...(isVolatile ? [redisCli(primary, 'CONFIG SET save "3600 1 300 100"')] : []),
							hint(
								'a primary without persistence must not restart by itself: a replica then has time to be promoted with the data',
							),
							...logSteps(primary),
						],
					}),
					node: primary.address,
				},
			];
		});
	},
});

export const emptiedDataRules = [repEmptied] as const;
