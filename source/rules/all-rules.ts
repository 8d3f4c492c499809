import {accessRules} from './access.js';
import {aclDriftRules} from './acl-drift.js';
import {aofRules} from './aof.js';
import {backupRules} from './backup.js';
import {certificateRules} from './certificate.js';
import {clientBuffersRules} from './client-buffers.js';
import {clientKillRules} from './client-kills.js';
import {clientLeakRules} from './client-leak.js';
import {clientLimitsRules} from './client-limits.js';
import {clientTrafficRules} from './client-traffic.js';
import {clientUseRules} from './client-use.js';
import {clusterAloneRules} from './cluster-alone.js';
import {clusterAnnounceRules} from './cluster-announce.js';
import {clusterHalfMovedRules} from './cluster-half-moved.js';
import {clusterLinksRules} from './cluster-links.js';
import {clusterMergedRules} from './cluster-merged.js';
import {clusterMigrationRules} from './cluster-migrations.js';
import {clusterNodesRules} from './cluster-nodes.js';
import {clusterRaftRules} from './cluster-raft.js';
import {clusterReplicasRules} from './cluster-replicas.js';
import {clusterRoleRules} from './cluster-roles.js';
import {clusterSameIdRules} from './cluster-same-id.js';
import {clusterSlotsRules} from './cluster-slots.js';
import {clusterStateRules} from './cluster-state.js';
import {clusterWithoutSlotsRules} from './cluster-without-slots.js';
import {commandSurgeRules} from './command-surge.js';
import {connectionStormRules} from './connection-storm.js';
import {connectivityRules} from './connectivity.js';
import {cpuNetworkRules} from './cpu-network.js';
import {deniedRequestRules} from './denied-requests.js';
import {distanceRules} from './distance.js';
import {emptiedDataRules} from './emptied-data.js';
import {emptyDatabaseRules} from './empty-database.js';
import {errorsModulesRules} from './errors-modules.js';
import {evictedClientRules} from './evicted-clients.js';
import {failedOverRules} from './failed-over.js';
import {fieldExpiryRules} from './field-expiry.js';
import {flushRules} from './flush.js';
import {forkAndDiskRules} from './fork-and-disk.js';
import {hostRules} from './host.js';
import {hostWaitRules} from './host-waits.js';
import {idleConsumerRules} from './idle-consumers.js';
import {idleTimeoutRules} from './idle-timeout.js';
import {intrusionRules} from './intrusion.js';
import {keyDeletionRules} from './key-deletions.js';
import {keyUseRules} from './key-use.js';
import {keyspaceRules} from './keyspace.js';
import {largeReplyRules} from './large-replies.js';
import {latencyRules} from './latency.js';
import {linearCommandRules} from './linear-commands.js';
import {lostTtlRules} from './lost-ttl.js';
import {madeReplicaRules} from './made-replica.js';
import {mainThreadRules} from './main-thread.js';
import {memoryBuffersRules} from './memory-buffers.js';
import {memoryEvictionRules} from './memory-eviction.js';
import {memoryGrowthRules} from './memory-growth.js';
import {memoryHostRules} from './memory-host.js';
import {memoryLimitRules} from './memory-limit.js';
import {memoryOverheadRules} from './memory-overhead.js';
import {newClientRules} from './new-clients.js';
import {observabilityRules} from './observability.js';
import {packetLossRules} from './packet-loss.js';
import {plainPortRules} from './plain-port.js';
import {promotedRules} from './promoted.js';
import {pubsubRules} from './pubsub.js';
import {rdbRules} from './rdb.js';
import {refusedPeerRules} from './refused-peers.js';
import {repeatedFailoverRules} from './repeated-failovers.js';
import {replicationLagRules} from './replication-lag.js';
import {replicationLinkRules} from './replication-link.js';
import {replicationLoopRules} from './replication-loop.js';
import {replicationLossRules} from './replication-loss.js';
import {replicationResyncRules} from './replication-resyncs.js';
import {replicationSetupRules} from './replication-setup.js';
import {replicationSyncRules} from './replication-sync.js';
import {replicationTimeoutRules} from './replication-timeout.js';
import type {FleetRule, NodeRule} from './rule.js';
import {sameFileRules} from './same-files.js';
import {saveOftenRules} from './save-often.js';
import {securityRules} from './security.js';
import {securityFixRules} from './security-fixes.js';
import {sentinelRules} from './sentinel.js';
import {sentinelFailoverRules} from './sentinel-failover.js';
import {serverRules} from './server.js';
import {serverBusyRules} from './server-busy.js';
import {settingsDriftRules} from './settings-drift.js';
import {severalServersRules} from './several-servers.js';
import {slowCommandRules} from './slow-commands.js';
import {tlsHandshakeRules} from './tls-handshakes.js';
import {twoPrimariesRules} from './two-primaries.js';
import {undrainedRules} from './undrained.js';
import {unknownCommandRules} from './unknown-commands.js';
import {unloadedDataRules} from './unloaded-data.js';
import {userRightsRules} from './user-rights.js';
import {waitRules} from './wait.js';
import {watchedKeyRules} from './watched-keys.js';
import {writeRefusalRules} from './write-refusal.js';

/** Every rule, in the order in which findings of equal urgency are listed: the server itself first, advice last. */
export const allRules = [
	...connectivityRules,
	...accessRules,
	...packetLossRules,
	...distanceRules,
	...severalServersRules,
	...newClientRules,
	...serverRules,
	...serverBusyRules,
	...memoryLimitRules,
	...memoryEvictionRules,
	...memoryGrowthRules,
	...memoryHostRules,
	...memoryOverheadRules,
	...memoryBuffersRules,
	...writeRefusalRules,
	...rdbRules,
	...sameFileRules,
	...saveOftenRules,
	...unloadedDataRules,
	...aofRules,
	...backupRules,
	...forkAndDiskRules,
	...madeReplicaRules,
	...replicationLinkRules,
	...refusedPeerRules,
	...replicationSyncRules,
	...replicationLoopRules,
	...replicationTimeoutRules,
	...replicationResyncRules,
	...replicationLossRules,
	...emptiedDataRules,
	...repeatedFailoverRules,
	...failedOverRules,
	...promotedRules,
	...replicationLagRules,
	...replicationSetupRules,
	...twoPrimariesRules,
	...connectionStormRules,
	...clientLimitsRules,
	...clientKillRules,
	...clientLeakRules,
	...clientUseRules,
	...clientTrafficRules,
	...clientBuffersRules,
	...evictedClientRules,
	...largeReplyRules,
	...idleTimeoutRules,
	...pubsubRules,
	...waitRules,
	...latencyRules,
	...linearCommandRules,
	...slowCommandRules,
	...mainThreadRules,
	...commandSurgeRules,
	...observabilityRules,
	...cpuNetworkRules,
	...keyspaceRules,
	...lostTtlRules,
	...keyDeletionRules,
	...fieldExpiryRules,
	...emptyDatabaseRules,
	...undrainedRules,
	...idleConsumerRules,
	...flushRules,
	...unknownCommandRules,
	...keyUseRules,
	...watchedKeyRules,
	...errorsModulesRules,
	...intrusionRules,
	...securityRules,
	...deniedRequestRules,
	...securityFixRules,
	...userRightsRules,
	...certificateRules,
	...tlsHandshakeRules,
	...plainPortRules,
	...hostRules,
	...hostWaitRules,
	...settingsDriftRules,
	...aclDriftRules,
	...clusterMergedRules,
	...clusterNodesRules,
	...clusterAnnounceRules,
	...clusterLinksRules,
	...clusterStateRules,
	...clusterWithoutSlotsRules,
	...clusterAloneRules,
	...clusterSameIdRules,
	...clusterHalfMovedRules,
	...clusterSlotsRules,
	...clusterMigrationRules,
	...clusterReplicasRules,
	...clusterRoleRules,
	...clusterRaftRules,
	...sentinelRules,
	...sentinelFailoverRules,
] as const;

/** Every rule about one node. */
export const nodeRules = allRules.filter(rule => rule.scope === 'node') as ReadonlyArray<NodeRule<RuleId>>;

/** Every rule that compares nodes. */
export const fleetRules = allRules.filter(rule => rule.scope === 'fleet') as ReadonlyArray<FleetRule<RuleId>>;

/**
The id of a rule, `area.name`: `mem.max`, `rep.link_down`. Ids never change, because users' scripts and config files
contain them.
*/
export type RuleId = (typeof allRules)[number]['id'];

/** The ids of all rules, in the order of the rules. */
export const ruleIds: readonly RuleId[] = allRules.map(({id}) => id);
