/**
What is needed beyond INFO now, for the panel that the user looks at or for rules. `client-rules`: rules read the list
of clients, although no panel shows it. `main-thread`: what the main thread does. INFO debug is then read too. `keys`:
sizes of Redis keys, use of slots, and hot keys. `key-sizes`: only sizes of keys and hot keys, once a minute, for rules.
*/
export type PollInterest =
	| 'clients'
	| 'client-rules'
	| 'main-thread'
	| 'keys'
	| 'key-sizes'
	| 'histograms'
	| 'slowlog'
	| 'all-slowlogs'
	| 'cluster';

/**
Whether a poll asks a node for its cluster view. `now`: with this poll, because the cluster changes or this node of a
large cluster was chosen. `not-now`: this poll reads only the digest (CLUSTER INFO). `scheduled`: with this poll if the
period of the request is over.
*/
export type ViewDemand = 'scheduled' | 'now' | 'not-now';

/** The purpose of one poll of one node. Together with the node's `PollState`, it decides which requests are sent. */
export type PollDemand = {
	/**
	Whether the node is in focus. A node in focus gets every request. Any other node gets the requests that the list of
	nodes, rules and discovery need.
	*/
	readonly isFocused: boolean;
	readonly interests: ReadonlySet<PollInterest>;
	/**
	Whether this node's slow log and latencies are read too, because a panel merges the slow logs and latencies of all
	nodes. They are always read for the node in focus.
	*/
	readonly isMerged?: boolean;
	/** Whether this node's slow log is read now in rotation, because the deployment is too large for `isMerged`. */
	readonly isSlowlogDue?: boolean;
	/**
	Whether the first sample must be complete, which takes one more round trip. Subcommands of redis-top that take two
	samples and exit need a complete first sample.
	*/
	readonly isWholeAtOnce?: boolean;
	/**
	Whether the user asked for the poll (`R`). Every request that the open panel or a rule needs is then sent, even CLIENT
	LIST of a server with very many clients.
	*/
	readonly isByHand: boolean;
	/** The names of the keys that the user watches. */
	readonly watchedKeys?: readonly string[] | undefined;
	/** Whether redis-top connects as the default user without a password. */
	readonly isAnonymous?: boolean;
	/** Whether a cluster node is asked for its whole cluster view. @default scheduled */
	readonly views?: ViewDemand | undefined;
	/** Whether a cluster node is asked for its links of the cluster bus. @default scheduled */
	readonly links?: ViewDemand | undefined;
	/** Whether the node is asked for Sentinels, because no Sentinel that monitors it is known. */
	readonly seeksSentinels?: boolean;
	/**
	Whether a node that is in focus or merged (`isMerged`) is asked once for its logs and its latency history from before
	redis-top started.
	*/
	readonly asksEarlier?: boolean;
};
