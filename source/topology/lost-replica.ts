import type {NodeRecord} from '../derive/node-record.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {type Nodes, nodeFinder} from './replication-edges.js';
import {topologyOf} from './topology.js';

/** The number of slots of a cluster. Source: the Redis Cluster specification, "Key distribution model". */
const slotTotal = 16_384;

/** A replica at whose address nothing answers, while its primary serves. */
export type LostReplica = {
	readonly primary: NodeAddress;
	/** The number of further replicas of the primary that answer. */
	readonly others: number;
	/** Whether each slot of the cluster has a primary that answers; undefined outside a cluster. */
	readonly isAllServed: boolean | undefined;
};

/**
What a replica at whose address nothing answers leaves behind. Undefined for any other node, and if its primary does not
answer either.
*/
export function lostReplicaOf(record: NodeRecord, nodes: Nodes): LostReplica | undefined {
	if (record.failure?.state !== 'down' || record.role === 'primary') {
		return undefined;
	}

	const {shards, isCluster} = topologyOf(nodes);
	const own = shards.find(({replicas}) => replicas.some(({address}) => address === record.address));
	const answering = shards.filter(({primary}) => primary?.reach === 'up');
	if (own?.primary !== undefined && answering.includes(own)) {
		return {
			primary: own.primary.address,
			others: own.replicas.filter(({address, reach}) => address !== record.address && reach === 'up').length,
			isAllServed: isCluster ? answering.reduce((sum, {slotCount}) => sum + slotCount, 0) === slotTotal : undefined,
		};
	}

	return listedBySentinels(record, nodes);
}

/** A replica that never answered has no place in the topology. Its Sentinels name its primary. */
function listedBySentinels({address}: NodeRecord, nodes: Nodes): LostReplica | undefined {
	const sameNode = nodeFinder(nodes);
	const monitored = [...nodes.values()]
		.flatMap(({failure, sentinel}) => (failure === undefined ? (sentinel?.value.primaries ?? []) : []))
		.find(({replicas = []}) => replicas.some(replica => sameNode(replica.address) === address));
	const primary = monitored && nodes.get(sameNode(monitored.address));
	if (primary?.reach !== 'up' || primary.role !== 'primary') {
		return undefined;
	}

	const replicas = new Set((monitored?.replicas ?? []).map(replica => sameNode(replica.address)));
	const others = [...replicas].filter(each => each !== address && nodes.get(each)?.reach === 'up').length;
	return {primary: primary.address, others, isAllServed: undefined};
}

/** The problem with the place of the replica: `refuses connections, a replica of 10.0.1.12:6379`. */
export const replicaProblem = (problem: Message, lost: LostReplica | undefined): Message =>
	lost === undefined ? problem : message`${problem}, a replica of ${nodeName(lost.primary)}`;

/** What is left: `which has no other; all slots are served`. */
export function leftOf(lost: LostReplica | undefined): string | undefined {
	if (lost === undefined) {
		return undefined;
	}

	const {others, isAllServed} = lost;
	return `which has ${others === 0 ? 'no other' : `${others} more`}${isAllServed === true ? '; all slots are served' : ''}`;
}

/** What the outage of a replica means while its primary serves. */
export const meaningOfLoss = ({others}: LostReplica): string =>
	others === 0
		? 'Its primary serves, and no replica can take over from the primary until this one is back.'
		: 'Its primary serves, and another replica can take over. There is one copy less of the data until this one is back.';
