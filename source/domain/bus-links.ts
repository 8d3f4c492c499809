import type {NodeId} from './node.js';

/** Each node keeps a link of its own to every other (`to`) and takes theirs (`from`). */
export type LinkDirection = 'to' | 'from';

/** One entry of CLUSTER LINKS. */
export type BusLink = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	/** Milliseconds since the epoch; undefined where it isn't told. */
	readonly createdMs: number | undefined;
	/** Waiting to be sent, bytes. */
	readonly unsentBytes: number;
};

/** A link that should be there and isn't. */
export type LinkGap = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	/** It was missing in the reading before as well: links reconnect within a tenth of a second. */
	readonly isConfirmed: boolean;
};

/** A link whose peer doesn't take what it is sent. */
export type LinkBacklog = {
	readonly direction: LinkDirection;
	readonly peer: NodeId;
	readonly unsentBytes: number;
	/** In the reading before; undefined for the first reading. */
	readonly beforeBytes: number | undefined;
};

/** What one node says of its links, in short: whole replies of a large cluster would fill the memory. */
export type BusLinks = {
	readonly present: number;
	/** Two for each peer that the node knows and doesn't flag FAIL or PFAIL. */
	readonly expected: number;
	readonly gaps: readonly LinkGap[];
	/** Of all links. */
	readonly unsentBytes: number;
	/** Of those that matter, the longest first. */
	readonly backlogs: readonly LinkBacklog[];
};
