import type {NodeRecord} from '../derive/node-record.js';
import type {Statement} from '../domain/finding.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import {isAnnouncedUnreachable} from './announced.js';
import {type Nodes, nodeFinder} from './replication-edges.js';

/** A primary to whose announced address Sentinels send all clients, and that redis-top never reached there. */
export type AnnouncedPrimary = {
	/** The name that Sentinels give the primary. */
	readonly name: string;
	/** The Sentinel that tells of it. */
	readonly sentinel: NodeAddress;
	/** Whether a failover made it the primary: failovers alone raise the configuration epoch. */
	readonly isPromoted: boolean;
	/** Another data node of the group that answers here, or whose host refuses: its network is reached. */
	readonly reached: NodeRecord;
};

const isUnsure = ({flags}: Pick<MonitoredPrimary, 'flags'>): boolean =>
	['s_down', 'o_down', 'disconnected', 'failover_in_progress'].some(flag => flags.has(flag));

/**
What is known of a node that all Sentinels name as a primary that is up, and that is not reached from here although another
data node of its group is. Undefined for any other node. Where no data node is reached, redis-top may stand outside
the network of all clients.
*/
export function announcedPrimary(record: NodeRecord, nodes: Nodes): AnnouncedPrimary | undefined {
	if (!isAnnouncedUnreachable(record, nodes)) {
		return undefined;
	}

	const sameNode = nodeFinder(nodes);
	const reports = [...nodes.values()].flatMap(({address, failure, sentinel}) =>
		failure === undefined ? (sentinel?.value.primaries ?? []).map(primary => ({sentinel: address, primary})) : [],
	);
	const [first] = reports.filter(({primary}) => primary.address === record.address);
	const ofGroup = reports.filter(({primary}) => primary.name === first?.primary.name);
	if (first === undefined || ofGroup.some(({primary}) => primary.address !== record.address || isUnsure(primary))) {
		return undefined;
	}

	const reached = (first.primary.replicas ?? [])
		.map(({address}) => nodes.get(sameNode(address)))
		.find(other =>
			other?.failure === undefined ? other?.sample !== undefined : other.failure.code === 'ECONNREFUSED',
		);
	return (
		reached && {
			name: first.primary.name,
			sentinel: first.sentinel,
			isPromoted: (first.primary.configEpoch ?? 0) > 0,
			reached,
		}
	);
}

/** The statement about an announced primary that is not reached. Its text follows the node's address. */
export const announcedPrimaryStatement = ({name, isPromoted}: AnnouncedPrimary): Statement => ({
	problem: "can't be reached, and sentinels send all clients there",
	detail: message`as the primary of ${nameOf('primary', name)}`,
	reason: `${isPromoted ? 'a failover promoted it, and ' : ''}its announced address is of another network`,
});

/** The Sentinel that answers at another address, where others list a second address of it; undefined for other nodes. */
export function otherAddressOf({address}: NodeRecord, nodes: Nodes): NodeAddress | undefined {
	const answering = [...nodes.values()].filter(
		({failure, sentinel}) => failure === undefined && sentinel !== undefined,
	);
	const ids = answering.flatMap(({sentinel}) =>
		(sentinel?.value.primaries ?? []).flatMap(({sentinels}) =>
			(sentinels ?? []).filter(peer => peer.address === address).map(({runId}) => runId),
		),
	);
	return answering.find(
		other =>
			other.address !== address && other.sentinel?.value.id !== undefined && ids.includes(other.sentinel.value.id),
	)?.address;
}

/** The statement about a second address of a Sentinel that answers. Its text follows the second address. */
export const secondAddressStatement = (other: NodeAddress): Statement => ({
	problem: message`is a second address of the sentinel ${nodeName(other)}, and nobody reaches it there`,
	reason: 'sentinel announce-ip is missing or wrong',
});
