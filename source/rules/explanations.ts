import type {RuleId} from './all-rules.js';
import type {Finding} from './finding.js';
import {slowByItself} from './host.js';
import {longestMean} from './latency.js';

/**
One finding is the reason for others: on the same node (`here`), on the nodes that replicate from it (`replicas`), on the
node it replicates from (`primary`), or on any node of the deployment (`anywhere`). `*` is every other finding there but
standing notes: advice and findings of severity info were there before the incident.
*/
export type Explanation = {
	readonly cause: RuleId;
	readonly where: 'here' | 'replicas' | 'primary' | 'anywhere';
	readonly symptoms: ReadonlyArray<RuleId | '*'>;
	/** Which findings of the rule explain them. Default: all. */
	readonly isCause?: (finding: Finding) => boolean;
};

/** A command of this mean time, milliseconds, holds the one thread long enough for polls to time out, several in a row. */
const silencingMs = 500;

const holdsThread = ({evidence}: Finding): boolean =>
	evidence.some(({name, value}) => name === longestMean && typeof value === 'number' && value >= silencingMs);

const linkSymptoms: readonly RuleId[] = ['rep.link_down', 'rep.io_stale', 'rep.sync', 'rep.disc_total'];
const followerSymptoms: readonly RuleId[] = [
	'rep.lag_ack',
	'rep.lag_bytes',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.obuf',
	'mem.repl_buf',
];

/** What a cluster's nodes say of each other when the network between them is cut. */
const partedSymptoms: readonly RuleId[] = [
	'clu.view',
	'clu.state',
	'clu.node_fail',
	'clu.slots_fail',
	'clu.slots_pfail',
	'clu.coverage',
	'clu.links',
	'clu.no_replica',
	'clu.replica_unfit',
	'clu.epoch_dup',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.diverged',
	'rep.link_down',
	'rep.io_stale',
	'rep.lag_ack',
];

/** While a node doesn't answer, every other finding on it and on its replication follows from that. */
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

/** Which finding explains which. The first row that fits counts; a cause may itself be explained. */
export const explanations: readonly Explanation[] = [
	{cause: 'fn.engine', where: 'here', symptoms: ['srv.busy']},
	// The server answers again between two of them: the command is why it did not, and why redis-top gave up its connection.
	{
		cause: 'lat.on_cmds',
		where: 'here',
		symptoms: ['conn.unresponsive', 'conn.flapping', 'srv.busy'],
		isCause: holdsThread,
	},
	{cause: 'os.oomscore', where: 'here', symptoms: ['conn.refused', 'srv.restarted', 'srv.crash_loop']},
	{
		cause: 'srv.crash_loop',
		where: 'here',
		symptoms: ['conn.refused', 'conn.unreachable', 'srv.loading', 'rep.lost', 'rep.none'],
	},
	{cause: 'srv.crash_loop', where: 'replicas', symptoms: linkSymptoms},
	...outages.flatMap((cause): Explanation[] => [
		{cause, where: 'here', symptoms: ['*']},
		{cause, where: 'replicas', symptoms: linkSymptoms},
		{cause, where: 'primary', symptoms: followerSymptoms},
	]),
	// A cut network, then what each side says of the other.
	{cause: 'clu.split', where: 'anywhere', symptoms: ['clu.minority', ...partedSymptoms]},
	{cause: 'clu.minority', where: 'anywhere', symptoms: partedSymptoms},
	{
		cause: 'clu.node_fail',
		where: 'anywhere',
		symptoms: ['clu.state', 'clu.slots_fail', 'clu.slots_pfail', 'clu.coverage', 'clu.no_replica', 'clu.replica_unfit'],
	},
	{cause: 'srv.restarted', where: 'here', symptoms: ['rep.fullsync_storm', 'rep.lost', 'rep.none']},
	{cause: 'srv.restarted', where: 'replicas', symptoms: linkSymptoms},
	{cause: 'srv.restarted', where: 'primary', symptoms: ['rep.lost', 'rep.none', 'rep.min_good']},
	{cause: 'srv.paused', where: 'here', symptoms: ['conn.unresponsive']},
	// A disk or a folder, then the save, then the writes.
	{cause: 'per.disk', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite', 'per.fsync']},
	{cause: 'per.dir', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite']},
	{cause: 'mem.fork_room', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_rewrite']},
	{cause: 'per.rdb_fail', where: 'here', symptoms: ['per.misconf', 'per.stale', 'per.dirty']},
	{cause: 'per.aof_write', where: 'here', symptoms: ['per.misconf', 'mem.aof_buf', 'per.aof_rewrite']},
	// Who holds the connections, then who gets none.
	{cause: 'cli.idle_hog', where: 'here', symptoms: ['cli.max', 'cli.rejected']},
	{cause: 'cli.max', where: 'here', symptoms: ['cli.rejected']},
	// What the one thread is busy with, then what waits for it.
	{
		cause: 'lat.on_cmds',
		where: 'here',
		symptoms: ['lat.p99', 'lat.mean_regress', 'lat.event', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
	},
	{cause: 'mem.oom', where: 'here', symptoms: ['err.rate', 'err.failed']},
	{cause: 'per.misconf', where: 'here', symptoms: ['err.rate', 'err.failed']},
	// Who fills the memory, then what the server does about it.
	{cause: 'mem.clients', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max', 'mem.evict', 'mem.overhead']},
	{cause: 'mem.repl_buf', where: 'here', symptoms: ['mem.system', 'mem.unset']},
	{cause: 'mem.policy_noop', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max']},
	{cause: 'mem.oom', where: 'here', symptoms: ['mem.exceeded', 'mem.max', 'mem.growth']},
	{cause: 'mem.evict_storm', where: 'here', symptoms: ['mem.evict', 'mem.max', 'mem.exceeded']},
	{cause: 'mem.evict', where: 'here', symptoms: ['mem.max', 'mem.exceeded']},
	{cause: 'mem.system', where: 'here', symptoms: ['mem.swap', 'mem.fork_room', 'mem.unset']},
	{cause: 'mem.swap', where: 'here', symptoms: ['conn.rtt', 'per.fork_slow', 'per.fsync']},
	// What stops the one thread.
	{
		cause: 'os.psi',
		where: 'here',
		symptoms: ['lat.mean_regress', 'lat.p99', 'lat.event', 'lat.slowlog_new', 'lat.eventloop', 'conn.rtt'],
		isCause: ({evidence}) => evidence.every(({name}) => name !== slowByItself),
	},
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
	{cause: 'lat.mean_regress', where: 'here', symptoms: ['lat.p99', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main']},
	{cause: 'per.fsync', where: 'here', symptoms: ['lat.event']},
	{cause: 'per.fork_slow', where: 'here', symptoms: ['conn.rtt', 'lat.event']},
	{cause: 'per.fsync', where: 'here', symptoms: ['conn.rtt', 'mem.aof_buf']},
	// Replication, from its two ends.
	{cause: 'rep.link_down', where: 'here', symptoms: ['rep.io_stale', 'rep.disc_total']},
	// Sentinels without a link to the primary know no replicas.
	{cause: 'sen.down', where: 'anywhere', symptoms: ['sen.no_replica']},
	{cause: 'rep.link_down', where: 'primary', symptoms: followerSymptoms},
	{cause: 'rep.lag_ack', where: 'here', symptoms: ['rep.lag_bytes', 'rep.obuf', 'mem.repl_buf', 'rep.min_good']},
	{cause: 'rep.lag_bytes', where: 'here', symptoms: ['rep.obuf', 'mem.repl_buf', 'rep.min_good']},
	{cause: 'rep.lost', where: 'here', symptoms: ['rep.none', 'rep.min_good']},
	{cause: 'rep.fullsync_storm', where: 'here', symptoms: ['rep.state', 'rep.lost', 'mem.repl_buf', 'per.fork_slow']},
	{cause: 'rep.fullsync_storm', where: 'replicas', symptoms: linkSymptoms},
];
