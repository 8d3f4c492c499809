import type {NodeRecord} from '../derive/node-record.js';
import type {ActionName} from '../domain/action.js';
import type {NextStep, Remedy} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import {type Nodes, nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {promotionObstacle} from './sentinel-promotion.js';

/** Why no node takes over from a primary that loads its data, and how a replica does. */
export type LoadingTakeover = {
	readonly reason?: Message | undefined;
	readonly next: readonly NextStep[];
	readonly action?: ActionName | undefined;
	readonly remedy?: Remedy | undefined;
};

const nothing: LoadingTakeover = {next: []};

/**
How a replica takes over from a primary that loads its data. Sentinels never fail over such a primary by themselves,
because the reply LOADING to their PING counts as alive. The nodes of a cluster do: a node that loads does not answer on
its bus, so a replica is elected after the node timeout.
*/
export function takeoverWhileLoading(facts: NodeFacts): LoadingTakeover {
	const {record, nodes, settings} = facts;
	const replica = replicaWithNewestData(record, nodes);
	if (replica === undefined || isOfCluster(record) || isOfCluster(replica)) {
		return nothing;
	}

	const name = nodeName(replica.address);
	const watching = watchingSentinel(record, nodes);
	if (watching !== undefined) {
		const {sentinel, group, downAfterMs} = watching;
		const at = {record: sentinel, settings};
		const named = message`${nameOf('primary', group)}`;
		const failover = redisCli(at, message`SENTINEL FAILOVER ${named}`);
		return {
			reason: 'sentinels take a node that loads for alive',
			next: watching.isPromoting
				? [hint(message`or let ${name}, which has the data and answers, take over now:`), failover]
				: [
						hint(message`or let ${name} take over; its link is down too long for sentinels, so raise the time first:`),
						redisCli(at, message`SENTINEL SET ${named} down-after-milliseconds ${longDownAfterMs}`),
						failover,
						hint(`then set down-after-milliseconds back${downAfterMs === undefined ? '' : ` to ${downAfterMs}`}`),
					],
			...(watching.isPromoting && {
				action: 'sentinel-failover' as const,
				remedy: {node: sentinel.address, value: group},
			}),
		};
	}

	return {
		next: [
			hint(
				message`or promote ${name}, which has the data and answers; point the clients at it, and let ${nodeName(record.address)} replicate from it before it serves again:`,
			),
			redisCli({record: replica, settings}, 'REPLICAOF NO ONE'),
		],
	};
}

/** A time that lets sentinels promote a replica whose link was down for up to ten minutes. */
const longDownAfterMs = 60_000;

export const isOfCluster = ({clusterNodes, sample}: NodeRecord): boolean =>
	clusterNodes !== undefined || sample?.info.number('cluster', 'cluster_enabled') === 1;

/** The replica of the node that has the newest data, among those that answer and have data. */
function replicaWithNewestData({address}: NodeRecord, nodes: Nodes): NodeRecord | undefined {
	const sameNode = nodeFinder(nodes);
	const offsetOf = ({sample}: NodeRecord): number => sample?.info.number('replication', 'slave_repl_offset') ?? 0;
	return [...nodes.values()]
		.filter(other => {
			const named = primaryNamedBy(other);
			return (
				other.role === 'replica' &&
				other.reach === 'up' &&
				named !== undefined &&
				sameNode(named) === address &&
				offsetOf(other) > 0 &&
				other.sample?.info.number('replication', 'master_sync_in_progress') !== 1
			);
		})
		.toSorted((one, other) => offsetOf(other) - offsetOf(one))[0];
}

/** A sentinel that monitors the node; one that would promote a replica at once goes before others. */
function watchingSentinel({address}: NodeRecord, nodes: Nodes) {
	const sameNode = nodeFinder(nodes);
	const watching = [...nodes.values()].flatMap(sentinel =>
		sentinel.role !== 'sentinel' || sentinel.failure !== undefined
			? []
			: (sentinel.sentinel?.value.primaries ?? [])
					.filter(primary => sameNode(primary.address) === address)
					.map(primary => ({
						sentinel,
						group: primary.name,
						downAfterMs: primary.downAfterMs,
						isPromoting: (primary.replicas ?? []).some(replica => promotionObstacle(replica, primary) === undefined),
					})),
	);
	return watching.find(({isPromoting}) => isPromoting) ?? watching[0];
}
