import {nodeTimeoutOf, replicaLinkOf} from '../cluster/cluster-state.js';
import {dataObstacle} from '../cluster/replica-data.js';
import {rangesText} from '../cluster/verdict-text.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import {seconds} from '../text/units.js';
import {isOnlyPublished, isReachedByNobody} from '../topology/announced.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {waitingFailoverOf} from '../topology/waiting-failover.js';
import {hint} from './next-steps.js';
import {refusedPromotion} from './refused-promotion.js';
import {forcedFailoverSteps} from './sentinel-leftovers.js';
import {unfitSteps} from './sentinel-promotion.js';
import {waitingSentinelSteps} from './waiting-sentinels.js';

type Nodes = ReadonlyMap<NodeAddress, NodeRecord>;

/**
What to do about a node whose announced address is not reachable. A replica tells its primary the address when it
connects, so its link is closed once. Source: replication.c, `REPLCONF ip-address`.
*/
export const announcementStep = (record: NodeRecord, nodes: Nodes): NextStep =>
	hint(
		isReachedByNobody(record, nodes)
			? 'correct replica-announce-ip on the replica: CONFIG SET it, CONFIG REWRITE, then CLIENT KILL TYPE master, so that it tells its primary'
			: isOnlyPublished(record, nodes)
				? 'correct sentinel announce-ip if it is wrong; if only this side cannot reach it, map it with --nat-map'
				: 'map it with --nat-map, or let it announce what can be reached: replica-announce-ip, sentinel announce-ip, cluster-announce-ip',
	);

/**
The first steps for a primary that does not answer, and that neither its Sentinels nor its cluster replace soon. Empty for
any other node.
*/
export function noFailoverSteps(record: NodeRecord, nodes: Nodes): readonly NextStep[] {
	const {address} = record;
	const sameNode = nodeFinder(nodes);
	for (const {role, failure, sentinel} of nodes.values()) {
		const primaries = role === 'sentinel' && failure === undefined ? (sentinel?.value.primaries ?? []) : [];
		const primary = primaries.find(each => each.flags.has('o_down') && sameNode(each.address) === address);
		if (primary !== undefined) {
			return unfitSteps(primary) ?? refusedPromotion([primary], nodes)?.next ?? forcedFailoverSteps(record, nodes);
		}
	}

	// A quorum that is too high keeps sentinels from agreeing, so that the flag above is never there.
	const forced = forcedFailoverSteps(record, nodes);
	const waiting = forced.length > 0 ? forced : waitingSentinelSteps(record, nodes);
	return waiting.length > 0 ? waiting : clusterSteps(record, nodes);
}

/**
The first replica of a primary of a cluster whose replicas all have no data, or data that is too old for an election.
Undefined if one of them may be elected.
*/
export function heldBackReplica({address, clusterNodes}: NodeRecord, nodes: Nodes): NodeRecord | undefined {
	const sameNode = nodeFinder(nodes);
	const replicas = [...nodes.values()].filter(record => {
		const named = primaryNamedBy(record);
		return named !== undefined && sameNode(named) === address && record.failure === undefined;
	});
	const isInCluster = clusterNodes !== undefined || replicas.some(replica => replica.clusterNodes !== undefined);
	const [first] = replicas;
	if (!isInCluster) {
		return undefined;
	}

	const limitMs = nodeTimeoutOf(nodes);
	const isHeldBack = replicas.every(replica => {
		const link = replicaLinkOf(replica);
		return link !== undefined && dataObstacle(link, limitMs) !== undefined;
	});
	return isHeldBack ? first : undefined;
}

/** The step for a primary of a cluster that no replica can replace, or that a replica replaces late. */
function clusterSteps(record: NodeRecord, nodes: Nodes): readonly NextStep[] {
	const waiting = waitingFailoverOf(record, nodes);
	if (waiting !== undefined) {
		return [
			hint(
				message`${waiting.isSilent ? 'if its host is gone: ' : waiting.isFresh ? 'if it does not come back: ' : ''}promote ${nodeName(waiting.replica.address)}: CLUSTER FAILOVER FORCE there, else it waits ${seconds(waiting.nodeTimeoutMs / 1000)}`,
			),
		];
	}

	const first = heldBackReplica(record, nodes);
	return first === undefined
		? []
		: [hint(message`start ${nodeName(record.address)} again: no replica takes over, ${dataOf(first)}`)];
}

/** What users of a primary of a cluster lack until its replica takes over, which happens late; undefined for any other node. */
export function waitingDetail(record: NodeRecord, nodes: Nodes): Message | undefined {
	const {replica, slots = [], nodeTimeoutMs = 0} = waitingFailoverOf(record, nodes) ?? {};
	return replica === undefined
		? undefined
		: message`primary of slots ${rangesText(slots)}, which fail until ${nodeName(replica.address)} takes over, ${seconds(nodeTimeoutMs / 1000)} or more after its last answer`;
}

/** What is wrong with the data of a replica that an election does not consider. */
function dataOf(replica: NodeRecord): Message {
	const name = nodeName(replica.address);
	const neverLinked = (replicaLinkOf(replica)?.linkDownSeconds ?? 0) < 0;
	const keys = replica.sample === undefined ? 0 : (keyCount(replica.sample.info) ?? 0);
	return !neverLinked
		? message`the data of ${name} is old`
		: keys > 0
			? message`${name} has not synchronised with it since its start`
			: message`${name} never synchronised with it and has no data`;
}
