import {flushed, unknownCommands, waitWithoutReplica} from './client-mistakes.js';
import {
	blockedWorkers,
	connectionChurn,
	maxClients,
	monitorLeftOn,
	passwordChanged,
	slowSubscriber,
	writesPaused,
	wrongPassword,
} from './clients.js';
import {
	clusterClient,
	clusterFailover,
	clusterNoFailover,
	clusterShardDown,
	clusterSlotOpen,
	clusterSlotsMissing,
} from './clusters.js';
import {aofSwitchedOn, limitWithoutUnit, usersLost, wrongDatabase} from './configuration.js';
import {aofDiskFull, saveFolderGone} from './disk.js';
import type {Incident} from './incident.js';
import type {StagedName} from './incident-names.js';
import {evictions, massExpiry, memoryFull, noTtl} from './memory.js';
import {crashLoop, endlessScript, frozen, slowKeys} from './processes.js';
import {
	emptyPrimary,
	primaryKilled,
	replicaBehind,
	replicaEvicts,
	replicaWrites,
	resyncLoop,
	twoPrimaries,
	wrongReplicaPromoted,
} from './replication.js';

/** How each incident is staged on real servers, and the output of `redis-top check` that is then expected. */
export const stagedIncidents: Readonly<Record<StagedName, Incident>> = {
	'memory-full': memoryFull,
	'no-ttl': noTtl,
	evictions,
	'limit-without-unit': limitWithoutUnit,
	'max-clients': maxClients,
	'aof-disk-full': aofDiskFull,
	'save-folder-gone': saveFolderGone,
	'slow-keys': slowKeys,
	'endless-script': endlessScript,
	frozen,
	'primary-killed': primaryKilled,
	'crash-loop': crashLoop,
	'resync-loop': resyncLoop,
	'replica-behind': replicaBehind,
	'two-primaries': twoPrimaries,
	'empty-primary': emptyPrimary,
	'wrong-replica-promoted': wrongReplicaPromoted,
	'replica-writes': replicaWrites,
	'replica-evicts': replicaEvicts,
	'cluster-shard-down': clusterShardDown,
	'cluster-failover': clusterFailover,
	'cluster-no-failover': clusterNoFailover,
	'cluster-slots-missing': clusterSlotsMissing,
	'cluster-slot-open': clusterSlotOpen,
	'cluster-client': clusterClient,
	'unknown-commands': unknownCommands,
	'wait-without-replica': waitWithoutReplica,
	'wrong-database': wrongDatabase,
	'aof-switched-on': aofSwitchedOn,
	flushed,
	'password-changed': passwordChanged,
	'wrong-password': wrongPassword,
	'users-lost': usersLost,
	'writes-paused': writesPaused,
	'blocked-workers': blockedWorkers,
	'mass-expiry': massExpiry,
	'slow-subscriber': slowSubscriber,
	'connection-churn': connectionChurn,
	'monitor-left-on': monitorLeftOn,
};
