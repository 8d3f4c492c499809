import {nodeTimeoutOf} from '../cluster/cluster-state.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {topologyOf} from '../topology/topology.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts} from './rule.js';
import {monitoredGroups, type SentinelReport} from './sentinel-groups.js';

/** Milliseconds for which a failover counts as recent. */
export const failoverWindowMs = 600_000;

/** Nodes of which one at a time is the primary, and how long that primary may be silent before it is replaced. */
export type FailoverGroup = {
	readonly name: Name;
	readonly subject: string;
	readonly members: readonly NodeFacts[];
	readonly limit: {readonly name: string; readonly ms: number | undefined};
	/** The steps that let the primary be silent for longer than it was held, in milliseconds. */
	readonly longer: (heldMs: number) => readonly NextStep[];
	/**
	The node that turned from a primary into a replica last, and when, in milliseconds since the epoch, as Sentinels tell.
	*/
	readonly turned: ReadonlyMap<NodeAddress, number>;
	/** What clients that write need to follow a failover by themselves; empty where nothing is to be done. */
	readonly writers: readonly NextStep[];
};

/** Most milliseconds for which a dead primary may stay without a failover. */
const mostMs = 30_000;

/** A limit that is half as long again as what held the primary, in whole multiples of five seconds. */
const limitAbove = (heldMs: number, leastMs: number): number =>
	Math.max(leastMs, Math.ceil((heldMs * 1.5) / 5000) * 5000);

/** Least milliseconds between the times from which a Sentinel counts the roles of two replicas, if one of them changed its. */
const apartMs = 2000;

/**
The replica that a Sentinel saw in another role after the last failover: its former primary. A Sentinel lists all
replicas again with a new primary, and counts their roles from then. The former primary reports the role of a primary for
some seconds more.
*/
function lastTurned({sentinel, primary: {replicas = []}}: SentinelReport): ReadonlyArray<[NodeAddress, number]> {
	const readAtMs = sentinel.record.sentinel?.atMs;
	return replicas.flatMap(({address, roleMs}): ReadonlyArray<[NodeAddress, number]> => {
		const others = replicas.filter(other => other.address !== address);
		return readAtMs !== undefined &&
			roleMs !== undefined &&
			others.length > 0 &&
			others.every(other => (other.roleMs ?? Number.POSITIVE_INFINITY) >= roleMs + apartMs)
			? [[address, readAtMs - roleMs]]
			: [];
	});
}

function sentinelGroups(fleet: FleetFacts): readonly FailoverGroup[] {
	const sameNode = nodeFinder(new Map([...fleet.nodes].map(([address, {record}]) => [address, record])));
	return monitoredGroups(fleet).map(({name, reports}) => {
		const named = reports.flatMap(({primary}) => [
			primary.address,
			...(primary.replicas ?? []).map(({address}) => address),
		]);
		const downAfter = reports.flatMap(({primary: {downAfterMs}}) => downAfterMs ?? []);
		return {
			name: nameOf('primary', name),
			subject: name,
			members: [...new Set(named.map(sameNode))].flatMap(address => fleet.nodes.get(address) ?? []),
			limit: {name: 'down-after-milliseconds', ms: downAfter.length === 0 ? undefined : Math.min(...downAfter)},
			longer: heldMs => longerSteps(name, reports, limitAbove(heldMs, 10_000)),
			turned: new Map(reports.flatMap(lastTurned).map(([address, atMs]) => [sameNode(address), atMs])),
			writers: [
				hint(
					message`clients that write must ask a sentinel for the primary (SENTINEL GET-MASTER-ADDR-BY-NAME ${nameOf('primary', name)}): a kept address gives READONLY errors now`,
				),
			],
		};
	});
}

const longerSteps = (name: string, reports: readonly SentinelReport[], limitMs: number): readonly NextStep[] =>
	limitMs > mostMs
		? []
		: [
				hint('or let each sentinel wait longer before it takes the primary for down:'),
				...reports.map(({sentinel}) =>
					redisCli(sentinel, message`SENTINEL SET ${nameOf('primary', name)} down-after-milliseconds ${limitMs}`),
				),
			];

function clusterShards({nodes}: FleetFacts): readonly FailoverGroup[] {
	const records = new Map([...nodes].map(([address, {record}]) => [address, record]));
	return topologyOf(records).shards.map(({name, primary, replicas}) => {
		const members = [...(primary === undefined ? [] : [primary]), ...replicas].flatMap(
			({address}) => nodes.get(address) ?? [],
		);
		return {
			name: nameOf('primary', name),
			subject: name,
			members,
			limit: {
				name: 'cluster-node-timeout',
				ms: nodeTimeoutOf(new Map(members.map(({address, record}) => [address, record]))),
			},
			longer: heldMs =>
				limitAbove(heldMs, 15_000) > mostMs
					? []
					: [
							hint('or let the nodes wait longer before they take a primary for failed:'),
							hint(`on each node of the cluster: CONFIG SET cluster-node-timeout ${limitAbove(heldMs, 15_000)}`),
						],
			turned: new Map(),
			writers: [],
		};
	});
}

/** The groups of a deployment: shards of a cluster, else what Sentinels monitor. */
export const failoverGroups = (fleet: FleetFacts): readonly FailoverGroup[] =>
	fleet.deployment === 'cluster' ? clusterShards(fleet) : sentinelGroups(fleet);
