import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fires} from './rule.js';

/** What the primary of a replica does before it begins the full resync that the replica waits for. */
type Wait = {
	readonly reason: Message;
	/** `repl-diskless-sync-delay` of the primary, seconds; undefined for another reason. */
	readonly delaySeconds?: number;
	readonly next: readonly NextStep[];
};

/** `repl-diskless-sync-delay`, seconds, up to which the wait is part of a usual full resync. Its default is 5. */
const usualDelaySeconds = 10;

/** Seconds after which a usual wait is over: the delay, and a busy machine. */
const usualWaitSeconds = 30;

/** Seconds after which any wait is a warning, as in rep.state. */
const longWaitSeconds = 120;

/** Name of the evidence that a replica without a link waits for its primary, which knows it and will serve it. */
export const awaitedState = 'its state at the primary';

const numberOf = ({sample}: NodeRecord, field: string): number => sample?.info.number('persistence', field) ?? 0;

const keysOf = ({sample}: NodeRecord): number => (sample === undefined ? 0 : (keyCount(sample.info) ?? 0));

/**
The steps for a primary that delays full resyncs. The new value counts at once. A primary without keys that has just
started must not begin sooner: its replica may hold the only copy, until the full resync discards it.
*/
export const sooner = (primary: NodeRecord, {settings}: Pick<NodeFacts, 'settings'>): readonly NextStep[] =>
	keysOf(primary) === 0
		? []
		: [
				hint(message`let ${nodeName(primary.address)} begin sooner, which counts at once; then CONFIG REWRITE there`),
				redisCli({record: primary, settings}, 'CONFIG SET repl-diskless-sync-delay 5'),
			];

/**
Why the full resync of a replica has not begun, although its primary answers and lists the replica. Undefined if the
replica waits for something else. Source: Redis replication.c, `syncCommand` and `replicationCron`.
*/
export function awaitedResync(facts: NodeFacts): Wait | undefined {
	const {primary, address, record} = facts;
	if (primary?.sample === undefined || primary.failure !== undefined) {
		return undefined;
	}

	const names = [address, ...(record.otherNames ?? [])];
	const link = primary.replicas.find(each => names.includes(each.address));
	if (link?.state !== 'wait_bgsave' && link?.state !== 'wait_bgsave_start') {
		return undefined;
	}

	if (numberOf(primary, 'aof_rewrite_in_progress') === 1) {
		const lasts = numberOf(primary, 'aof_current_rewrite_time_sec');
		return {
			reason: message`${nodeName(primary.address)} rewrites its AOF first${lasts > 0 ? `, for ${seconds(lasts)} so far` : ''}`,
			next: [hint('wait for the end of the AOF rewrite: the full resync begins after it')],
		};
	}

	if (numberOf(primary, 'rdb_bgsave_in_progress') === 1) {
		return {
			reason: message`${nodeName(primary.address)} ends another save first`,
			next: [hint('wait for the end of the save: the full resync begins after it')],
		};
	}

	const settings = primary.config?.value;
	const delaySeconds = Number(settings?.get('repl-diskless-sync-delay') ?? 0);
	return settings?.get('repl-diskless-sync') !== 'yes' || !(delaySeconds > 0)
		? undefined
		: {
				reason: message`${nodeName(primary.address)} waits ${seconds(delaySeconds)} for more replicas (repl-diskless-sync-delay)`,
				delaySeconds,
				next: [
					...(delaySeconds > usualDelaySeconds ? sooner(primary, facts) : []),
					hint(`or wait: the full resync begins ${seconds(delaySeconds)} after the last replica came`),
				],
			};
}

/** Whether clients read keys from the node. A replica without a link applies no writes, which would look up keys as well. */
const isRead = (facts: NodeFacts): boolean =>
	(facts.perSecond('stats', 'keyspace_hits') ?? 0) + (facts.perSecond('stats', 'keyspace_misses') ?? 0) > 0;

/**
The finding on a replica that waits for the full resync. It is info in a planned join: the wait is usual, or nobody reads
from the replica.
*/
export function awaitingResync(facts: NodeFacts, wait: Wait, primary: NodeRecord, downSeconds: number, heldMs: number) {
	const heldSeconds = heldMs / 1000;
	const isEmpty = facts.sample !== undefined && keyCount(facts.sample.info) === 0;
	const isUsual =
		wait.delaySeconds !== undefined && wait.delaySeconds <= usualDelaySeconds && heldSeconds < usualWaitSeconds;
	if (!isUsual && facts.earlier === undefined) {
		return pending('whether clients read there needs two samples');
	}

	const isHarmful = !isUsual && isRead(facts) && keysOf(primary) > 0;
	const isLong = heldSeconds >= longWaitSeconds;
	return fires(isHarmful || isLong ? 'warning' : 'info', {
		problem:
			isHarmful && isEmpty
				? message`has no data yet, and clients read there`
				: message`waits for a full resync from ${nodeName(primary.address)}`,
		reason: wait.reason,
		effect: 'reads-stale',
		nodes: [facts.address, primary.address],
		evidence: [
			...infoEvidence(
				facts,
				['replication', 'master_link_status'],
				['replication', 'master_link_down_since_seconds', 'seconds'],
			),
			{name: awaitedState, value: 'wait_bgsave'},
		],
		meaning: isEmpty
			? 'It has no keys: it answers reads as if there were no data. After a failover to it all data would be missing.'
			: `It serves the data of ${downSeconds > 0 ? `${seconds(downSeconds)} ago` : 'its last link'} until the full resync is done.`,
		next: [
			...wait.next,
			...(isHarmful ? [hint('let its readers read elsewhere until its link is up')] : []),
			redisCli({record: primary, settings: facts.settings}, 'INFO replication'),
		],
	});
}
