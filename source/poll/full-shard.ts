import {commonSlot} from '../derive/common-slot.js';
import {isClusterEnabled} from '../derive/deployment.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {InfoReply} from '../domain/info-reply.js';
import {keyCount} from '../domain/metric.js';
import type {SlotUse} from '../domain/slot-use.js';
import type {Version} from '../wire/read-commands.js';
import {isAtLeast} from './server-version.js';

/** What the poll state remembers of a full shard, and the server's versions. */
type ShardState = {
	readonly shardKeys: number | undefined;
	readonly fullest: number | undefined;
	readonly sampled: number | undefined;
	readonly version: Version | undefined;
	readonly valkey: Version | undefined;
};

/** Share of maxmemory from which a shard counts as full, 0 to 1. At this level `mem.max` is critical. */
const fullShare = 0.9;
/** Fewest keys of a slot that is named. Smaller numbers of keys fill no shard. */
const fewestKeys = 20;

/**
The number of keys of a primary in a cluster whose memory is full; undefined for any other node. A cache with an
`allkeys-…` policy is meant to be full, so it does not count.
*/
export function fullShardKeys(info: InfoReply): number | undefined {
	const limit = info.number('memory', 'maxmemory') ?? 0;
	const used = info.number('memory', 'used_memory') ?? 0;
	const isFull = limit > 0 && used >= limit * fullShare;
	return isFull &&
		isClusterEnabled(info) &&
		nodeRole(info) === 'primary' &&
		info.text('memory', 'maxmemory_policy')?.startsWith('allkeys-') !== true
		? keyCount(info)
		: undefined;
}

/** The slot that holds at least half of the keys of a full shard; undefined if there is none. */
export function fullestSlot({slots}: SlotUse, allKeys: number | undefined): number | undefined {
	const [top] = [...slots].toSorted(([, one], [, other]) => (other.keys ?? 0) - (one.keys ?? 0));
	const keys = top?.[1].keys ?? 0;
	return allKeys === undefined || keys < fewestKeys || keys * 2 < allKeys ? undefined : top?.[0];
}

/** The slot of most keys that RANDOMKEY named; undefined if there is none. */
export const sampledSlot = (keys: readonly string[], allKeys: number | undefined): number | undefined =>
	allKeys === undefined || allKeys < fewestKeys ? undefined : commonSlot(keys);

/** Whether a full shard is asked for random keys: its version has no CLUSTER SLOT-STATS. */
export const needsRandomKeys = ({shardKeys, version, valkey}: ShardState): boolean =>
	shardKeys !== undefined && !(valkey === undefined ? isAtLeast(version, 8, 2) : isAtLeast(valkey, 8, 0));

/** The slot of a full shard in which keys are counted, because most random keys are in it. */
export const slotOfSample = ({shardKeys, sampled}: ShardState): readonly number[] =>
	shardKeys === undefined || sampled === undefined ? [] : [sampled];

/** The slot of a full shard whose keys are read, because most keys are in it. */
export const slotOfMostKeys = ({shardKeys, fullest}: ShardState): readonly number[] =>
	shardKeys === undefined || fullest === undefined ? [] : [fullest];
