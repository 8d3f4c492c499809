import {advice, type LogPattern, pattern} from './log-pattern.js';
import {logEnds} from './server-log-ends.js';

/** Patterns of log lines about files, disk and memory. */
const storage: readonly LogPattern[] = [
	pattern(
		'fork-refused',
		'critical',
		['per.rdb_fail', 'per.aof_rewrite', 'rep.refused'],
		/Can't (?:save|rewrite append only file) in background: fork: Resource temporarily unavailable/,
		'the system lets it start no more processes: raise nproc of its user, TasksMax of its unit or the pids limit of its container',
	),
	pattern(
		'fork-failed',
		'critical',
		['per.rdb_fail', 'per.aof_rewrite', 'rep.refused', 'os.overcommit'],
		/Can't save in background: fork|Can't rewrite append only file in background: fork/,
		'no memory for the fork that saves: set vm.overcommit_memory to 1, or free memory',
	),
	// This pattern precedes those of disks and folders, which match the same lines. Only this pattern's meaning tells
	// that the replica can't store its primary's data.
	pattern(
		'primary-data-unstored',
		'critical',
		['rep.link_down'],
		/(?:short write writing to the DB dump file|Opening the temp file|rename the temp DB into (?:dump\S*|\S+\.rdb)) .*(?:MASTER|PRIMARY) <-> (?:REPLICA|SLAVE)/,
		'the replica cannot store what its primary sends: its disk is full, or its folder cannot be written',
	),
	pattern(
		'disk-full',
		'critical',
		['per.rdb_fail', 'per.aof_write', 'per.disk'],
		/No space left on device|Disk quota exceeded/,
		'the disk or its quota is full',
	),
	// A server without the right to its PID file or its OOM score says so at each start, and goes on.
	pattern(
		'no-right-to-dir',
		'critical',
		['per.rdb_fail', 'per.dir'],
		/Failed opening the (?:temp )?RDB file|Can't open (?:or create append-only|the append-only file)|^(?!.*(?:PID file|oom_score_adj)).*Permission denied/,
		'the server may not write into its folder (dir), or the folder is gone',
	),
	// The server itself ends a child by SIGUSR1, which is signal 10 on most systems. That is no failure.
	pattern(
		'save-killed',
		'critical',
		['per.rdb_fail'],
		/Background saving terminated by signal (?!10\b)/,
		'a signal killed the process that saves; 9 is often the kernel, for want of memory',
	),
	pattern(
		'rewrite-killed',
		'warning',
		['per.aof_rewrite'],
		/Background AOF rewrite terminated by signal (?!10\b)/,
		'a signal killed the process that rewrites the append-only file; 9 is often the kernel, for want of memory',
	),
	pattern(
		'save-failed',
		'critical',
		['per.rdb_fail'],
		/Background saving error|Write error saving DB on disk/,
		'the last RDB save failed',
	),
	pattern(
		'aof-write-failed',
		'critical',
		['per.aof_write'],
		/Short write while writing to the AOF file|Error writing to the AOF file/,
		'the append-only file could not be written',
	),
	pattern(
		'fsync-slow',
		'warning',
		['per.fsync'],
		/Asynchronous AOF fsync is taking too long/,
		'the disk is too slow for the append-only file: writes wait for it',
	),
	advice('32-bit', 'warning', ['mem.32bit'], /32 bit instance detected/, 'a 32-bit server can use 3 GB at most'),
	advice(
		'overcommit',
		'info',
		['os.overcommit'],
		/Memory overcommit must be enabled/,
		'vm.overcommit_memory is not 1: a save may fail for want of memory that it would not use',
	),
	advice('backlog', 'info', ['os.somaxconn'], /The TCP backlog setting of/, 'net.core.somaxconn cuts the accept queue'),
	advice(
		'huge-pages',
		'info',
		['os.thp'],
		/Transparent Huge Pages \(THP\) support enabled/,
		'transparent huge pages are on: saves cost more memory and time',
	),
	pattern(
		'maxmemory-below',
		'warning',
		['mem.max'],
		/the new maxmemory value set via CONFIG SET/,
		'somebody set maxmemory below what is used',
	),
];

/** Patterns of log lines about clients, replicas, the cluster and Sentinel. */
const traffic: readonly LogPattern[] = [
	pattern(
		'slow-script',
		'critical',
		['srv.busy'],
		/Slow (?:script|function) detected: still in execution after/,
		'a script or function runs too long and holds everything up',
	),
	pattern(
		'output-buffer',
		'warning',
		['cli.obuf_kill', 'rep.fullsync_storm'],
		/scheduled to be closed ASAP for overcoming of output buffer limits/,
		'a client or replica read too slowly and was dropped (client-output-buffer-limit)',
	),
	pattern(
		'client-evicted',
		'warning',
		['cli.evicted'],
		/Evicting client: id=/,
		'the buffers of all clients were over maxmemory-clients, and this client had the largest',
	),
	pattern(
		'query-buffer',
		'warning',
		['cli.qbuf'],
		/Closing client that reached max query buffer length/,
		'a client sent too much at once and was dropped',
	),
	pattern(
		'primary-auth',
		'critical',
		['rep.link_down'],
		/Unable to AUTH to (?:MASTER|PRIMARY)|NOAUTH Authentication required.*(?:MASTER|PRIMARY)/,
		'the primary turns this replica away: masterauth or masteruser is wrong',
	),
	pattern(
		'primary-data-unreadable',
		'critical',
		['rep.link_down'],
		/Failed trying to load the (?:MASTER|PRIMARY) synchronization DB/,
		'the replica cannot load what its primary sends: an older version than the primary, or a module is missing',
	),
	pattern(
		'primary-protected',
		'critical',
		['rep.link_down'],
		/reply to PING from (?:master|primary): '?-?DENIED/i,
		'the primary turns this replica away: it is in protected mode, without a password',
	),
	pattern(
		'primary-full',
		'critical',
		['rep.link_down'],
		/reply to PING from (?:master|primary): '?-?ERR max number of clients/i,
		'the primary turns this replica away: it has no room for another client (maxclients)',
	),
	pattern(
		'primary-denies',
		'critical',
		['rep.link_down'],
		/(?:MASTER|PRIMARY) aborted replication with an error: '?-?(?:NOAUTH|NOPERM|WRONGPASS)|(?:MASTER|PRIMARY) replied to (?:PING|REPLCONF).*(?:NOAUTH|NOPERM)/i,
		'the primary turns this replica away: masterauth or masteruser is wrong, or that user may not use PSYNC and REPLCONF',
	),
	// The words of OpenSSL: `error:0A000086:SSL routines::certificate verify failed`.
	pattern(
		'certificate-unverified',
		'critical',
		['rep.link_down'],
		/Error condition on socket for SYNC: error:.*certificate verify failed/i,
		'the replica refuses the certificate of its primary: tls-ca-cert-file lacks its authority, or it has expired',
	),
	pattern(
		'certificate-refused',
		'critical',
		['rep.link_down'],
		/(?:Error condition on socket for SYNC|Failed to read response from the server): error:.* alert (?:unknown ca|bad certificate|unsupported certificate|certificate \w+|handshake failure)/i,
		'the primary refuses the certificate of this replica, or wants one (tls-auth-clients)',
	),
	pattern(
		'primary-plain',
		'critical',
		['rep.link_down'],
		/Error condition on socket for SYNC: error:.*wrong version number/i,
		'the replica speaks TLS (tls-replication yes), and what listens at the port of its primary does not',
	),
	pattern(
		'primary-hangs-up',
		'critical',
		['rep.link_down'],
		/(?:master|primary) did not respond to command during SYNC handshake/i,
		'the primary closed the connection during the handshake: it wants TLS, or a proxy between them closes it',
	),
	pattern(
		'sync-timeout',
		'warning',
		['rep.fullsync_storm'],
		/Timeout receiving bulk data from (?:MASTER|PRIMARY)/,
		'the replica gave up a full resync, because no data came for repl-timeout',
	),
	// A name that cannot be resolved leaves no error of the system, so servers write `Success`, or the error that an earlier
	// read without data left (EAGAIN). The rule heeds the line for a name alone, not for an address.
	pattern(
		'primary-unresolved',
		'critical',
		['rep.link_down'],
		/Unable to connect to (?:MASTER|PRIMARY): .*(?:name resolution|Name or service not known|No address associated|Resource temporarily unavailable|Success)/i,
		'the replica cannot resolve the host name of its primary (replicaof)',
	),
	pattern(
		'link-lost',
		'warning',
		['rep.link_down'],
		/Timeout connecting to the (?:MASTER|PRIMARY)|(?:MASTER|PRIMARY) timeout: no data nor PING received|Connection with (?:master|primary) lost|Error condition on socket for SYNC|Failed to resolve hostname/i,
		'the link to the primary broke',
	),
	// A tool that only reads the data has no port here: `127.0.0.1:<unknown-replica-port>`. A replica that crashed is named
	// by `client id #5`.
	pattern(
		'replica-lost',
		'info',
		['rep.lost'],
		/Connection with replica (?:[^\s<>()]+:\d+|client id #\d+) lost/,
		'the link of a replica ended',
	),
	advice(
		'replica-linked',
		'info',
		['rep.lost'],
		/Synchronization with replica \S+ succeeded|Partial resynchronization request from \S+ accepted/,
		'a replica has its data',
	),
	pattern(
		'no-partial-resync',
		'warning',
		['rep.backlog'],
		/Unable to partial resync with replica .* for lack of backlog/,
		'a replica was away for longer than the backlog holds: it copies everything (repl-backlog-size)',
	),
	pattern(
		'cluster-failed',
		'critical',
		['clu.state'],
		/Cluster state changed: fail/,
		'this node calls the cluster failed',
	),
	pattern('cluster-restored', 'info', ['clu.state'], /Cluster state changed: ok/, 'this node calls the cluster ok'),
	pattern(
		'won-failover',
		'warning',
		['clu.state'],
		/Failover election won: I'm the new (?:master|primary)|(?:MASTER|PRIMARY) MODE enabled/,
		'this node became a primary',
	),
	pattern(
		'replicates',
		'warning',
		['clu.state'],
		/REPLICAOF \S+ enabled/,
		'somebody made this node a replica of another (REPLICAOF)',
	),
	advice(
		'was-primary',
		'info',
		['clu.state'],
		/Before turning into a replica, using my own/,
		'this node was a primary until then',
	),
	pattern(
		'node-failed',
		'critical',
		['clu.node_fail'],
		/Marking node .* as failing \(quorum reached\)/,
		'a majority of primaries lost a node',
	),
	pattern(
		'failover-stuck',
		'warning',
		['clu.state'],
		/Currently unable to failover|Manual failover timed out/,
		'a failover does not go ahead',
	),
	pattern(
		'became-replica',
		'warning',
		['clu.state'],
		/Configuration change detected\. Reconfiguring myself as a replica/,
		'this node lost its slots and became a replica',
	),
	pattern(
		'sentinel-failover',
		'warning',
		['sen.down'],
		/[+]switch-master/,
		'Sentinel made another node the primary of a group',
	),
	pattern(
		'sentinel',
		'warning',
		['sen.down'],
		/[+](?:sdown|odown|tilt)|-failover-abort-/,
		'Sentinel acted or lost sight of a node',
	),
	pattern(
		'plain-to-tls',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*wrong version number/,
		'clients speak without TLS to its TLS port',
	),
	// The words after the last colon are OpenSSL's, which differ in their beginning by its version.
	pattern(
		'tls-untrusted',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*alert (?:unknown ca|bad certificate|certificate unknown)/,
		'clients end the TLS handshake: they do not trust its certificate',
	),
	pattern(
		'tls-expired',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*alert certificate expired/,
		'clients end the TLS handshake: its certificate has expired',
	),
	pattern(
		'tls-certificate-missing',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*peer did not return a certificate/,
		'clients show no certificate, which it wants (tls-auth-clients)',
	),
	pattern(
		'tls-certificate-refused',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*certificate verify failed/,
		'it does not accept the certificates of clients: expired, or of another authority',
	),
	pattern(
		'tls-nothing-common',
		'warning',
		['tls.handshakes'],
		/Error accepting a client connection: error:.*(?:unsupported protocol|no shared cipher|version too low)/,
		'clients have no TLS version or cipher in common with it',
	),
	pattern(
		'cross-protocol',
		'warning',
		['sec.scan'],
		/Possible SECURITY ATTACK detected/,
		'somebody sends HTTP to it: a health check that speaks the wrong protocol, or a probe from outside',
	),
];

/**
All patterns in the order in which they are tried. The first pattern that matches a line gives its meaning. A pattern
for a cause therefore precedes the patterns for its consequences.
*/
export const logPatterns: readonly LogPattern[] = [...logEnds, ...storage, ...traffic];
