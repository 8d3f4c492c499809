import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {bytes, percent} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {fullestSlot, isSpread} from './fullest-slot.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** How a node that is full differs from comparable nodes, and the next step because of the difference. */
type Difference = {
	readonly reason: Message;
	/** `reason` as the cause of refused writes, where it differs. */
	readonly cause?: Message;
	readonly next: readonly NextStep[];
};

/**
Ratio of the other nodes' maxmemory to this node's maxmemory from which this node's limit counts as forgotten when the
others were raised.
*/
const limitRatio = 2;

const inCluster = ({sample}: NodeRecord): boolean => sample !== undefined && isClusterEnabled(sample.info);

/** Whether two nodes should have the same maxmemory: they are nodes of one cluster, or share a replication history. */
function belongTogether(one: NodeRecord, other: NodeRecord): boolean {
	if (inCluster(one) || inCluster(other)) {
		return inCluster(one) && inCluster(other);
	}

	const left = one.sample?.info.text('replication', 'master_replid2');
	return (
		primaryNamedBy(other) === one.address ||
		(left !== undefined && other.sample?.info.text('replication', 'master_replid') === left)
	);
}

/**
The difference of a primary whose maxmemory is far below that of every related node. Often the primary was a replica
until a failover, and only the old primary got the higher limit.

@param limit The maxmemory of the primary, in bytes; 0 is no limit.
*/
export function limitUnlikeOthers({nodes, record}: NodeFacts, limit: number): Difference | undefined {
	const limits = [...nodes.values()]
		.filter(other => other !== record && belongTogether(record, other))
		.flatMap(({sample}) => sample?.info.number('memory', 'maxmemory') ?? [])
		.map(value => (value === 0 ? Number.POSITIVE_INFINITY : value));
	const least = limits.length === 0 ? 0 : Math.min(...limits);
	return limit === 0 || record.role !== 'primary' || least < limit * limitRatio
		? undefined
		: {
				reason: `limit ${bytes(limit)}, others ${Number.isFinite(least) ? bytes(least) : 'none'}`,
				next: [hint('set maxmemory as on the others: a failover does not carry settings over; then CONFIG REWRITE')],
			};
}

/**
The difference of a full primary that evicts nothing, while every related node would evict: `maxmemory-policy` was never set
here. Often the primary was a replica until a failover, or is new in its cluster.
*/
export function policyUnlikeOthers(facts: NodeFacts): Difference | undefined {
	const {nodes, record} = facts;
	const policyOf = ({sample}: NodeRecord) => sample?.info.text('memory', 'maxmemory_policy');
	const policies = [...nodes.values()]
		.filter(other => other !== record && belongTogether(record, other))
		.flatMap(other => policyOf(other) ?? []);
	const [policy] = policies;
	return record.role !== 'primary' ||
		policyOf(record) !== 'noeviction' ||
		policy === undefined ||
		policies.includes('noeviction')
		? undefined
		: {
				reason: `policy noeviction, others ${new Set(policies).size === 1 ? policy : 'evict keys'}`,
				next: [
					hint(
						`set maxmemory-policy as on the others (${policy}): a failover does not carry settings over; then CONFIG REWRITE`,
					),
				],
			};
}

/** Fewest keys of a primary for a comparison with the others. Smaller numbers of keys differ by chance. */
const fewestKeys = 1000;
/** Fewest primaries of a cluster for a comparison. */
const fewestPrimaries = 3;
/** Multiple of an even share of all keys from which a primary has too many keys. */
const shareRatio = 2;

/**
The difference of a cluster's full primary: the others use little memory, or it has far more than an even share of the
keys. The reason may be a hash tag, which puts all its keys into one slot, or a large key.
*/
export function dataUnlikeOthers(facts: NodeFacts): Difference | undefined {
	const {nodes, record} = facts;
	const unused = memoryUnlikeOthers(facts);
	if (unused !== undefined) {
		return unused;
	}

	const counts = [...nodes.values()]
		.filter(other => other.role === 'primary' && inCluster(other))
		.map(other => ({other, keys: (other.sample && keyCount(other.sample.info)) ?? 0}));
	const all = counts.reduce((sum, {keys}) => sum + keys, 0);
	const own = counts.find(({other}) => other.address === record.address)?.keys ?? 0;
	const share = all === 0 ? 0 : own / all;
	const slot = fullestSlot(facts);
	return own < fewestKeys || counts.length < fewestPrimaries || share * counts.length < shareRatio
		? undefined
		: {
				reason: slot?.reason ?? `it has ${percent(share)} of the cluster's keys`,
				next: slot?.next ?? [
					hint(
						'look for a hash tag that puts the keys into one slot: CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2), else --bigkeys; raise maxmemory here for now',
					),
				],
			};
}

/** Largest share of their limits that the other primaries of a cluster use while one alone is full. */
const littleUsed = 0.5;

/** The difference of a full primary of a cluster, if every other primary uses little of its limit. */
export function memoryUnlikeOthers(facts: NodeFacts): Difference | undefined {
	const {nodes, record} = facts;
	if (record.role !== 'primary' || !inCluster(record)) {
		return undefined;
	}

	const others = [...nodes.values()].filter(
		other => other.role === 'primary' && other.address !== record.address && inCluster(other),
	);
	const shares = others.map(({sample}) => {
		const limit = sample?.info.number('memory', 'maxmemory') ?? 0;
		return limit === 0 ? undefined : (sample?.info.number('memory', 'used_memory') ?? limit) / limit;
	});
	const known = shares.filter(share => share !== undefined);
	if (known.length < Math.max(others.length, fewestPrimaries - 1) || Math.max(...known) > littleUsed) {
		return undefined;
	}

	const [least, most] = [percent(Math.min(...known)), percent(Math.max(...known))];
	const used = `${least === most ? '' : 'at most '}${most}`;
	const slot = fullestSlot(facts);
	return {
		reason: slot?.reason ?? `the other primaries use ${used}`,
		cause:
			slot === undefined
				? `only this shard is full, the others use ${used}`
				: message`${slot.reason}, the others use ${used}`,
		next: slot?.next ?? [
			hint(
				isSpread(facts)
					? 'no slot holds half of its keys: look for large keys (--bigkeys), or a hash tag with large values; slots without them can move; raise maxmemory here for now'
					: 'look for what puts so much into this shard: one hash tag (CLUSTER SLOT-STATS: Valkey 8.0, Redis 8.2) or large keys (--bigkeys); slots without it can move; raise maxmemory here for now',
			),
		],
	};
}
