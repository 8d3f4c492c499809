/** The incidents of `redis-top demo incident NAME`, each with one sentence, in the order in which they are listed. */
export const incidentSentences = {
	'memory-full': 'Memory reaches maxmemory, the policy is noeviction, and writes are refused.',
	'no-ttl': 'Memory is full, the policy evicts only keys with a TTL, and no key has one.',
	evictions: 'An import writes so fast that the keys of all others are evicted.',
	'limit-without-unit': 'maxmemory was set to 512 without its unit, and every write is refused.',
	'max-clients': 'One application leaks connections until maxclients turns new clients away.',
	'aof-disk-full': 'The append-only file cannot grow any more, and writes are refused.',
	'save-folder-gone': 'Somebody removed the data folder; saves fail and writes are refused.',
	'slow-keys': 'A report runs KEYS on a large data set again and again, and all clients wait.',
	'endless-script': 'A script never ends, and the server answers BUSY.',
	frozen: 'The server process is stopped by SIGSTOP: it is there and does not respond.',
	'primary-killed': 'A primary with two replicas is killed, and nothing promotes a replica.',
	'crash-loop': 'The server dies a second after each start, and is started again and again.',
	'resync-loop': 'A replica exceeds its output buffer limit in each full resync and starts over.',
	'replica-behind': 'A replica behind a slow link falls behind while its lag says 0.',
	'two-primaries': 'A replica was promoted beside its living primary, and both take writes.',
	'empty-primary': 'A primary without persistence restarted empty; its replica still has the data, for seconds.',
	'wrong-replica-promoted': 'The primary died, and of two replicas the one with older data was promoted.',
	'replica-writes': 'An application writes to a replica and gets READONLY errors.',
	'replica-evicts': 'A replica has a smaller maxmemory than its primary, and evicts keys that the primary keeps.',
	'cluster-shard-down': 'A primary of a cluster and its only replica are dead; the cluster answers CLUSTERDOWN.',
	'cluster-failover': 'A primary of a cluster is dead, and its replica was promoted.',
	'cluster-no-failover': 'A primary of a cluster is dead, and a setting left from maintenance holds its replica back.',
	'cluster-slots-missing': 'No node of a cluster owns slot 100; the cluster answers CLUSTERDOWN.',
	'cluster-slot-open': 'A slot migration was begun on one node and never on the other.',
	'cluster-client': 'An application uses a cluster without cluster mode and gets MOVED for two thirds of its keys.',
	'unknown-commands': 'An application uses commands of a module that this server does not have.',
	'wait-without-replica': 'Clients wait with WAIT until a replica has their writes, and the primary has no replica.',
	'wrong-database':
		'A deploy points an application at database 0; its keys are in database 2, and every lookup misses.',
	'aof-switched-on':
		'appendonly yes was put into the configuration; the restart leaves the RDB file aside and starts empty.',
	flushed: 'A test suite runs FLUSHALL on the wrong server, again and again.',
	'password-changed': 'The password was changed while clients use the server without it.',
	'wrong-password': 'An application tries to log in with an old password, over and over.',
	'users-lost': 'Users were never saved; a restart forgot them, and their logins are refused.',
	'writes-paused': 'CLIENT PAUSE was forgotten, and all writes wait.',
	'blocked-workers': 'Workers wait with BLPOP for jobs that nobody pushes.',
	'mass-expiry': 'Many keys expire in the same second, again and again.',
	'slow-subscriber': 'A subscriber does not read its messages, and its output buffer grows.',
	'connection-churn': 'A job opens a new connection for every command.',
	'monitor-left-on': 'A debugging session runs MONITOR and was forgotten.',
} as const;

export type StagedName = keyof typeof incidentSentences;

export const stagedNames = Object.keys(incidentSentences) as readonly StagedName[];
