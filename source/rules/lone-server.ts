import {commandStats} from '../parse/info-fields.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {isSentinelClient, otherClients} from './client-names.js';
import type {NodeFacts} from './node-facts.js';
import {wasPromoted} from './role-change.js';

/** Seconds after the start of a primary in which its replicas come back: they try again each second. */
const comeBackSeconds = 20;

/** Lines of the log that tell of a replica, or of another role. */
const replicationRemarks: ReadonlySet<string> = new Set([
	'replica-lost',
	'replica-linked',
	'was-primary',
	'replicates',
]);

/** Whether the server's own INFO shows no replica since its start, and no replication history before. */
const hasNoReplicaByInfo = (facts: NodeFacts): boolean =>
	facts.number('replication', 'connected_slaves') === 0 &&
	facts.number('replication', 'repl_backlog_active') === 0 &&
	facts.number('stats', 'sync_full') === 0 &&
	facts.number('stats', 'sync_partial_ok') === 0 &&
	facts.text('replication', 'master_replid2') !== undefined &&
	!wasPromoted(facts) &&
	(facts.number('server', 'uptime_in_seconds') ?? 0) >= comeBackSeconds;

/** Whether another node may be a replica of this one, or may know one: a Sentinel, a node that never answered. */
const isInDeployment = ({nodes, address}: NodeFacts): boolean =>
	[...nodes.values()].some(
		node =>
			node.address !== address &&
			(node.role === 'sentinel' || node.sample === undefined || primaryNamedBy(node) === address),
	);

/**
Whether nothing shows that the server ever had a replica: neither INFO, the log, the clients, nor another node. A primary
that had a replica keeps its history in the RDB file, and has it as `master_replid2` after a restart. Source: Redis
7.0, src/server.c, `loadDataFromDisk`. Older servers, and those that load an append-only file, forget it.
*/
export function isLoneServer(facts: NodeFacts): boolean {
	const {record, sample, memory} = facts;
	const host = record.host?.value;
	const log = host?.kind === 'here' ? host.log : undefined;
	return (
		sample !== undefined &&
		record.role === 'primary' &&
		memory.roleChangedAtMs === undefined &&
		facts.number('cluster', 'cluster_enabled') !== 1 &&
		hasNoReplicaByInfo(facts) &&
		(commandStats(sample.info).get('replconf')?.calls ?? 0) === 0 &&
		!isInDeployment(facts) &&
		!otherClients(facts).some(({name}) => isSentinelClient(name)) &&
		(log?.replicas ?? []).length === 0 &&
		!(log?.remarks ?? []).some(({id}) => replicationRemarks.has(id))
	);
}
