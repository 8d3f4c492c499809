import type {NodeAddress} from './node.js';

/** Another node as a sentinel knows it: a replica or a fellow sentinel of one primary. */
export type SentinelPeer = {
	readonly address: NodeAddress;
	readonly host: string;
	readonly port: number;
	/** As printed: `slave`, `s_down`, `disconnected` … */
	readonly flags: ReadonlySet<string>;
	readonly runId: string | undefined;
	/** Of a replica: `ok` or `err`. */
	readonly linkStatus: string | undefined;
	/** Of a replica: 0 is never promoted. */
	readonly priority: number | undefined;
};

/** What a sentinel says of itself, every two seconds, on every data node that it monitors. */
export type SentinelHello = {
	readonly host: string;
	readonly port: number;
	readonly runId: string;
	/** The Sentinel's name of the primary that it monitors there. */
	readonly primaryName: string;
};

/** The reply to CKQUORUM: whether a failover could be agreed on and authorised now. */
export type QuorumCheck = {
	readonly isReached: boolean;
	/** The server's words. */
	readonly text: string;
	/** Checks in a row that failed: the first may still trust timers of sentinels that are gone. */
	readonly failures: number;
};

/** A primary that a Sentinel monitors, as that Sentinel sees it. */
export type MonitoredPrimary = {
	readonly name: string;
	readonly address: NodeAddress;
	readonly host: string;
	readonly port: number;
	/** `master`, `s_down`, `o_down`, `failover_in_progress` … */
	readonly flags: ReadonlySet<string>;
	/** The primary's run id; empty: this Sentinel never had a working link to it. Undefined where it is not printed. */
	readonly runId?: string | undefined;
	readonly configEpoch: number | undefined;
	/** Sentinels that must agree that the primary is down. */
	readonly quorum: number | undefined;
	readonly replicaCount: number | undefined;
	/** Beside the one that is asked. */
	readonly otherSentinels: number | undefined;
	readonly downAfterMs: number | undefined;
	readonly failoverTimeoutMs: number | undefined;
	/** Undefined until asked. */
	readonly replicas: readonly SentinelPeer[] | undefined;
	readonly sentinels: readonly SentinelPeer[] | undefined;
	readonly quorumCheck: QuorumCheck | undefined;
};

/** What one Sentinel reports. */
export type SentinelView = {readonly primaries: readonly MonitoredPrimary[]};
