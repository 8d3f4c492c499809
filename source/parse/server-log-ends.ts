import {advice, type LogPattern, pattern} from './log-pattern.js';

/** Patterns of log lines that tell why a server stopped or didn't start. */
export const logEnds: readonly LogPattern[] = [
	// This pattern precedes that of a crash: the server ends by a panic of its own, with the whole report of a crash.
	pattern(
		'replica-unwritable',
		'critical',
		['srv.restarted'],
		/Replica was unable to write command to disk/,
		'a replica that could not write to its disk ended itself (replica-ignore-disk-write-errors no)',
	),
	pattern(
		'nodes-conf-broken',
		'critical',
		[],
		/corrupted cluster config file|Unknown flag in \S+ cluster config file/,
		'it could not start: its nodes.conf is damaged; the others know its id, slots and address (CLUSTER NODES)',
	),
	pattern(
		'nodes-conf-taken',
		'critical',
		[],
		/cluster configuration file .* is already used by a different/,
		'it could not start: another process uses its nodes.conf',
	),
	pattern(
		'nodes-conf-unwritable',
		'critical',
		[],
		/Fatal: can't update cluster config file/,
		'it ended because it could not write its nodes.conf: a full disk, or no right to its folder',
	),
	// Redis 7.0 names no file: `Fatal error loading the DB: Permission denied. Exiting.` This pattern precedes those of
	// damaged and missing files, which match the same lines.
	pattern(
		'data-unreadable',
		'critical',
		[],
		/(?:Fatal error: can't open the (?:RDB|append log|AOF manifest) file .+|Fatal error loading the DB): (?:Permission denied|Operation not permitted)/,
		'it could not start: its user has no right to read a file of its data; the file itself is not damaged',
	),
	pattern(
		'sentinel-file-unwritable',
		'critical',
		[],
		/Sentinel config file .* is not writable|Sentinel needs config file on disk/,
		'it could not start: a Sentinel keeps what it learns in its config file, and cannot write it',
	),
	pattern(
		'aof-missing',
		'critical',
		[],
		/FATAL AOF MANIFEST FILE ERROR|can't open the (?:AOF manifest|append log) file|The (?:AOF manifest|append log) file .* doesn't exist/,
		'it could not start: a file of the append-only files, or their manifest, is missing or damaged',
	),
	// A server that runs writes this line, too, and goes on.
	pattern(
		'aof-absent',
		'critical',
		[],
		/Unable to obtain the AOF file \S+ length\. stat: No such file/,
		'a file of its append-only files is missing: it does not start without that file',
	),
	pattern(
		'acl-twice',
		'critical',
		[],
		/users defined in \S+ and at the same setting an ACL file path is invalid/,
		'it could not start: its config file has both users and an ACL file (aclfile)',
	),
	pattern(
		'socket-unopened',
		'critical',
		[],
		/Failed opening Unix socket/,
		'it could not start: it cannot make its unix socket; is its folder there, with the right to write?',
	),
	pattern(
		'acl-broken',
		'critical',
		[],
		/Aborting \S+ startup because of ACL errors|Error loading ACLs, opening file/,
		'it could not start: its ACL file has a mistake or cannot be read',
	),
	pattern(
		'module-unloadable',
		'critical',
		[],
		/Can't load module from .*: server aborting/,
		'it could not start: a module of its config file could not be loaded',
	),
	pattern(
		'tls-unusable',
		'critical',
		[],
		/Failed to configure TLS\. Check logs/,
		'it could not start: its certificate, its key or its CA file cannot be used',
	),
	pattern(
		'too-many-databases',
		'critical',
		[],
		/Data file was created with a .*server configured to handle more than/,
		'it could not start: its data has more databases than its config allows (databases)',
	),
	pattern(
		'crashed',
		'critical',
		['srv.restarted'],
		/REDIS BUG REPORT START|VALKEY BUG REPORT START|crashed by signal|Guru Meditation/,
		'the server crashed: keep the whole report from its log',
	),
	// A crash report has the words of the command that ran: `argv[0]: '"debug"'`. Nothing else in a log begins so.
	advice('crash-command', 'info', [], /^argv\[0\]: '"?[A-Za-z]/, 'the command that ran when the server crashed'),
	pattern(
		'out-of-memory',
		'critical',
		['os.oomscore', 'os.overcommit'],
		/Out Of Memory allocating \d+ bytes/,
		'the system gave the server no more memory, and it stopped',
	),
	// By default, servers listen on IPv6 where the machine has it (`bind * -::*`). Where it has none, each start writes this
	// line. Only with `Failed listening on port` after it does the server end.
	advice(
		'address-missing',
		'info',
		[],
		/Warning: Could not create server TCP listening socket .*(?:Cannot assign requested address|not supported)/,
		'this machine does not have an address of its bind; an address with a minus, such as -::*, may be missing',
	),
	pattern(
		'port-taken',
		'critical',
		[],
		/Could not create server TCP listening socket|bind: Address already in use|Failed listening on port/,
		'it could not start: its port is taken by another process, or its address is not on this machine',
	),
	pattern(
		'bad-config',
		'critical',
		[],
		/FATAL CONFIG FILE ERROR|Fatal error, can't open config file|Bad directive or wrong number of arguments|Module Configuration detected without loadmodule/,
		'it could not start: its config file has a mistake or cannot be read',
	),
	pattern(
		'aof-broken',
		'critical',
		[],
		/Bad file format reading the append only file|Unexpected end of file reading the append only file/,
		'it could not start: the append-only file is damaged; redis-check-aof (Valkey: valkey-check-aof) --fix cuts it after the last whole command (copy it first)',
	),
	pattern(
		'aof-unknown-command',
		'critical',
		[],
		/Unknown command '.*' reading the append only file/,
		'it could not start: the append-only file has a command that this version does not know, or a module is missing',
	),
	// The line of a missing module may begin with "Internal error in RDB", as that of a damaged file does.
	pattern(
		'module-missing',
		'critical',
		[],
		/no matching module(?: type)? '/,
		'it could not start: its data needs a module that is not loaded (loadmodule); the data file is not damaged',
	),
	pattern(
		'rdb-newer',
		'critical',
		[],
		/Can't handle RDB format version|Can't handle foreign type or opcode/,
		'it could not start: a newer version wrote its data; start that version again',
	),
	// Redis expects `REDIS` at the beginning. Valkey 9 begins its files with `VALKEY`.
	pattern(
		'rdb-foreign',
		'critical',
		[],
		/Wrong signature trying to load DB/,
		'it could not start: Valkey 9 wrote its RDB file, which no Redis and no earlier Valkey reads, or the beginning of the file is damaged',
	),
	pattern(
		'rdb-broken',
		'critical',
		[],
		/Short read or OOM loading DB|Fatal error loading the DB|Internal error in RDB reading offset/,
		'it could not start: the RDB file is damaged; redis-check-rdb (Valkey: valkey-check-rdb) says where',
	),
	pattern(
		'shutdown-failed',
		'warning',
		['per.rdb_fail'],
		/Error trying to save the DB, can't exit|Errors trying to shut down the server/,
		'it was told to stop and could not: the last save failed',
	),
	pattern(
		'asked-to-stop',
		'warning',
		['srv.restarted'],
		/User requested shutdown/,
		'somebody sent SHUTDOWN or a signal',
	),
	pattern(
		'signalled',
		'warning',
		['srv.restarted'],
		/Received SIG(?:TERM|INT) scheduling shutdown/,
		'a signal stopped it: a supervisor, an administrator or the end of the machine',
	),
	pattern('left', 'info', [], /is now ready to exit, bye bye/, 'it stopped in an orderly way'),
];
