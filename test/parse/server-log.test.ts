import assert from 'node:assert/strict';
import test from 'node:test';
import {endInLog} from '../../source/derive/process-end.js';
import {messageText} from '../../source/domain/message.js';
import {journalOomKills, kmsgOomKills} from '../../source/parse/kernel-log.js';
import {logLineTime, readServerLog} from '../../source/parse/server-log.js';

/** Lines as Redis 7.0 to 8.0 and Valkey 8.1 and 9.1 write them. */
const cases: ReadonlyArray<readonly [id: string, line: string]> = [
	['fork-refused', "12:M 24 Nov 2026 11:22:33.123 # Can't save in background: fork: Resource temporarily unavailable"],
	['fork-failed', "12:M 24 Nov 2026 11:22:33.123 # Can't save in background: fork: Cannot allocate memory"],
	[
		'fork-failed',
		"12:M 24 Nov 2026 11:22:33.123 # Can't rewrite append only file in background: fork: Cannot allocate memory",
	],
	['disk-full', '12:C 24 Nov 2026 11:22:33.123 # Write error saving DB on disk(rdbSaveRio): No space left on device'],
	['save-failed', '12:M 24 Nov 2026 11:22:33.123 # Background saving error'],
	['save-killed', '12:M 24 Nov 2026 11:22:33.123 # Background saving terminated by signal 9'],
	['rewrite-killed', '12:M 24 Nov 2026 11:22:33.123 # Background AOF rewrite terminated by signal 9'],
	[
		'no-right-to-dir',
		'9:C 24 Nov 2026 11:22:33.123 # Failed opening the temp RDB file temp-9.rdb (in server root dir /d) for saving: Permission denied',
	],
	[
		'no-right-to-dir',
		"1:M 24 Nov 2026 11:22:33.123 # Can't open the append-only file appendonly.aof.1.incr.aof: Permission denied",
	],
	[
		'data-unreadable',
		"1:M 24 Nov 2026 11:22:33.123 # Fatal error: can't open the RDB file dump.rdb for reading: Permission denied",
	],
	['data-unreadable', '1:M 24 Nov 2026 11:22:33.123 # Fatal error loading the DB: Permission denied. Exiting.'],
	[
		'data-unreadable',
		"1:M 24 Nov 2026 11:22:33.123 # Fatal error: can't open the append log file appendonly.aof.1.incr.aof for reading: Permission denied",
	],
	[
		'aof-missing',
		"1:M 24 Nov 2026 11:22:33.123 # Fatal error: can't open the append log file appendonly.aof.1.incr.aof for reading: Input/output error",
	],
	[
		'aof-write-failed',
		'1:M 24 Nov 2026 11:22:33.123 # Short write while writing to the AOF file: (nwritten=36499, expected=100033)',
	],
	[
		'fsync-slow',
		'1:M 24 Nov 2026 11:22:33.123 * Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down Redis.',
	],
	[
		'aof-broken',
		'1:M 24 Nov 2026 11:22:33.123 # Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file',
	],
	[
		'aof-unknown-command',
		"1:M 24 Nov 2026 11:22:33.123 # Unknown command 'HSETEX' reading the append only file appendonly.aof.1.incr.aof",
	],
	[
		'module-missing',
		"1:M 24 Nov 2026 11:22:33.123 # Internal error in RDB reading offset 121, function at rdb.c:2872 -> The RDB file contains module data I can't load: no matching module type 'ReJSON-RL'",
	],
	[
		'module-missing',
		"1:M 24 Nov 2026 11:22:33.123 # The RDB file contains AUX module data I can't load: no matching module 'ft_index0'",
	],
	['rdb-newer', "1:M 24 Nov 2026 11:22:33.123 # Can't handle RDB format version 12"],
	['rdb-broken', '1:M 24 Nov 2026 11:22:33.123 # Short read or OOM loading DB. Unrecoverable error, aborting now.'],
	[
		'overcommit',
		'1:M 24 Nov 2026 11:22:33.123 # WARNING Memory overcommit must be enabled! Without it, a background save may fail',
	],
	[
		'backlog',
		'1:M 24 Nov 2026 11:22:33.123 # WARNING: The TCP backlog setting of 511 cannot be enforced because /proc/sys/net/core/somaxconn is set to the lower value of 128.',
	],
	['slow-script', '1:M 24 Nov 2026 11:22:33.123 # Slow script detected: still in execution after 5000 milliseconds.'],
	[
		'output-buffer',
		'1:M 24 Nov 2026 11:22:33.123 # Client id=4 addr=1:2 scheduled to be closed ASAP for overcoming of output buffer limits.',
	],
	[
		'client-evicted',
		'1:M 30 Nov 2026 02:49:20.181 * Evicting client: id=3 addr=127.0.0.1:41738 laddr=127.0.0.1:6379 fd=7 name=bi-export age=0 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=858 qbuf-free=1047708 argv-mem=6 multi-mem=0 rbs=16384 rbp=16384 obl=16384 oll=1 omem=1048600 tot-mem=2114350 events=r cmd=get user=default redir=-1 resp=2',
	],
	['query-buffer', '1:M 24 Nov 2026 11:22:33.123 # Closing client that reached max query buffer length: id=4'],
	[
		'primary-auth',
		'1:S 24 Nov 2026 11:22:33.123 # Unable to AUTH to MASTER: -WRONGPASS invalid username-password pair',
	],
	[
		'primary-auth',
		'1:S 24 Nov 2026 11:22:33.123 # Unable to AUTH to PRIMARY: -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
	],
	[
		'sync-timeout',
		"1:S 24 Nov 2026 11:22:33.123 # Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
	],
	[
		'primary-data-unreadable',
		'1:S 24 Nov 2026 11:22:33.123 # Failed trying to load the MASTER synchronization DB from disk: Invalid argument',
	],
	[
		'primary-data-unstored',
		'1:S 24 Nov 2026 11:22:33.123 # Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: No space left on device',
	],
	[
		'primary-data-unstored',
		'1:S 24 Nov 2026 11:22:33.123 # Opening the temp file needed for PRIMARY <-> REPLICA synchronization: Permission denied',
	],
	[
		'primary-denies',
		'1:S 24 Nov 2026 11:22:33.123 # MASTER aborted replication with an error: NOAUTH Authentication required.',
	],
	[
		'primary-protected',
		"1:S 24 Nov 2026 11:22:33.123 # Error reply to PING from master: '-DENIED Redis is running in protected mode because protected mode is enabled'",
	],
	[
		'primary-full',
		"1:S 24 Nov 2026 11:22:33.123 # Error reply to PING from master: '-ERR max number of clients reached'",
	],
	[
		'certificate-unverified',
		'1:S 24 Nov 2026 11:22:33.123 # Error condition on socket for SYNC: error:0A000086:SSL routines::certificate verify failed',
	],
	[
		'certificate-refused',
		'1:S 24 Nov 2026 11:22:33.123 # Error condition on socket for SYNC: error:0A000418:SSL routines::tlsv1 alert unknown ca',
	],
	[
		'certificate-refused',
		'1:S 24 Nov 2026 11:22:33.123 # Failed to read response from the server: error:0A00045C:SSL routines::tlsv13 alert certificate required',
	],
	[
		'primary-plain',
		'1:S 24 Nov 2026 11:22:33.123 # Error condition on socket for SYNC: error:0A00010B:SSL routines::wrong version number',
	],
	['primary-hangs-up', '1:S 24 Nov 2026 11:22:33.123 # Master did not respond to command during SYNC handshake'],
	['primary-hangs-up', '1:S 24 Nov 2026 11:22:33.123 # Primary did not respond to command during SYNC handshake'],
	['primary-unresolved', '1:S 24 Nov 2026 11:22:33.123 # Unable to connect to PRIMARY: Success'],
	[
		'primary-unresolved',
		'1:S 24 Nov 2026 11:22:33.123 # Unable to connect to PRIMARY: Resource temporarily unavailable',
	],
	[
		'primary-unresolved',
		'1:S 24 Nov 2026 11:22:33.123 # Unable to connect to MASTER: Temporary failure in name resolution',
	],
	['primary-unresolved', '1:S 24 Nov 2026 11:22:33.123 # Unable to connect to PRIMARY: Name or service not known'],
	['link-lost', '1:S 24 Nov 2026 11:22:33.123 * Error condition on socket for SYNC: Connection refused'],
	['link-lost', '1:S 24 Nov 2026 11:22:33.123 * Connection with primary lost.'],
	[
		'replica-unwritable',
		'1:S 24 Nov 2026 11:22:33.123 # Guru Meditation: Replica was unable to write command to disk. #server.c:4102',
	],
	['nodes-conf-broken', '1:M 24 Nov 2026 11:22:33.123 # Unrecoverable error: corrupted cluster config file.'],
	['nodes-conf-broken', '1:M 24 Nov 2026 11:22:33.123 # Unrecoverable error: corrupted cluster config file "vars".'],
	[
		'nodes-conf-taken',
		'1:M 24 Nov 2026 11:22:33.123 # Sorry, the cluster configuration file nodes.conf is already used by a different Redis Cluster node.',
	],
	['nodes-conf-unwritable', "1:M 24 Nov 2026 11:22:33.123 # Fatal: can't update cluster config file."],
	[
		'sentinel-file-unwritable',
		'1:X 24 Nov 2026 11:22:33.123 # Sentinel config file /etc/sentinel.conf is not writable: Read-only file system. Exiting...',
	],
	[
		'sentinel-file-unwritable',
		'1:X 24 Nov 2026 11:22:33.123 # Sentinel needs config file on disk to save state. Exiting...',
	],
	['aof-missing', '*** FATAL AOF MANIFEST FILE ERROR ***'],
	[
		'aof-missing',
		"1:M 24 Nov 2026 11:22:33.123 # The append log file appendonly.aof.1.incr.aof doesn't exist: No such file or directory",
	],
	[
		'acl-broken',
		'1:M 24 Nov 2026 11:22:33.123 # Aborting Redis startup because of ACL errors: users.acl:3: Unknown command',
	],
	['module-unloadable', "1:M 24 Nov 2026 11:22:33.123 # Can't load module from /opt/rejson.so: server aborting"],
	['tls-unusable', '1:M 24 Nov 2026 11:22:33.123 # Failed to configure TLS. Check logs for more info.'],
	[
		'too-many-databases',
		'1:M 24 Nov 2026 11:22:33.123 # FATAL: Data file was created with a Redis server configured to handle more than 4 databases. Exiting',
	],
	['replica-lost', '1:M 24 Nov 2026 11:22:33.123 * Connection with replica 127.0.0.1:7001 lost.'],
	['replica-lost', '1:M 24 Nov 2026 11:22:33.123 * Connection with replica client id #5 lost.'],
	['replica-linked', '1:M 24 Nov 2026 11:22:33.123 * Synchronization with replica 127.0.0.1:7001 succeeded'],
	[
		'replica-linked',
		'1:M 24 Nov 2026 11:22:33.123 * Partial resynchronization request from 127.0.0.1:7001 accepted. Sending 42 bytes of backlog starting from offset 1.',
	],
	['replica-lost', '1:M 24 Nov 2026 11:22:33.123 # Connection with replica [::1]:7001 lost.'],
	[
		'no-partial-resync',
		'1:M 24 Nov 2026 11:22:33.123 * Unable to partial resync with replica 127.0.0.1:7001 for lack of backlog',
	],
	['cluster-failed', '1:M 24 Nov 2026 11:22:33.123 # Cluster state changed: fail'],
	['node-failed', '1:M 24 Nov 2026 11:22:33.123 * Marking node 0a1b () as failing (quorum reached).'],
	...(
		[
			['tls-untrusted', 'error:0A000418:SSL routines::tlsv1 alert unknown ca'],
			['tls-untrusted', 'error:14094412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate'],
			['tls-untrusted', 'error:0A000416:SSL routines::ssl/tls alert certificate unknown'],
			['tls-expired', 'error:0A000415:SSL routines::sslv3 alert certificate expired'],
			['tls-certificate-missing', 'error:0A0000C7:SSL routines::peer did not return a certificate'],
			['tls-certificate-refused', 'error:0A000086:SSL routines::certificate verify failed'],
			['tls-nothing-common', 'error:0A000102:SSL routines::unsupported protocol'],
			['tls-nothing-common', 'error:0A0000C1:SSL routines::no shared cipher'],
		] as const
	).map(
		([id, words]) =>
			[
				id,
				`12:M 24 Nov 2026 11:22:33.123 # Error accepting a client connection: ${words} (addr=10.0.0.9:41000 laddr=10.0.1.11:6379)`,
			] as const,
	),
	[
		'plain-to-tls',
		'1:M 24 Nov 2026 11:22:33.123 # Error accepting a client connection: error:0A00010B:SSL routines::wrong version number',
	],
	['crashed', '=== REDIS BUG REPORT START: Cut & paste starting from here ==='],
	['crashed', '1:M 24 Nov 2026 11:22:33.123 # valkey 9.1.0 crashed by signal: 11, si_code: 1'],
	['out-of-memory', '1:M 24 Nov 2026 11:22:33.123 # Out Of Memory allocating 81920000 bytes!'],
	['asked-to-stop', '1:M 24 Nov 2026 11:22:33.123 # User requested shutdown...'],
	['signalled', '1:signal-handler (1764000000) Received SIGTERM scheduling shutdown...'],
	['signalled', '17834:signal-handler (1795999405) Received SIGINT scheduling shutdown...'],
	[
		'address-missing',
		'1:M 24 Nov 2026 11:22:33.123 # Warning: Could not create server TCP listening socket ::1:6379: bind: Cannot assign requested address',
	],
	[
		'address-missing',
		'1:M 24 Nov 2026 11:22:33.123 # Warning: Could not create server TCP listening socket ::*:6379: unable to bind socket, errno: 97: Address family not supported by protocol',
	],
	['port-taken', '1:M 24 Nov 2026 11:22:33.123 # Failed listening on port 6379 (tcp), aborting.'],
	[
		'port-taken',
		'1:C 24 Nov 2026 11:22:33.123 # Warning: Could not create server TCP listening socket 127.0.0.1:7009: bind: Address already in use',
	],
	['bad-config', '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***'],
	[
		'bad-config',
		'1:M 24 Nov 2026 11:22:33.123 # Module Configuration detected without loadmodule directive or no ApplyConfig call: aborting',
	],
	[
		'cross-protocol',
		'1:M 24 Nov 2026 11:22:33.123 # Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis.',
	],
	[
		'maxmemory-below',
		'1:M 24 Nov 2026 11:22:33.123 # WARNING: the new maxmemory value set via CONFIG SET (1048576) is smaller than the current memory usage (2000000).',
	],
	['cluster-restored', '1:M 24 Nov 2026 11:22:33.123 # Cluster state changed: ok'],
	[
		'was-primary',
		'1:S 24 Nov 2026 11:22:33.123 * Before turning into a replica, using my own primary parameters to synthesize a cached primary',
	],
	['won-failover', "1:S 24 Nov 2026 11:22:33.123 # Failover election won: I'm the new master."],
	['won-failover', "1:S 24 Nov 2026 11:22:33.123 * PRIMARY MODE enabled (user request from 'id=3')"],
	['replicates', "1:M 24 Nov 2026 11:22:33.123 * REPLICAOF 10.0.0.1:6379 enabled (user request from 'id=3')"],
	['sentinel-failover', '1:X 24 Nov 2026 11:22:33.123 # +switch-master mymaster 127.0.0.1 7000 127.0.0.1 7001'],
	['sentinel', '1:X 24 Nov 2026 11:22:33.123 # +odown master mymaster 127.0.0.1 7000 #quorum 2/2'],
];

for (const [id, line] of cases) {
	test(`${id}: ${line.slice(0, 90)}`, () => {
		const {remarks, lines} = readServerLog('a log', `1:M 24 Nov 2026 11:00:00.000 * DB saved on disk\n${line}\n`);
		assert.deepEqual(
			remarks.map(remark => remark.id),
			[id],
		);
		assert.equal(lines.length, 2);
		assert.equal(remarks[0]?.line, line);
	});
}

test('ordinary lines give no remark, and each kind of remark is listed once with its newest line', () => {
	const quiet = readServerLog('x', '1:M 24 Nov 2026 11:00:00.000 * Ready to accept connections tcp\n\n');
	assert.deepEqual(quiet.remarks, []);
	const many = Array.from(
		{length: 30},
		(_, index) => `1:M 24 Nov 2026 11:22:${10 + index}.000 # Background saving error`,
	);
	const {remarks, lines} = readServerLog(
		'x',
		[...many, '1:M 24 Nov 2026 12:00:00.000 # User requested shutdown...'].join('\n'),
	);
	assert.deepEqual(
		remarks.map(({id, count}) => [id, count]),
		[
			['asked-to-stop', 1],
			['save-failed', 30],
		],
	);
	assert.match(remarks[1]?.line ?? '', /11:22:39/);
	assert.equal(lines.length, 20);
});

test('lines of one meaning less than a minute apart happened together, and advice is no happening', () => {
	const at = (time: string, words: string) => `1:M 24 Nov 2026 ${time}.000 # ${words}`;
	const text = [
		at('11:00:00', 'WARNING Memory overcommit must be enabled!'),
		at('11:00:10', 'Background saving error'),
		at('11:00:40', 'Background saving error'),
		at('11:03:00', 'Background saving error'),
		'no time: Background saving error',
	].join('\n');
	assert.deepEqual(
		readServerLog('x', text).happened?.map(({id, count, atMs}) => [id, count, new Date(atMs).getMinutes()]),
		[
			['save-failed', 2, 0],
			['save-failed', 1, 3],
		],
	);
});

test('a Sentinel that cannot write its config file ended for that', () => {
	const start = '7:X 24 Nov 2026 11:22:33.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo';
	const end =
		'7:X 24 Nov 2026 11:22:33.123 # Sentinel config file /etc/s.conf is not writable: Permission denied. Exiting...';
	assert.equal(
		endInLog(readServerLog('a log', [start, end].join('\n')))?.reason,
		'it cannot write its config file, as a Sentinel must',
	);
});

test('a log line with control characters becomes one printable line', () => {
	const {lines} = readServerLog('x', 'a\u{1b}[2Jb\rc');
	assert.deepEqual(lines, ['a\\x1b[2Jb\\rc']);
});

test('the time of a log line is read in every format, and is undefined without one', () => {
	const at = (text: string) => new Date(logLineTime(text) ?? Number.NaN);
	const classic = at('12:M 24 Nov 2026 11:22:33.123 * x');
	assert.deepEqual(
		[classic.getMonth(), classic.getDate(), classic.getHours(), classic.getMilliseconds()],
		[10, 24, 11, 123],
	);
	assert.equal(at('12:M 2026-11-24T11:22:33.123Z * x').toISOString(), '2026-11-24T11:22:33.123Z');
	assert.equal(
		at('pid=1 role=primary timestamp="2026-11-24T11:22:33.123+01:00" level=notice message="x"').toISOString(),
		'2026-11-24T10:22:33.123Z',
	);
	assert.equal(logLineTime('12:M 24 Xxx 2026 11:22:33.123 * x'), undefined);
	assert.equal(logLineTime('no time'), undefined);
});

test("out-of-memory kills are read from the kernel's log, newest first", () => {
	const words = 'Out of memory: Killed process 4242 (redis-server) total-vm:1kB, anon-rss:2kB, oom_score_adj:0';
	const group = 'Memory cgroup out of memory: Killed process 7 (valkey-server) total-vm:1kB';
	assert.deepEqual(kmsgOomKills([`3,10,5000000,-;${words}`, '6,11,6000000,-;usb', `3,12,7000000,-;${group}`], 1000), [
		{atMs: 8000, processId: 7, name: 'valkey-server', line: group},
		{atMs: 6000, processId: 4242, name: 'redis-server', line: words},
	]);
	const summary =
		'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/a.service,task_memcg=/system.slice/a.service,task=valkey-server,pid=7,uid=0';
	const [inGroup] = kmsgOomKills([`6,11,6900000,-;${summary}`, `3,12,7000000,-;${group}`], 1000);
	assert.equal(inGroup?.group, '/system.slice/a.service');
	assert.deepEqual(journalOomKills(`1764000000.5 host kernel: ${words}\n1764000001.0 host kernel: other`), [
		{atMs: 1_764_000_000_500, processId: 4242, name: 'redis-server', line: words},
	]);
});

test('the first line of each process counts as one start', () => {
	const {starts} = readServerLog(
		'log',
		[
			'29720:C 28 Nov 2026 22:14:08.039 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
			'29720:M 28 Nov 2026 22:14:08.045 * Ready to accept connections',
			'29731:C 28 Nov 2026 22:14:09.559 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
			'29754:M 28 Nov 2026 22:14:12.615 * oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo',
			'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
		].join('\n'),
	);
	assert.deepEqual(
		starts?.map(({processId, atMs}) => [processId, atMs % 60_000]),
		[
			[29_720, 8039],
			[29_731, 9559],
			[29_754, 12_615],
		],
	);
});

test('a signal handler writes the seconds since the epoch', () => {
	assert.equal(
		logLineTime('17834:signal-handler (1795999405) Received SIGTERM scheduling shutdown...'),
		1_795_999_405_000,
	);
	assert.equal(logLineTime('17834:signal-handler () Received SIGTERM scheduling shutdown...'), undefined);
});

test('a signal stays the end of a process that wrote more than the shown lines after it', () => {
	const start = '17834:M 30 Nov 2026 00:40:00.000 * oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo';
	const startMs = logLineTime(start) ?? Number.NaN;
	const signal = `17834:signal-handler (${startMs / 1000 + 205}) Received SIGTERM scheduling shutdown...`;
	const after = Array.from(
		{length: 9},
		(_, index) => `17834:M 30 Nov 2026 00:43:26.57${index} * User requested shutdown...`,
	);
	const log = readServerLog('a log', [start, signal, ...after].join('\n'));
	assert.equal(endInLog(log)?.remark.id, 'signalled');
	const again = readServerLog('a log', [signal, ...after, start.replace('00:40', '00:44')].join('\n'));
	assert.equal(endInLog(again), undefined);
});

test('a machine without IPv6 is not why a server stopped, and an address that it lacks is', () => {
	const line = (second: number, words: string) => `7:M 24 Nov 2026 11:22:${second}.100 # ${words}`;
	const start = '7:C 24 Nov 2026 11:22:30.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo';
	const warning = 'Warning: Could not create server TCP listening socket';
	const endOf = (...lines: readonly string[]) => {
		const end = endInLog(readServerLog('a log', [start, ...lines].join('\n')));
		return end && messageText(end.reason);
	};
	const optional = line(31, `${warning} ::1:6379: bind: Cannot assign requested address`);
	assert.equal(endOf(optional), undefined);
	assert.match(endOf(optional, line(40, 'User requested shutdown...')) ?? '', /^it was told to stop/);
	const failed = line(31, 'Failed listening on port 6379 (tcp), aborting.');
	const missing = line(31, `${warning} 10.9.9.9:6379: bind: Cannot assign requested address`);
	assert.equal(endOf(missing, failed), 'its machine lacks the address 10.9.9.9 (bind)');
	const taken = line(31, `${warning} *:6379: bind: Address already in use`);
	assert.match(endOf(optional, taken, failed) ?? '', /^it cannot listen: its port/);
	assert.match(endOf(taken, failed) ?? '', /^it cannot listen: its port is taken/);
	// CONFIG SET port writes the same line, and the server goes on.
	assert.match(endOf(taken, line(40, 'User requested shutdown...')) ?? '', /^it was told to stop/);
});

test('a right that a server lacks at each start, and does without, is no fault of its folder', () => {
	for (const words of [
		'Failed to write PID file: Permission denied',
		'Unable to write oom_score_adj: Permission denied',
	]) {
		assert.deepEqual(readServerLog('a log', `7:M 24 Nov 2026 11:22:33.123 # ${words}`).remarks, [], words);
	}
});

test('the command that ran when a server crashed is named, if the report of the last crash has it', () => {
	const crash = (second: number, ...words: readonly string[]) => [
		'=== REDIS BUG REPORT START: Cut & paste starting from here ===',
		`7:M 24 Nov 2026 11:22:${second}.100 # Redis 8.0.2 crashed by signal: 11, si_code: -6`,
		'------ CURRENT CLIENT INFO ------',
		...words.map((word, index) => `argv[${index}]: '"${word}"'`),
		'=== REDIS BUG REPORT END. Make sure to include from START to END. ===',
	];
	const endOf = (...lines: readonly string[]) => {
		const end = endInLog(readServerLog('a log', lines.join('\n')));
		return end && messageText(end.reason);
	};
	assert.equal(endOf(...crash(30, 'debug', 'SEGFAULT')), 'it crashed in DEBUG');
	assert.equal(endOf(...crash(30)), 'it crashed');
	assert.equal(endOf(...crash(30, 'debug', 'SEGFAULT'), ...crash(40)), 'it crashed', 'a later crash without a command');
	assert.equal(endOf(...crash(30, '*redacted*')), 'it crashed');
	const stop = '7:M 24 Nov 2026 11:22:50.100 # User requested shutdown...';
	assert.match(endOf('argv[0]: \'"debug"\'', stop) ?? '', /^it was told to stop/);
});

test('the replicas that a log names are kept with the newest line of each', () => {
	const text = [
		'1:M 24 Nov 2026 11:22:30.000 * Synchronization with replica 127.0.0.1:7001 succeeded',
		'1:M 24 Nov 2026 11:22:31.000 * Partial resynchronization request from 127.0.0.1:7002 accepted. Sending 9 bytes',
		'1:M 24 Nov 2026 11:22:32.000 * Connection with replica 127.0.0.1:7001 lost.',
		'1:M 24 Nov 2026 11:22:33.000 * Connection with replica 127.0.0.1:<unknown-replica-port> lost.',
	].join('\n');
	assert.deepEqual(
		readServerLog('-', text).replicas?.map(({address, isLost}) => [address, isLost]),
		[
			['127.0.0.1:7002', false],
			['127.0.0.1:7001', true],
		],
	);
	assert.equal(readServerLog('-', 'no time').replicas, undefined);
});
