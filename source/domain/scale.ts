/**
The limits that depend on the number of nodes, each with its reason, in the order of that number. A limit named `…UpTo` holds
at that number of nodes too. Figures were measured with 1,000 nodes at one poll a second (`npm run bench`). Those of CLUSTER
NODES were measured with 1,000 nodes on Redis 7.0.
*/
export const scale = {
	// 12 nodes

	/** The first nodes keep half an hour of every metric, later ones two minutes: 9 MB for 1,000 nodes instead of 260. */
	longSeriesNodes: 12,

	// 50 nodes

	/** Every node is asked for its cluster view. Above, a sample: all views of 1,000 nodes would be 62 MB a second. */
	viewsOfAllUpTo: 50,
	/** Slow logs and latencies of all nodes are read together. Above, round robin: a slow log is 3 KB. */
	logsOfAllUpTo: 50,
	/** Rules are evaluated with every poll. Above, less often for idle nodes: all rules take 0.1 ms a node. */
	rulesEveryPollUpTo: 50,
	/** The history keeps every poll of every node. Above, fewer of nodes out of focus, so that they cover half an hour too. */
	historyEveryPollUpTo: 50,
	/** The poller is not told which nodes are on the screen: it polls all of them at every interval. */
	allVisibleUpTo: 50,
	/** Connections being made at the same time: a restart of redis-top must not look like a flood. */
	connectsAtOnce: 50,

	// 64 nodes

	/** Parsed cluster views kept, 330 KB each at 1,000 nodes: more than are read in the half minute after a change. */
	clusterViewsKept: 64,

	// 100 nodes

	/** The history leaves out cluster views of more nodes, and summarizes comparisons of them: 8 MB each at 1,000 nodes. */
	historyViewUpTo: 100,
	/** The history leaves out longer client lists: 500 clients every five seconds would be 100 MB. */
	historyClientsUpTo: 100,
	/** The heap may grow above: replies of many polls outlive a small new space, which took half of all processor time. */
	smallHeapUpTo: 100,
	/** Nodes with findings that are polled as if they were on the screen. Nobody looks at more. */
	closelyPolledNodes: 100,
	/** Comparisons of cluster views in the history: 300 of small clusters, fewer of large ones, 3,000 nodes in all. */
	historyComparisons: 300,
	historyComparisonNodes: 3000,
	fewestHistoryComparisons: 5,

	// 200 nodes

	/** States are published four times a second. Above, once: lists and totals visit every node. */
	quickPublishUpTo: 200,
	/** Cluster views are compared whenever one comes. Above, five times less often while all nodes agree. */
	everyComparisonUpTo: 200,
	calmComparisonFactor: 5,
	/** Nodes polled in a second. With more, those off the screen are polled less often, but at least every five seconds. */
	pollsPerSecond: 200,
	longestPollPeriodMs: 5000,

	// Rates in large deployments

	/** Slow logs read in a second: all of 1,000 nodes within two minutes. */
	slowlogsPerSecond: 8,
	/** Cluster views of nodes that agree: at least seven in five seconds, and every node once in five minutes. */
	freshViews: 7,
	freshViewsMs: 5000,
	viewRoundMs: 300_000,
	/** Cluster views of nodes that disagree with most: eight a second, each again after ten seconds. */
	differingViewsPerSecond: 8,
	differingViewAgainMs: 10_000,
	/** CLUSTER LINKS of one node every 5 ms a node: 300 KB every five seconds at 1,000 nodes. */
	linksPeriodMsPerNode: 5,
	shortestLinksPeriodMs: 2000,
	/** Cluster views are compared at most every 200 ms, or every millisecond a node: comparing sixty takes 20 ms. */
	shortestComparisonMs: 200,

	// Totals over all nodes

	/** History entries, about 1 KB each: half an hour of six nodes at one poll a second. */
	historyEntries: 12_000,
	fewestHistoryEntries: 10,
	/** Entries of each command log, at most 1,000 a node: twenty each of 1,000 nodes. */
	logEntries: 20_000,
	mostLogEntries: 1000,
	fewestLogEntries: 16,
	/** Rows of the slow log merged over all nodes: they are sorted for every state. */
	mergedSlowlogRows: 2000,
} as const;
