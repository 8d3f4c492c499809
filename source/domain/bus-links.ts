import type {NodeId} from './node.js';

/**
The direction of a cluster bus link. Each node opens a link to every other node (`to`) and accepts a link from every
other node (`from`).
*/
export type LinkDirection = 'to' | 'from';

/** A link of the cluster bus: one entry of CLUSTER LINKS. */
export type BusLink = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	/** When the link was created, in milliseconds since the epoch; undefined when the server doesn't report it. */
	readonly createdMs: number | undefined;
	/** Bytes in the link's send buffer that wait to be sent. */
	readonly unsentBytes: number;
};

/** A link of the cluster bus that should exist, and that CLUSTER LINKS does not list. */
export type LinkGap = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	/**
	Whether the link was also missing in the previous reading. A healthy link reconnects within a tenth of a second, so a
	gap in only one reading is no fault.
	*/
	readonly isConfirmed: boolean;
};

/** A link whose peer doesn't read the data sent to it. */
export type LinkBacklog = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	readonly unsentBytes: number;
	/** Bytes that waited to be sent on the link in the previous reading; undefined in the first reading. */
	readonly beforeBytes: number | undefined;
};

/** A summary of one node's links. The whole CLUSTER LINKS replies of a large cluster would take too much memory. */
export type BusLinks = {
	readonly present: number;
	/** The number of links that should exist: two for each peer that the node knows and doesn't flag FAIL or PFAIL. */
	readonly expected: number;
	readonly gaps: readonly LinkGap[];
	/** Bytes that wait to be sent on all links of the node. */
	readonly unsentBytes: number;
	/** The links on which at least 64 KiB wait to be sent, the largest backlog first, at most eight. */
	readonly backlogs: readonly LinkBacklog[];
};
