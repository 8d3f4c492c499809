import type {NodeRecord} from '../derive/node-record.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {Shard} from '../domain/topology.js';
import {announcedPrimary} from './announced-primary.js';
import {type Nodes, nodeFinder} from './replication-edges.js';
import {topologyOf} from './topology.js';

/** The node that serves in place of a failed primary; `by` is undefined when no node reports it. */
export type Takeover = {readonly by: NodeAddress | undefined; readonly isCluster: boolean};

/**
How a primary at whose address nothing answers was replaced, by its cluster or by Sentinels. Undefined for every other
node. A process that hangs is not replaced in full: it holds the connections of its clients, and may go on with old
data.
*/
export const takeoverOf = (record: NodeRecord, nodes: Nodes): Takeover | undefined =>
	record.failure === undefined || record.reach !== 'down'
		? undefined
		: (takeoverInCluster(record, nodes) ?? takeoverBySentinels(record, nodes));

/**
In a cluster, a replaced primary is marked FAIL and owns no slot any more. The slots that it reported last have owners
that answer. Of a node that never answered, no earlier slots are known. The log of the node that took over names it, where
that log is on this machine; `by` is undefined otherwise.
*/
function takeoverInCluster({address, clusterNodes}: NodeRecord, nodes: Nodes): Takeover | undefined {
	const {loose, shards} = topologyOf(nodes);
	const isReplaced = loose.some(node => node.address === address && node.flags.includes('fail'));
	const own = clusterNodes?.value.find(({flags}) => flags.has('myself'))?.slots ?? [];
	const owners = own.map(({first}) => shards.find(shard => serves(shard, first))?.primary?.address);
	return !isReplaced || owners.includes(undefined)
		? undefined
		: {by: own.length > 0 ? owners[0] : successorByLog(address, shards, nodes), isCluster: true};
}

/** The primary that answers and replaced a node, according to its own log on this machine. */
function successorByLog(address: NodeAddress, shards: readonly Shard[], nodes: Nodes): NodeAddress | undefined {
	const sameNode = nodeFinder(nodes);
	return shards.find(({primary}) => {
		const record = primary?.reach === 'up' ? nodes.get(primary.address) : undefined;
		const former = record && formerInLog(record);
		return former !== undefined && sameNode(former) === address;
	})?.primary?.address;
}

/** Lines of a replica's log. Source: cluster.c (`clusterHandleReplicaFailover`), replication.c (`replicationCron`). */
const electionWon = /Failover election won/;
const connecting = /[*] Connecting to (?:MASTER|PRIMARY) (\S+):(\d+)$/;

/**
The primary that a node of a cluster replaced, according to its log on this machine: until the node won the election, it
connected to that primary.
*/
export function formerInLog({host}: Pick<NodeRecord, 'host'>): NodeAddress | undefined {
	const lines = host?.value.kind === 'here' ? (host.value.log?.lines ?? []) : [];
	const before = lines.slice(
		0,
		Math.max(
			0,
			lines.findLastIndex(line => electionWon.test(line)),
		),
	);
	const [, name, port] = before.map(line => connecting.exec(line)).findLast(found => found !== null) ?? [];
	return name === undefined ? undefined : addressOf({kind: 'tcp', host: name, port: Number(port)});
}

const serves = ({primary, slots}: Shard, slot: number): boolean =>
	primary?.reach === 'up' && slots.some(({first, last}) => first <= slot && slot <= last);

/** Sentinels list a replaced primary as a replica of the new one, which answers as a primary, or which they alone reach. */
function takeoverBySentinels({address, role, sample}: NodeRecord, nodes: Nodes): Takeover | undefined {
	const monitored = [...nodes.values()].flatMap(({failure, sentinel}) =>
		failure === undefined ? (sentinel?.value.primaries ?? []) : [],
	);
	const primary = monitored.find(({replicas = []}) => replicas.some(replica => replica.address === address));
	const by = primary?.address;
	const successor = by === undefined ? undefined : nodes.get(by);
	const isAgreed = monitored.every(each => each.address !== address);
	const wasPrimary =
		role === 'primary' || (role === 'unknown' && sample === undefined && wasReplacedUnseen(address, monitored));
	const isServing =
		(successor?.reach === 'up' && successor.role === 'primary') ||
		(successor !== undefined && announcedPrimary(successor, nodes)?.isPromoted === true);
	return isAgreed && isServing && wasPrimary ? {by, isCluster: false} : undefined;
}

/**
Whether Sentinels made the node a replica in a failover and have not reached it since. A failover raises the configuration
epoch and makes the old primary a new entry, which gets a run id only from the first reply. Source: Redis sentinel.c,
`sentinelResetMasterAndChangeAddress`.
*/
const wasReplacedUnseen = (address: NodeAddress, monitored: readonly MonitoredPrimary[]): boolean =>
	monitored.every(({configEpoch = 0, replicas = []}) => {
		const entry = replicas.find(replica => replica.address === address);
		return entry === undefined || (configEpoch > 0 && entry.runId === '' && entry.flags.has('s_down'));
	});

/** The description of a false positive, for the documentation of rules about nodes that don't answer. */
export const replacedPrimary =
	'The finding is a warning about a primary that its cluster or Sentinels have replaced: clients do not need it any more.';

/** What the outage of a replaced primary means. */
export const meaningOfTakeover = ({isCluster}: Takeover): string =>
	`${isCluster ? 'The cluster serves its slots without it' : 'Its clients belong on the new primary now'}. There is one copy less of the data until it returns as a replica.`;

/** The problem of a replaced primary: `refuses connections, 10.0.1.12:6379 took over`. */
export const replacedProblem = (problem: Message, takeover: Takeover | undefined): Message =>
	takeover === undefined
		? problem
		: takeover.by === undefined
			? message`${problem}, and owns no slots`
			: message`${problem}, ${nodeName(takeover.by)} took over`;
