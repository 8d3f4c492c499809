import type {NodeAddress} from './node.js';

/**
A node that a Sentinel reports for a primary: one of the primary's replicas, or another Sentinel that monitors the
primary.
*/
export type SentinelPeer = {
	readonly address: NodeAddress;
	readonly host: string;
	readonly port: number;
	/** The flags as printed: `slave`, `s_down`, `disconnected` … */
	readonly flags: ReadonlySet<string>;
	readonly runId: string | undefined;
	/** The state of a replica's link to its primary: `ok` or `err`. Undefined for a Sentinel. */
	readonly linkStatus: string | undefined;
	/** Milliseconds for which a replica's link to its primary has been down; undefined for a Sentinel. */
	readonly linkDownMs?: number | undefined;
	/** Milliseconds for which a Sentinel has been flagged `s_down`, from a minute on in whole minutes; undefined for others. */
	readonly downMs?: number | undefined;
	/**
	Milliseconds since a replica last reported another role, or since its Sentinel lists it with this primary; undefined
	after ten minutes, and for a Sentinel.
	*/
	readonly roleMs?: number | undefined;
	/** True if the node is flagged `s_down` and answers the PINGs of the Sentinel with errors, such as NOAUTH. */
	readonly refusesPing?: true | undefined;
	/** True if the Sentinel has had no accepted reply to its PINGs for some seconds, or never had one. */
	readonly isSilent?: true | undefined;
	/** The priority of a replica; a replica with priority 0 is never promoted. Undefined for a Sentinel. */
	readonly priority: number | undefined;
};

/** The message that a Sentinel publishes every two seconds on every data node that it monitors. */
export type SentinelHello = {
	readonly host: string;
	readonly port: number;
	readonly runId: string;
	/** The name that the Sentinel gives the primary that it monitors. */
	readonly primaryName: string;
};

/** The reply to SENTINEL CKQUORUM: whether Sentinels could agree on a failover and authorise it now. */
export type QuorumCheck = {
	readonly isReached: boolean;
	/** The reply to SENTINEL CKQUORUM in the server's words. */
	readonly text: string;
	/**
	Number of failed checks in a row. A first failure may be false, because Sentinels that no longer exist still count
	for a while when the needed majority is computed.
	*/
	readonly failures: number;
};

/** A primary that a Sentinel monitors, as that Sentinel sees it. */
export type MonitoredPrimary = {
	readonly name: string;
	readonly address: NodeAddress;
	readonly host: string;
	readonly port: number;
	/** The flags as printed: `master`, `s_down`, `o_down`, `failover_in_progress` … */
	readonly flags: ReadonlySet<string>;
	/**
	The primary's run id. Empty when this Sentinel never had a working link to the primary; undefined when the Sentinel
	doesn't print it.
	*/
	readonly runId?: string | undefined;
	readonly configEpoch: number | undefined;
	/**
	Milliseconds since the primary reports its role, or this Sentinel counts it as the primary; undefined after ten minutes.
	*/
	readonly roleMs?: number | undefined;
	/** Number of Sentinels that must agree that the primary is down. */
	readonly quorum: number | undefined;
	readonly replicaCount: number | undefined;
	/** Number of Sentinels that monitor the primary, without the reporting Sentinel. */
	readonly otherSentinels: number | undefined;
	readonly downAfterMs: number | undefined;
	/** Milliseconds for which this Sentinel has flagged the primary `s_down`; undefined while it does not. */
	readonly downMs?: number | undefined;
	/** True if the primary is flagged `s_down` and answers the PINGs of this Sentinel with errors, such as NOAUTH. */
	readonly refusesPing?: true | undefined;
	/** True if this Sentinel has had no accepted reply to its PINGs for some seconds, or never had one. */
	readonly isSilent?: true | undefined;
	readonly failoverTimeoutMs: number | undefined;
	/** The primary's replicas; undefined until SENTINEL REPLICAS was read. */
	readonly replicas: readonly SentinelPeer[] | undefined;
	readonly sentinels: readonly SentinelPeer[] | undefined;
	readonly quorumCheck: QuorumCheck | undefined;
};

/** The primaries that one Sentinel monitors, as it reports them. */
export type SentinelView = {
	/** The Sentinel's own id (SENTINEL MYID, since 6.2). Each Sentinel of a deployment needs an id of its own. */
	readonly id?: string | undefined;
	readonly primaries: readonly MonitoredPrimary[];
};
