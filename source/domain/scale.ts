/**
The limits that depend on the number of nodes, each with its reason. Each heading names the number of nodes from which
on its limits matter. A limit named `…UpTo` includes that number of nodes. Figures were measured with 1,000 nodes at one
poll a second (`npm run bench`). Figures about CLUSTER NODES were measured with 1,000 nodes on Redis 7.0.
*/
export const scale = {
	// Limits that matter from about 8 nodes on

	/**
	Largest number of nodes with which `check` sends a burst of PINGs to every node, and the screen to a node out of focus
	whose reply was late. Each burst takes two connections and a millisecond of the server's time.
	*/
	lookedAtCloselyUpTo: 8,

	// Limits that matter from about 12 nodes on

	/**
	Number of nodes with a long series: half an hour of every metric. All further nodes keep two minutes. For 1,000 nodes,
	this takes 9 MB instead of 260 MB.
	*/
	longSeriesNodes: 12,
	/**
	Number of further nodes that get a long series when the user puts them in focus, 0.26 MB each. The nodes that were put
	in focus last keep their long series.
	*/
	lengthenedNodes: 24,

	// Limits that matter from about 50 nodes on

	/** Largest number of nodes with which the monitor keeps a recording of the last half hour in memory: 8 MB at most. */
	recentRecordingUpTo: 50,

	/**
	Largest number of nodes with which every node is asked for its cluster view. With more nodes, only some nodes are
	asked at a time. Asking all of 1,000 nodes would return 62 MB of views a second.
	*/
	viewsOfAllUpTo: 50,
	/**
	Largest number of nodes with which slow logs and latencies of all nodes are read together. With more nodes, the logs
	are read from one node after another, because the reply with one slow log has 3 KB.
	*/
	logsOfAllUpTo: 50,
	/**
	Largest number of nodes with which rules are evaluated with every poll. With more nodes, idle nodes are evaluated less
	often, because evaluating all rules takes 0.1 ms for each node.
	*/
	rulesEveryPollUpTo: 50,
	/**
	Largest number of nodes with which the history keeps every poll of every node. With more nodes, it keeps fewer polls
	of nodes out of focus, so that it still covers half an hour.
	*/
	historyEveryPollUpTo: 50,
	/**
	Largest number of nodes with which all nodes count as visible and are polled at every interval. With more nodes, the
	poller is told which nodes are on the screen.
	*/
	allVisibleUpTo: 50,
	/**
	Number of connections that are made at the same time. More would make a start of redis-top look like a connection
	flood.
	*/
	connectsAtOnce: 50,

	// Limits that matter from about 64 nodes on

	/**
	Number of parsed cluster views that are kept, 330 KB each at 1,000 nodes. redis-top follows a change of the cluster
	for half a minute. In that time it reads fewer views than this number, so none of them is dropped.
	*/
	clusterViewsKept: 64,

	// Limits that matter from about 100 nodes on

	/**
	Largest number of nodes with which the history keeps cluster views and whole comparisons of them. At 1,000 nodes, one
	comparison with its views would take 8 MB.
	*/
	historyViewUpTo: 100,
	/**
	Largest number of clients with which the history keeps a client list: lists of 500 clients every five seconds would be
	100 MB.
	*/
	historyClientsUpTo: 100,
	/**
	Largest number of nodes with which V8's space for new objects is kept small. With more nodes, the replies of many
	polls are still in use when that space is full. Collecting them as garbage later took half of all processor time.
	*/
	smallHeapUpTo: 100,
	/**
	Largest number of nodes with which V8's optimizing compilers stay off. Measured on 1 and on 6 nodes: with these
	compilers, the monitor takes a quarter more processor time.
	*/
	unoptimizedUpTo: 6,
	/**
	Largest number of nodes that are polled as often as nodes on the screen because they have findings. Nobody looks at
	the findings of more than 100 nodes at once.
	*/
	closelyPolledNodes: 100,
	/** Number of comparisons of cluster views that the history keeps with up to 100 nodes. */
	historyComparisons: 300,
	/**
	With more than 100 nodes, the history keeps this figure divided by the number of nodes: 6 comparisons with 500 nodes.
	*/
	historyComparisonNodes: 3000,
	/** Least number of comparisons of cluster views that the history keeps, however many nodes there are. */
	fewestHistoryComparisons: 5,

	// Limits that matter from about 200 nodes on

	/**
	Largest number of nodes with which states are published four times a second. With more nodes they are published once a
	second, because lists and totals visit every node.
	*/
	quickPublishUpTo: 200,
	/**
	Largest number of nodes with which cluster views are compared whenever a view arrives. With more nodes they are
	compared less often while all nodes agree.
	*/
	everyComparisonUpTo: 200,
	/** Factor by which the interval between two comparisons of cluster views is longer while all nodes agree. */
	calmComparisonFactor: 5,
	/**
	Number of polls of all nodes together in a second. With more than 200 nodes, each node off the screen is polled less
	often than once a second.
	*/
	pollsPerSecond: 200,
	/** Longest interval between two polls of a node off the screen, in milliseconds. */
	longestPollPeriodMs: 5000,

	// Rates in large deployments

	/** Number of slow logs read in a second, so that 1,000 nodes are read in about two minutes. */
	slowlogsPerSecond: 8,
	/** Least number of cluster views that are read in five seconds (`freshViewsMs`) from nodes that agree. */
	freshViews: 7,
	freshViewsMs: 5000,
	/**
	Time in which every node that agrees is read at least once, in milliseconds. In large clusters this needs more reads.
	*/
	viewRoundMs: 300_000,
	/**
	Number of cluster views read in a second from nodes that disagree with the majority. Each such node is read again
	after ten seconds (`differingViewAgainMs`).
	*/
	differingViewsPerSecond: 8,
	differingViewAgainMs: 10_000,
	/**
	Interval between two CLUSTER LINKS commands in the whole cluster, in milliseconds for each of its nodes. At 1,000
	nodes, one node is asked every five seconds, and its reply has 300 KB.
	*/
	linksPeriodMsPerNode: 5,
	/** Shortest interval between two CLUSTER LINKS commands in a small cluster, in milliseconds. */
	shortestLinksPeriodMs: 2000,
	/**
	Shortest interval between two comparisons of cluster views, in milliseconds. With more than 200 nodes, it is one
	millisecond for each node. Comparing sixty views takes 20 ms.
	*/
	shortestComparisonMs: 200,

	// Totals over all nodes

	/** Entries of the history over all nodes, about 1 KB each: half an hour of six nodes at one poll a second. */
	historyEntries: 12_000,
	/** Least number of history entries of each node, however many nodes there are. */
	fewestHistoryEntries: 10,
	/** Entries kept of each command log over all nodes: 20 a node at 1,000 nodes. */
	logEntries: 20_000,
	/** Largest number of entries of a command log that are kept of one node. */
	mostLogEntries: 1000,
	/** Least number of entries of a command log that are kept of one node, however many nodes there are. */
	fewestLogEntries: 16,
	/**
	Number of entries in the slow log that is merged from all nodes. It is limited because each new state sorts the
	entries again.
	*/
	mergedSlowlogRows: 2000,
} as const;
