/** What somebody looks at now, beyond INFO. */
export type PollInterest = 'clients' | 'histograms' | 'slowlog' | 'all-slowlogs' | 'cluster';

/**
`now`: with this poll, because the cluster changes or a large one's sample includes this node. `not-now`: the digest
(CLUSTER INFO) is enough. `scheduled`: when its period is over.
*/
export type ViewDemand = 'scheduled' | 'now' | 'not-now';

/** What one poll of one node is for. It decides, with the node's `PollState`, what is asked. */
export type PollDemand = {
	/** The node in focus is asked for everything; the others for what lists and discovery need. */
	readonly isFocused: boolean;
	readonly interests: ReadonlySet<PollInterest>;
	/** Slow logs and latencies are merged over all nodes, so this one is asked for them too. The node in focus always is. */
	readonly isMerged?: boolean;
	/** In a deployment too large for `isMerged`, the round robin has reached this node: its slow log is read now. */
	readonly isSlowlogDue?: boolean;
	/** The first sample brings everything, one round trip later: for commands that take two samples and exit. */
	readonly isWholeAtOnce?: boolean;
	/** The user asked for it (`R`): everything of interest is due, CLIENT LIST at any size too. */
	readonly isByHand: boolean;
	/** We are the default user, and gave no password. */
	readonly isAnonymous?: boolean;
	/** How a cluster node is asked for its whole view. @default scheduled */
	readonly views?: ViewDemand | undefined;
	/** How it is asked for its links of the cluster bus. @default scheduled */
	readonly links?: ViewDemand | undefined;
	/** No Sentinel that monitors this node is known, so it is asked whether there are any. */
	readonly seeksSentinels?: boolean;
};
