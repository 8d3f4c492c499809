import type {NodeId} from './node.js';

/** Number of slots of a cluster, whatever its size. */
export const slotTotal = 16_384;

/** The first and the last slot of a range, both included, 0–16383. */
export type SlotRange = {readonly first: number; readonly last: number};

/** A slot that is being moved. Source: `[slot->-id]` or `[slot-<-id]` in a node's own line of CLUSTER NODES. */
export type OpenSlot = {readonly slot: number; readonly direction: 'migrating' | 'importing'; readonly peer: NodeId};

export type ClusterFlag =
	| 'myself'
	| 'master'
	| 'slave'
	| 'fail?'
	| 'fail'
	| 'handshake'
	| 'noaddr'
	| 'nofailover'
	| 'noflags';

/** One line of CLUSTER NODES: what the node that printed the line reports about one node, which may be itself. */
export type ClusterNode = {
	readonly id: NodeId;
	/** The node's host, IPv6 without brackets. Empty when the printing node doesn't know its own address yet. */
	readonly host: string;
	readonly port: number;
	readonly busPort: number | undefined;
	readonly hostname: string | undefined;
	/** The flags as printed. Flags that redis-top doesn't know are kept. */
	readonly flags: ReadonlySet<ClusterFlag | (string & {})>;
	readonly primaryId: NodeId | undefined;
	/**
	When the printing node sent the ping whose pong is still pending, in milliseconds since the epoch; 0 when no pong is
	pending.
	*/
	readonly pingSentMs: number;
	readonly pongReceivedMs: number;
	/** The node's configuration epoch. A replica's line has the epoch of its primary. */
	readonly configEpoch: number;
	readonly linkState: 'connected' | 'disconnected';
	readonly slots: readonly SlotRange[];
	readonly openSlots: readonly OpenSlot[];
};

/**
A line of CLUSTER NODES without the times of ping and pong. Without these times, the lines that different nodes print
about one node are equal. redis-top then keeps one object for all of them.
*/
export type LastingLine = Omit<ClusterNode, 'pingSentMs' | 'pongReceivedMs'>;

/** The fields of CLUSTER INFO by name, as printed. */
export type ClusterInfo = ReadonlyMap<string, string>;
