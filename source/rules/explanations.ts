import type {RuleId} from './all-rules.js';
import type {Explanation} from './explanation.js';
import {
	cannotFork,
	failedAtLimit,
	fillsNetwork,
	hasLoggedObstacle,
	hasNoObstacle,
	hasNoPlaceForData,
	hasSilenced,
	holdsLong,
	holdsReplicasBack,
	holdsThread,
	isCritical,
	isCutOff,
	isFlush,
	isForRights,
	isForScripts,
	isKeptByPrimary,
	isMostlyStopped,
	isMove,
	isOfFailover,
	isOfMessages,
	isOfMove,
	isOfOutage,
	isOfRefusedSentinels,
	isOfSubscriber,
	isReadonly,
	isRepeated,
	isReportOf,
	isSlowOrSilenced,
	isUnlinked,
	isUnlinkedAtAnnounced,
	isWarning,
	isWithoutReason,
	sharesNode,
} from './explanation-conditions.js';
import {
	behindExplanations,
	clientExplanations,
	emptyPrimaryExplanation,
	errorExplanations,
	linkExplanations,
	lostMajorityExplanations,
	lostNodeExplanations,
	machineExplanations,
	replacedPrimaryExplanations,
} from './explanation-groups.js';
import {
	failoverSymptoms,
	followerSymptoms,
	linkSymptoms,
	mergeSymptoms,
	partedSymptoms,
	replacementSymptoms,
	sameIdSymptoms,
	slowSymptoms,
} from './symptoms.js';

/** Rules about a node that does not answer. Their findings explain all others on that node and on its replication. */
export const outages: readonly RuleId[] = [
	'conn.refused',
	'conn.unreachable',
	'conn.unresponsive',
	'conn.refusing',
	'conn.auth',
	'fn.engine',
	'srv.busy',
	'srv.shutdown',
	'srv.loading',
];

/**
The table of causes and symptoms. The first row that fits a finding decides its cause. A cause may itself have a cause.
*/
export const explanations: readonly Explanation[] = [
	{
		cause: 'rep.failovers',
		where: 'anywhere',
		symptoms: [...failoverSymptoms, 'rep.failed_over'],
		isCause: ({culprit}) => culprit !== undefined,
	},
	// A primary that lives was replaced for a command that held it.
	{cause: 'rep.failed_over', where: 'anywhere', symptoms: replacementSymptoms, isSymptom: sharesNode},
	{cause: 'lat.slowlog_new', where: 'anywhere', symptoms: ['lat.slowlog_new'], isCause: isMove, isSymptom: isOfMove},
	// The loser of a merge discards its keys and follows the winner. Clients of both find neither their keys nor their slots.
	{cause: 'clu.merged', where: 'anywhere', symptoms: mergeSymptoms},
	emptyPrimaryExplanation,
	{cause: 'fn.engine', where: 'here', symptoms: ['srv.busy']},
	// A replica that cannot load its primary's data requests a full resync again and again.
	{
		cause: 'rep.link_down',
		where: 'primary',
		symptoms: ['rep.refused', 'rep.fullsync_storm', 'rep.state', 'sec.authfail', 'sec.denied', 'cli.churn'],
		isCause: hasLoggedObstacle,
	},
	// A replica that a server refuses tries again, sometimes thousands of times a second.
	{
		cause: 'rep.refused',
		where: 'here',
		symptoms: [
			'rep.fullsync_storm',
			'rep.state',
			'cli.churn',
			'err.failed',
			'err.rate',
			'sec.denied',
			'sec.authfail',
			'rep.none',
			'rep.lost',
			'rep.min_good',
		],
	},
	{cause: 'rep.refused', where: 'replicas', symptoms: linkSymptoms, isCause: cannotFork},
	{cause: 'sen.refused', where: 'here', symptoms: ['err.rate', 'err.failed', 'sec.authfail']},
	// The finding on the missing link is the cause, because its text says what the replica cannot do. The full disk or
	// bad folder is the reason that it names.
	{cause: 'rep.link_down', where: 'here', symptoms: ['per.disk', 'per.dir'], isCause: hasNoPlaceForData},
	// A primary may be unable to write the RDB file of a full resync. The finding on this failure is the cause, because
	// its text says what the replicas lack. The full disk or bad folder is the reason that it names.
	{
		cause: 'per.rdb_fail',
		where: 'here',
		symptoms: ['rep.fullsync_storm', 'rep.state', 'per.disk', 'per.dir'],
		isCause: holdsReplicasBack,
	},
	{cause: 'per.rdb_fail', where: 'replicas', symptoms: linkSymptoms, isCause: holdsReplicasBack},
	{cause: 'per.rdb_fail', where: 'here', symptoms: ['os.cgroup'], isCause: failedAtLimit},
	// A full resync in which no data arrives starts again and again.
	{
		cause: 'rep.sync',
		where: 'primary',
		symptoms: ['rep.fullsync_storm', 'rep.state', 'rep.lag_ack'],
		isCause: isCritical,
	},
	// A replica that copies everything again is the one that is not online yet.
	{cause: 'rep.sync', where: 'primary', symptoms: ['rep.state', 'mem.repl_buf'], isCause: isWarning},
	// A timeout shorter than what it waits for breaks the link again and again.
	{cause: 'rep.timeout', where: 'primary', symptoms: ['rep.flapping']},
	{cause: 'rep.timeout', where: 'here', symptoms: ['rep.flapping']},
	...replacedPrimaryExplanations,
	// Both ends of a cut link report the cut.
	{cause: 'rep.lag_ack', where: 'replicas', symptoms: ['rep.io_stale'], isCause: isCutOff},
	...behindExplanations,
	// A replica of a replica gets no data while the replica in the middle has no link.
	{cause: 'rep.link_down', where: 'replicas', symptoms: ['rep.io_stale', 'rep.link_down', 'rep.sync']},
	// Sentinels promote no replica at an address that they do not reach.
	{
		cause: 'conn.unreachable',
		where: 'anywhere',
		symptoms: ['sen.no_replica'],
		isCause: ({effect}) => effect === 'failover-impossible',
	},
	// A Sentinel that lacks an ACL right on a node can neither end a failover nor see the node.
	{cause: 'sen.acl', where: 'anywhere', symptoms: ['sen.failing', 'sen.down']},
	{cause: 'sen.acl', where: 'here', symptoms: ['sec.denied']},
	{cause: 'err.failed', where: 'here', symptoms: ['sec.denied'], isCause: isForRights},
	// Sentinels that cannot log in to the primary know neither its replicas nor each other.
	{
		cause: 'sen.down',
		where: 'anywhere',
		symptoms: ['sen.quorum', 'sen.count', 'sen.no_replica', 'sen.refused'],
		isCause: isUnlinked,
	},
	// The one client that sends far more than before takes the time of the main thread, and much of the machine's.
	{
		cause: 'cpu.surge',
		where: 'here',
		symptoms: [
			...(['os.psi', 'os.runq', 'cpu.main', 'cli.top_talker', 'lat.command_hog', 'lat.queue'] as const),
			...(['lat.mean_regress', 'lat.p99', 'lat.event', 'lat.eventloop', 'conn.rtt'] as const),
		],
	},
	// A server that its host stops looks hung or slow by itself: it measures commands by wall-clock time.
	{
		cause: 'cpu.throttle',
		where: 'here',
		symptoms: ['conn.unresponsive', 'conn.flapping', 'os.psi', ...slowSymptoms],
		isCause: isMostlyStopped('nr_throttled / nr_periods'),
	},
	// The time in which a control group is stopped counts as time in the run queue.
	{cause: 'cpu.throttle', where: 'here', symptoms: ['os.runq']},
	{cause: 'os.psi', where: 'here', symptoms: ['os.runq']},
	{
		cause: 'os.runq',
		where: 'here',
		symptoms: ['conn.unresponsive', 'conn.flapping', ...slowSymptoms],
		isCause: isMostlyStopped('schedstat, time in the run queue'),
		isSymptom: isSlowOrSilenced,
	},
	{cause: 'os.disk', where: 'here', symptoms: ['conn.unresponsive', 'conn.flapping', 'per.fsync']},
	{cause: 'os.psi_memory', where: 'here', symptoms: ['conn.unresponsive', 'conn.flapping']},
	// A slow command explains why the server did not answer, and why redis-top closed its connection.
	{
		cause: 'lat.on_cmds',
		where: 'here',
		symptoms: ['conn.unresponsive', 'conn.flapping', 'srv.busy'],
		isCause: holdsThread,
		isSymptom: isWithoutReason,
	},
	// The command that silenced the server within the last minute is what is known about its silence now.
	{
		cause: 'lat.slowlog_new',
		where: 'here',
		symptoms: ['conn.unresponsive', 'conn.flapping'],
		isCause: hasSilenced,
		isSymptom: isWithoutReason,
	},
	{cause: 'lat.slowlog_new', where: 'replicas', symptoms: ['lat.slowlog_new'], isSymptom: isRepeated},
	// While Sentinels are gone, the others count too few Sentinels. The finding on their number then says nothing new.
	{cause: 'sen.quorum', where: 'anywhere', symptoms: ['sen.count']},
	{cause: 'cli.lockout', where: 'here', symptoms: ['cli.max']},
	{cause: 'os.oomscore', where: 'here', symptoms: ['conn.refused', 'srv.restarted', 'srv.crash_loop']},
	{
		cause: 'srv.crash_loop',
		where: 'here',
		symptoms: [
			'conn.refused',
			'conn.unreachable',
			'conn.unresponsive',
			'conn.refusing',
			'conn.flapping',
			'srv.loading',
			'srv.loading_stuck',
			'rep.lost',
			'rep.none',
		],
	},
	{cause: 'srv.crash_loop', where: 'replicas', symptoms: linkSymptoms},
	// A replica that ends again and again asks for a full resync at each start.
	{cause: 'srv.crash_loop', where: 'primary', symptoms: [...followerSymptoms, 'rep.fullsync_storm', 'per.fork_slow']},
	// The address that a primary was pointed to by mistake, or by an intruder, is no node that anybody misses.
	{cause: 'rep.made_replica', where: 'here', symptoms: ['rep.link_down', 'err.failed', 'err.rate']},
	// Keys that are gone before the other server has sent its own were deleted by somebody.
	{cause: 'rep.made_replica', where: 'here', symptoms: ['key.drop'], isCause: ({effect}) => effect === 'data-lost'},
	{cause: 'rep.made_replica', where: 'replicas', symptoms: ['key.drop', ...linkSymptoms]},
	// A replica discards its keys before it loads those of its primary.
	{cause: 'rep.link_down', where: 'here', symptoms: ['key.drop'], isCause: hasLoggedObstacle},
	{cause: 'rep.link_down', where: 'here', symptoms: ['key.drop'], isSymptom: isKeptByPrimary},
	{cause: 'rep.sync', where: 'here', symptoms: ['key.drop'], isSymptom: isKeptByPrimary},
	{cause: 'rep.emptied', where: 'replicas', symptoms: ['key.drop']},
	{
		cause: 'rep.made_replica',
		where: 'primary',
		symptoms: ['conn.refused', 'conn.unreachable', 'conn.refusing', 'conn.unresponsive', 'conn.stale', 'conn.flapping'],
	},
	...lostMajorityExplanations,
	...outages.flatMap((cause): Explanation[] => [
		{cause, where: 'here', symptoms: ['*'], isSymptom: isOfOutage},
		// A replica whose log tells why it got no data had lost its link before.
		{cause, where: 'replicas', symptoms: linkSymptoms, isSymptom: hasNoObstacle},
		{cause, where: 'primary', symptoms: followerSymptoms},
		// Sentinels report the outage of the primary, too.
		{cause, where: 'anywhere', symptoms: ['sen.down'], isSymptom: isReportOf},
	]),
	// A cut network explains what each partition reports about the other partition.
	{cause: 'clu.split', where: 'anywhere', symptoms: ['clu.minority', ...partedSymptoms]},
	{cause: 'clu.minority', where: 'anywhere', symptoms: partedSymptoms},
	{
		cause: 'clu.node_fail',
		where: 'anywhere',
		symptoms: ['clu.state', 'clu.slots_fail', 'clu.slots_pfail', 'clu.coverage', 'clu.no_replica', 'clu.replica_unfit'],
	},
	// A replica cannot reach its primary at an address at which nothing answers.
	{
		cause: 'clu.announce',
		where: 'anywhere',
		symptoms: [...linkSymptoms, 'rep.lost', 'rep.none', 'clu.no_replica', 'clu.replica_unfit'],
		isCause: isUnlinkedAtAnnounced,
	},
	// Replicas and other nodes go to one or the other of two servers with one id.
	{cause: 'clu.same_id', where: 'anywhere', symptoms: sameIdSymptoms},
	// A node that restarted without its nodes.conf is alone. Its shard then lacks a replica, and the other nodes still
	// list its old id.
	...lostNodeExplanations,
	{cause: 'srv.restarted', where: 'here', symptoms: ['rep.fullsync_storm', 'rep.lost', 'rep.none']},
	{cause: 'srv.restarted', where: 'replicas', symptoms: linkSymptoms, isSymptom: hasNoObstacle},
	{cause: 'srv.restarted', where: 'primary', symptoms: ['rep.lost', 'rep.none', 'rep.min_good']},
	{cause: 'srv.paused', where: 'here', symptoms: ['conn.unresponsive']},
	{cause: 'srv.failover', where: 'here', symptoms: ['srv.paused'], isSymptom: isOfFailover},
	// A full disk or a bad folder explains the failed save, which explains the refused writes.
	{cause: 'per.disk', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite', 'per.fsync']},
	{cause: 'per.dir', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite']},
	{cause: 'mem.fork_room', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_rewrite']},
	{cause: 'per.rdb_fail', where: 'here', symptoms: ['per.misconf', 'per.stale', 'per.dirty']},
	// A server that refuses writes for a failed save refuses the PINGs of its Sentinels as well.
	{cause: 'per.misconf', where: 'anywhere', symptoms: ['sen.down'], isSymptom: isOfRefusedSentinels},
	{cause: 'per.aof_write', where: 'here', symptoms: ['per.misconf', 'mem.aof_buf', 'per.aof_rewrite']},
	// Clients that hold all connections explain why other clients get no connection.
	{cause: 'cli.killed', where: 'here', symptoms: ['cli.churn', 'cli.storm', 'cli.few']},
	{cause: 'cli.leak', where: 'here', symptoms: ['cli.max', 'cli.rejected', 'cli.idle_hog']},
	{cause: 'cli.idle_hog', where: 'here', symptoms: ['cli.max', 'cli.rejected']},
	{cause: 'cli.max', where: 'here', symptoms: ['cli.rejected']},
	...linkExplanations,
	// Long work on the main thread explains the findings about everything that waits for the main thread.
	{
		cause: 'lat.on_cmds',
		where: 'here',
		symptoms: ['lat.p99', 'lat.mean_regress', 'lat.event', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
	},
	{cause: 'lat.command_hog', where: 'here', symptoms: ['lat.eventloop', 'cpu.main', 'lat.p99', 'conn.rtt']},
	{cause: 'mem.oom', where: 'here', symptoms: ['err.rate', 'err.failed']},
	{cause: 'per.misconf', where: 'here', symptoms: ['err.rate', 'err.failed']},
	{cause: 'rep.min_good', where: 'here', symptoms: ['err.rate', 'err.failed']},
	{cause: 'err.failed', where: 'here', symptoms: ['err.rate']},
	...errorExplanations,
	{cause: 'err.unknown', where: 'here', symptoms: ['err.rate']},
	// An intruder deletes the data, and makes the server save into a folder where the server may not write.
	{
		cause: 'sec.intrusion',
		where: 'here',
		symptoms: ['key.drop', 'key.flush', 'per.dir', 'per.rdb_fail', 'per.misconf', 'rep.made_replica'],
	},
	{cause: 'per.not_loaded', where: 'here', symptoms: ['key.drop']},
	{cause: 'key.drop', where: 'here', symptoms: ['key.flush']},
	{cause: 'key.drop', where: 'replicas', symptoms: ['key.drop']},
	{cause: 'key.flush', where: 'here', symptoms: ['lat.slowlog_new'], isSymptom: isFlush},
	{cause: 'key.deleted', where: 'here', symptoms: ['key.miss']},
	{cause: 'key.undrained', where: 'here', symptoms: ['mem.growth', 'key.backlog', 'key.not_taken']},
	{cause: 'key.not_taken', where: 'here', symptoms: ['mem.growth', 'key.backlog', 'key.group_stuck']},
	{cause: 'key.untrimmed', where: 'here', symptoms: ['mem.growth', 'key.backlog']},
	{cause: 'key.empty_db', where: 'here', symptoms: ['key.miss']},
	...clientExplanations,
	{
		cause: 'cli.obuf_kill',
		where: 'here',
		symptoms: ['net.big_reply', 'cli.pubsub'],
		isCause: isOfSubscriber,
		isSymptom: isOfMessages,
	},
	{cause: 'cli.pubsub', where: 'here', symptoms: ['mem.clients', 'cli.obuf']},
	{cause: 'mem.clients', where: 'here', symptoms: ['cli.obuf']},
	{cause: 'net.big_reply', where: 'here', symptoms: ['conn.rtt', 'mem.clients', 'cli.obuf'], isCause: fillsNetwork},
	// The buffers displace the keys, and the writers write again what was evicted.
	{cause: 'mem.clients', where: 'here', symptoms: ['mem.evict_storm'], isCause: ({effect}) => effect !== undefined},
	// What fills the memory explains the server's reaction: eviction, refused writes or disconnected clients.
	{cause: 'mem.clients', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max', 'mem.evict', 'mem.overhead']},
	{cause: 'mem.repl_buf', where: 'here', symptoms: ['mem.system', 'mem.unset']},
	{cause: 'mem.policy_noop', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max']},
	{cause: 'mem.oom', where: 'here', symptoms: ['mem.exceeded', 'mem.max', 'mem.growth']},
	// The text about refused writes or evictions says what the scripts take.
	{cause: 'mem.oom', where: 'here', symptoms: ['mem.scripts', 'mem.evict_storm', 'mem.evict'], isCause: isForScripts},
	{cause: 'mem.evict_storm', where: 'here', symptoms: ['mem.scripts'], isCause: isForScripts},
	{cause: 'mem.evict', where: 'here', symptoms: ['mem.scripts'], isCause: isForScripts},
	{cause: 'mem.exceeded', where: 'here', symptoms: ['mem.scripts', 'mem.max'], isCause: isForScripts},
	{cause: 'mem.evict_storm', where: 'here', symptoms: ['mem.evict', 'mem.max', 'mem.exceeded']},
	{cause: 'mem.evict', where: 'here', symptoms: ['mem.max', 'mem.exceeded']},
	...machineExplanations,
	// Clients of an address that leads to a primary and a replica in turn write to the replica.
	{
		cause: 'conn.several_servers',
		where: 'anywhere',
		symptoms: ['err.failed', 'err.rate'],
		isSymptom: isReadonly,
		isCause: ({severity}) => severity !== 'info',
	},
	{cause: 'conn.loss', where: 'here', symptoms: ['conn.rtt', 'conn.flapping']},
	{
		cause: 'cpu.steal',
		where: 'here',
		symptoms: ['lat.mean_regress', 'lat.p99', 'lat.event', 'lat.eventloop', 'conn.rtt'],
	},
	{
		cause: 'key.mass_expiry',
		where: 'here',
		symptoms: ['key.expire_lag', 'lat.event', 'lat.mean_regress', 'lat.eventloop', 'cpu.main', 'conn.rtt', 'mem.frag'],
	},
	{
		cause: 'lat.slowlog_new',
		where: 'here',
		symptoms: ['lat.p99', 'lat.event', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
		isCause: holdsLong,
	},
	{cause: 'lat.mean_regress', where: 'here', symptoms: ['lat.p99', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main']},
	{cause: 'per.fsync', where: 'here', symptoms: ['lat.event']},
	{cause: 'per.fork_slow', where: 'here', symptoms: ['conn.rtt', 'lat.event']},
	{
		cause: 'per.fsync',
		where: 'here',
		symptoms: ['conn.rtt', 'conn.flapping', 'mem.aof_buf', 'lat.eventloop', 'lat.queue'],
	},
	// Problems of replication that both ends of the link report.
	{cause: 'rep.loop', where: 'here', symptoms: ['rep.link_down', 'err.failed', 'err.rate']},
	{cause: 'rep.loop', where: 'replicas', symptoms: ['rep.link_down', 'err.failed', 'err.rate']},
	{cause: 'rep.link_down', where: 'here', symptoms: ['rep.io_stale', 'rep.disc_total']},
	// A Sentinel without a link to the primary does not know the replicas.
	{cause: 'sen.down', where: 'anywhere', symptoms: ['sen.no_replica']},
	{cause: 'rep.link_down', where: 'primary', symptoms: followerSymptoms},
	{cause: 'rep.lag_ack', where: 'here', symptoms: ['rep.lag_bytes', 'rep.obuf', 'mem.repl_buf', 'rep.min_good']},
	{
		cause: 'rep.lag_bytes',
		where: 'here',
		symptoms: ['rep.overrun_eta', 'rep.obuf', 'mem.repl_buf', 'rep.min_good'],
	},
	{cause: 'rep.lost', where: 'here', symptoms: ['rep.none', 'rep.min_good']},
	{cause: 'rep.fullsync_storm', where: 'here', symptoms: ['rep.state', 'rep.lost', 'mem.repl_buf', 'per.fork_slow']},
	{cause: 'rep.fullsync_storm', where: 'replicas', symptoms: linkSymptoms},
];
