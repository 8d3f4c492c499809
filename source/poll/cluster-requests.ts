import {parseClusterLinks} from '../parse/cluster-links.js';
import {parseClusterInfo, parseClusterNodes} from '../parse/cluster-nodes.js';
import {isCounting, readCounts, slotsToCount} from './foreign-slots.js';
import {slotOfSample} from './full-shard.js';
import {linksPeriod} from './links-period.js';
import type {PollDemand} from './poll-demand.js';
import {into, isShown, type RequestRow, readMigrations, readSlotKeys, textIn} from './request-row.js';

/**
Highest number of a node's slots in migration or import in which redis-top counts keys. An interrupted resharding leaves
one such slot. A faulty script may leave a few.
*/
const mostCountedSlots = 8;

/** Number of slots of other nodes in which one poll counts keys, while the cluster's panel shows this node. */
const countedWhileShown = 256;
/** Number of slots of other nodes in which one poll counts keys, while the cluster's panel does not show this node. */
const countedAtRest = 64;

const isLookedAt = ({isFocused, interests}: PollDemand): boolean => isFocused && interests.has('cluster');

/** Requests that are sent to nodes of a cluster. */
export const clusterRequests = [
	{
		// CLUSTER NODES takes the server 1 ms at 1,000 nodes; the reply has 6 KB at 50 nodes. The command is sent to
		// every node, because each node has its own view.
		kind: 'cluster-nodes',
		command: 'cluster|nodes',
		when: ({hasCluster}) => hasCluster,
		everyMs: (_, {isFocused, interests, views = 'scheduled'}) =>
			({now: 0, scheduled: isFocused && interests.has('cluster') ? 2000 : 5000, 'not-now': undefined})[views],
		read: into('clusterNodes', reply => parseClusterNodes(textIn(reply))),
	},
	{
		// CLUSTER INFO takes the server 40 µs. When the digest of the reply changes on any node, cluster views are read
		// with every poll.
		kind: 'cluster-info',
		command: 'cluster|info',
		when: ({hasCluster}) => hasCluster,
		everyMs: (_, {views = 'scheduled'}) => ({now: 0, scheduled: 2000, 'not-now': 5000})[views],
		read: into('clusterInfo', reply => parseClusterInfo(textIn(reply))),
	},
	{
		kind: 'cluster-links',
		command: 'cluster|links',
		when: ({hasCluster}) => hasCluster,
		everyMs: linksPeriod,
		readWith: 'cluster-nodes',
		read: (reply, replies) => {
			replies.links = parseClusterLinks(reply);
			return true;
		},
	},
	{
		// The reply is one id of 40 hexadecimal digits. The rule about shards with two primaries ignores an id that was
		// read before the node changed its role: the id may be that of the old shard.
		kind: 'shard-id',
		command: 'cluster|myshardid',
		when: ({hasCluster}) => hasCluster,
		everyMs: () => 60_000,
		read: (reply, {extras}) => {
			const id = typeof reply === 'string' && /^[\da-f]{40}$/.test(reply) ? reply : undefined;
			if (id !== undefined) {
				extras.shardId = id;
			}

			return id !== undefined;
		},
	},
	{
		kind: 'slot-keys',
		command: 'cluster|countkeysinslot',
		arguments: state =>
			[...new Set([...state.openSlots.slice(0, mostCountedSlots), ...slotOfSample(state)])].map(slot => [String(slot)]),
		when: ({hasCluster}) => hasCluster,
		everyMs: () => 2000,
		read: readSlotKeys,
	},
	{
		// COUNTKEYSINSLOT takes the server about a microsecond. A pass counts the keys in all slots of other nodes, because
		// clients cannot reach such keys. Each poll counts a few slots, and more slots while the cluster's panel is open. A
		// new pass begins an hour after the previous one.
		kind: 'foreign-slot-keys',
		command: 'cluster|countkeysinslot',
		arguments: (state, demand) =>
			slotsToCount(state, isLookedAt(demand) ? countedWhileShown : countedAtRest).map(slot => [String(slot)]),
		when: (state, demand) =>
			state.hasCluster && state.ownSlots.length > 0 && isShown(demand) && demand.isWholeAtOnce !== true,
		everyMs: (state, demand) => (isCounting(state) ? (isLookedAt(demand) ? 1000 : 10_000) : 3_600_000),
		// The replies to all commands of one write were joined into this reply (`joinCounts`).
		read: (reply, {extras}) => {
			const countOfSlot = readCounts(reply);
			if (countOfSlot !== undefined) {
				extras.foreignKeys = {isWhole: false, countOfSlot};
			}

			return countOfSlot !== undefined;
		},
	},
	{
		kind: 'slot-migrations',
		command: 'cluster|getslotmigrations',
		when: ({hasCluster}) => hasCluster,
		everyMs: () => 5000,
		read: readMigrations,
	},
	{
		kind: 'migration-status',
		command: 'cluster|migration',
		arguments: () => [['STATUS', 'ALL']],
		when: ({hasCluster}) => hasCluster,
		everyMs: () => 5000,
		read: readMigrations,
	},
] as const satisfies readonly RequestRow[];
