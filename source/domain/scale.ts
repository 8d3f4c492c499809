/**
The limits that depend on the number of nodes, each with its reason, in the order of that number. A limit named `…UpTo` holds
at that number of nodes too. Figures were measured with 1,000 nodes at one poll a second (`npm run bench`). Those of CLUSTER
NODES were measured with 1,000 nodes on Redis 7.0.
*/
export const scale = {
	// 12 nodes

	/**
	Nodes with a long series: half an hour of every metric. Later nodes keep two minutes, which takes 9 MB for 1,000
	nodes instead of 260.
	*/
	longSeriesNodes: 12,
	/** Later nodes that get a long series when they are put in focus, 0.26 MB each. The ones put in focus last keep theirs. */
	lengthenedNodes: 24,

	// 50 nodes

	/** Nodes up to which the monitor keeps a recording of the last half hour in memory: 8 MB at most. */
	recentRecordingUpTo: 50,

	/**
	Nodes up to which every node is asked for its cluster view. With more nodes a sample of them is asked: all views of
	1,000 nodes would be 62 MB a second.
	*/
	viewsOfAllUpTo: 50,
	/**
	Nodes up to which slow logs and latencies of all nodes are read together. Above, nodes are read in turn: a slow log
	is 3 KB.
	*/
	logsOfAllUpTo: 50,
	/**
	Nodes up to which rules are evaluated with every poll. With more nodes, idle nodes are evaluated less often: all rules
	take 0.1 ms a node.
	*/
	rulesEveryPollUpTo: 50,
	/**
	Nodes up to which the history keeps every poll of every node. Above, it keeps fewer polls of nodes out of focus, so
	that it still covers half an hour.
	*/
	historyEveryPollUpTo: 50,
	/**
	Nodes up to which all nodes count as visible and are polled at every interval. Above, the poller is told which ones
	are on the screen.
	*/
	allVisibleUpTo: 50,
	/** Connections that are made at the same time. More would make a start of redis-top look like a flood. */
	connectsAtOnce: 50,

	// 64 nodes

	/**
	Parsed cluster views kept, 330 KB each at 1,000 nodes. More are kept than are read in the half minute after a
	change.
	*/
	clusterViewsKept: 64,

	// 100 nodes

	/** Nodes up to which the history keeps cluster views and whole comparisons of them, 8 MB each at 1,000 nodes. */
	historyViewUpTo: 100,
	/** Clients up to which the history keeps a client list: 500 clients every five seconds would be 100 MB. */
	historyClientsUpTo: 100,
	/**
	Nodes up to which the heap stays small. Above, replies of many polls outlive a small new space, which took half of
	all processor time.
	*/
	smallHeapUpTo: 100,
	/**
	Nodes up to which V8's optimizing compilers stay off. Measured on 1 and on 6 nodes: with them, the monitor takes a quarter
	more processor time.
	*/
	unoptimizedUpTo: 6,
	/** Nodes with findings that are polled as often as nodes on the screen. Nobody looks at more. */
	closelyPolledNodes: 100,
	/** Comparisons of cluster views in the history: 300 of small clusters, fewer of large ones, 3,000 nodes in all. */
	historyComparisons: 300,
	historyComparisonNodes: 3000,
	fewestHistoryComparisons: 5,

	// 200 nodes

	/**
	Nodes up to which states are published four times a second. With more nodes they are published once a second, because
	lists and totals visit every node.
	*/
	quickPublishUpTo: 200,
	/**
	Nodes up to which cluster views are compared whenever one arrives. With more nodes they are compared five times less
	often while all nodes agree.
	*/
	everyComparisonUpTo: 200,
	calmComparisonFactor: 5,
	/**
	Nodes polled in a second. With more nodes, those off the screen are polled less often, but at least every five
	seconds.
	*/
	pollsPerSecond: 200,
	longestPollPeriodMs: 5000,

	// Rates in large deployments

	/** Slow logs read in a second, so that all of 1,000 nodes are read within two minutes. */
	slowlogsPerSecond: 8,
	/**
	Fewest cluster views that are read in five seconds of nodes that agree. Every node is read once in five minutes.
	*/
	freshViews: 7,
	freshViewsMs: 5000,
	viewRoundMs: 300_000,
	/**
	Cluster views read in a second of nodes that disagree with the majority. Each such node is read again after ten
	seconds.
	*/
	differingViewsPerSecond: 8,
	differingViewAgainMs: 10_000,
	/**
	Interval between two CLUSTER LINKS, in milliseconds for each node of the cluster: 300 KB every five seconds at 1,000
	nodes.
	*/
	linksPeriodMsPerNode: 5,
	shortestLinksPeriodMs: 2000,
	/**
	Shortest interval between two comparisons of cluster views, in milliseconds; with more than 200 nodes, one
	millisecond a node. Comparing sixty views takes 20 ms.
	*/
	shortestComparisonMs: 200,

	// Totals over all nodes

	/** Entries of the history, about 1 KB each: half an hour of six nodes at one poll a second. */
	historyEntries: 12_000,
	fewestHistoryEntries: 10,
	/** Entries kept of each command log over all nodes: 20 a node at 1,000 nodes, and at most 1,000 a node. */
	logEntries: 20_000,
	mostLogEntries: 1000,
	fewestLogEntries: 16,
	/** Rows of the slow log merged over all nodes. They are limited because every state sorts them. */
	mergedSlowlogRows: 2000,
} as const;
