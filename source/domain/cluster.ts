import type {NodeId} from './node.js';

/** Slots of every cluster, of any size. */
export const slotTotal = 16_384;

/** First and last slot, both in it, 0–16383. */
export type SlotRange = {readonly first: number; readonly last: number};

/** `[slot->-id]` and `[slot-<-id]` of a node's own line. */
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

/** One line of CLUSTER NODES: what the asked node believes of another. */
export type ClusterNode = {
	readonly id: NodeId;
	/** Empty when the asked node doesn't know its own address yet. IPv6 comes without brackets. */
	readonly host: string;
	readonly port: number;
	readonly busPort: number | undefined;
	readonly hostname: string | undefined;
	/** As printed; a word this program doesn't know is kept. */
	readonly flags: ReadonlySet<ClusterFlag | (string & {})>;
	readonly primaryId: NodeId | undefined;
	/** Unix milliseconds of the ping that waits for its pong; 0 for none. */
	readonly pingSentMs: number;
	readonly pongReceivedMs: number;
	/** A replica's line shows its primary's epoch. */
	readonly configEpoch: number;
	readonly linkState: 'connected' | 'disconnected';
	readonly slots: readonly SlotRange[];
	readonly openSlots: readonly OpenSlot[];
};

/** What a line says but for its times, which are others in every view. */
export type LastingLine = Omit<ClusterNode, 'pingSentMs' | 'pongReceivedMs'>;

/** CLUSTER INFO's fields as printed. */
export type ClusterInfo = ReadonlyMap<string, string>;
