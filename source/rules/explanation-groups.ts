import type {Explanation} from './explanation.js';
import {
	awaitsResync,
	concernsNodeOf,
	fillsNetwork,
	hasMissingPrimaries,
	hasOldAddresses,
	hasOnlyUserOf,
	isBehindSilenced,
	isCritical,
	isForRoom,
	isMasterdown,
	isMostlyStopped,
	isNoCommands,
	isOfConnections,
	isOfLogins,
	isOfPrimary,
	isReplyOf,
	missesOwner,
	sharesNode,
	waitsInCommand,
} from './explanation-conditions.js';
import {behindSymptoms, lateSymptoms, linkSymptoms} from './symptoms.js';

/** Finds on the primary, for a cause on the replica that is behind. */
const behind = {where: 'primary', symptoms: behindSymptoms} as const;

/**
The rows of the table of causes and symptoms about what holds a replica back. A replica applies writes on its main thread. It
falls behind while one command fills that thread, and while its limit or its disk stops the thread.
*/
export const behindExplanations: readonly Explanation[] = [
	{...behind, cause: 'lat.command_hog', isSymptom: concernsNodeOf},
	{...behind, cause: 'lat.slowlog_new', isSymptom: isBehindSilenced},
	{
		...behind,
		cause: 'cpu.throttle',
		isCause: isMostlyStopped('nr_throttled / nr_periods'),
		isSymptom: concernsNodeOf,
	},
	{...behind, cause: 'os.disk', isSymptom: concernsNodeOf},
];

/** Finds on the replicas, for a cause on their primary. */
const unlinked = {where: 'replicas', symptoms: linkSymptoms} as const;

/**
The rows of the table of causes and symptoms about what keeps a replica from its primary. A replica that connects again is a
client, too. It refuses a certificate of the primary that has expired.
*/
export const linkExplanations: readonly Explanation[] = [
	// Both ends say that a full resync has not begun.
	{cause: 'rep.link_down', where: 'primary', symptoms: ['rep.state'], isCause: awaitsResync},
	{...unlinked, cause: 'cli.max', isSymptom: isForRoom},
	{...unlinked, cause: 'cli.rejected', isSymptom: isForRoom},
	{...unlinked, cause: 'tls.expiry', isCause: ({effect}) => effect !== undefined, isSymptom: isOfPrimary},
];

/** The rows about nodes that others lost: one that is alone, and one that others do not list any more. */
export const lostNodeExplanations: readonly Explanation[] = [
	{cause: 'clu.alone', where: 'here', symptoms: ['err.failed', 'err.rate']},
	{cause: 'clu.alone', where: 'anywhere', symptoms: ['clu.view', 'clu.ghost', 'clu.no_replica']},
	{cause: 'clu.state', where: 'anywhere', symptoms: ['clu.view', 'clu.coverage'], isCause: missesOwner},
];

/** What clients do, or cannot do, as the cause of other findings about the same server. */
export const clientExplanations: readonly Explanation[] = [
	{cause: 'cli.timeout', where: 'here', symptoms: ['cli.churn']},
	// Clients that cannot finish the TLS handshake connect again.
	{cause: 'tls.expiry', where: 'here', symptoms: ['tls.handshakes', 'cli.churn', 'cli.storm']},
	{cause: 'tls.handshakes', where: 'here', symptoms: ['cli.churn', 'cli.storm']},
	{cause: 'tls.to_plain', where: 'here', symptoms: ['cli.churn', 'cli.storm', 'cli.leak']},
	// While a command holds the main thread, nothing writes the replies.
	{cause: 'lat.command_hog', where: 'here', symptoms: ['net.big_reply'], isSymptom: finding => !fillsNetwork(finding)},
	// A command over a whole collection is slow and has a large reply for the same reason.
	{cause: 'lat.on_cmds', where: 'here', symptoms: ['net.big_reply'], isSymptom: isReplyOf},
	{cause: 'lat.slowlog_new', where: 'here', symptoms: ['net.big_reply'], isSymptom: isReplyOf},
	// Clients that connect for each request and keep the main thread busy that way.
	{cause: 'cpu.main', where: 'here', symptoms: ['cli.churn', 'cli.storm', 'lat.queue'], isCause: isOfConnections},
	{
		cause: 'cli.patterns',
		where: 'here',
		symptoms: ['lat.slowlog_new', 'lat.p99', 'lat.mean_regress', 'lat.event', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
	},
];

/** What explains errors that clients get. */
export const errorExplanations: readonly Explanation[] = [
	{cause: 'sec.authfail', where: 'here', symptoms: ['err.rate'], isSymptom: isOfLogins},
	// A user that differs between nodes is a risk of the next failover, until its logins fail now.
	{cause: 'sec.authfail', where: 'anywhere', symptoms: ['acl.differs'], isSymptom: hasOnlyUserOf},
	// A replica without its primary refuses reads, and says so itself.
	{cause: 'rep.link_down', where: 'here', symptoms: ['err.failed', 'err.rate'], isSymptom: isMasterdown},
];

/** What the machine of a server explains: waits for a processor, a disk or memory, and a network that loses packets. */
export const machineExplanations: readonly Explanation[] = [
	// Memory that is in swap makes the server slow. That the machine or the group is full is then the risk beside it.
	{cause: 'mem.system', where: 'here', symptoms: ['mem.swap'], isSymptom: ({effect}) => effect === undefined},
	{cause: 'mem.system', where: 'here', symptoms: ['mem.fork_room', 'mem.unset']},
	{cause: 'mem.swap', where: 'here', symptoms: ['conn.rtt', 'per.fork_slow', 'per.fsync']},
	// A thread that reads its memory from swap uses hardly a processor, and its short commands take long.
	{cause: 'mem.swap', where: 'here', symptoms: ['lat.command_hog'], isSymptom: waitsInCommand},
	// Waits of the main thread explain slow replies.
	{cause: 'os.psi', where: 'here', symptoms: lateSymptoms, isCause: isNoCommands},
	{cause: 'cpu.throttle', where: 'here', symptoms: lateSymptoms},
	{cause: 'os.runq', where: 'here', symptoms: lateSymptoms, isCause: isNoCommands},
	{cause: 'os.disk', where: 'here', symptoms: [...lateSymptoms, 'mem.aof_buf', 'per.slow_save']},
	{cause: 'os.psi_memory', where: 'here', symptoms: [...lateSymptoms, 'mem.swap', 'per.fork_slow']},
	{cause: 'os.retrans', where: 'anywhere', symptoms: ['conn.loss'], isSymptom: sharesNode},
	// Full resyncs fill the link, and all replies wait.
	{cause: 'rep.sync_link', where: 'here', symptoms: ['conn.rtt', 'net.big_reply', 'rep.state']},
	{cause: 'os.retrans', where: 'here', symptoms: ['conn.rtt', 'rep.lag_ack', 'rep.lag_bytes', 'rep.obuf']},
];

/** Full primaries beside an empty one need slots moved, not more memory. */
export const emptyPrimaryExplanation: Explanation = {
	cause: 'clu.no_slots',
	where: 'anywhere',
	symptoms: ['mem.oom', 'mem.policy_noop', 'mem.exceeded', 'mem.evict_storm', 'mem.max', 'mem.evict'],
	isCause: ({severity}) => severity !== 'info',
	isSymptom: sharesNode,
};

/** The rows about a primary that another one replaced while it lived. */
export const replacedPrimaryExplanations: readonly Explanation[] = [
	// The replicas of a primary that was replaced while it lived follow the new one, or are cut off from the old one.
	{
		cause: 'rep.diverged',
		where: 'here',
		symptoms: ['rep.lag_ack', 'rep.lag_bytes', 'rep.overrun_eta', 'rep.lost', 'rep.none', 'rep.min_good'],
		isCause: isCritical,
	},
	{cause: 'rep.diverged', where: 'replicas', symptoms: ['rep.io_stale'], isCause: isCritical},
];

/** The rows about a cluster most of whose primaries do not answer where the other nodes look for them. */
export const lostMajorityExplanations: readonly Explanation[] = [
	// Nothing answers at the old addresses of nodes that came back at other addresses.
	{
		cause: 'clu.minority',
		where: 'anywhere',
		symptoms: ['conn.unreachable', 'conn.refused', 'conn.unresponsive', 'clu.node_fail', 'clu.state', ...linkSymptoms],
		isCause: hasOldAddresses,
	},
	// Where most primaries do not answer, the whole cluster is down.
	{
		cause: 'clu.minority',
		where: 'anywhere',
		symptoms: ['conn.unreachable', 'conn.refused', 'conn.unresponsive'],
		isCause: hasMissingPrimaries,
		isSymptom: sharesNode,
	},
];
