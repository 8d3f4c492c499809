import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import {commandStats, errorStats} from '../parse/info-fields.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint} from './next-steps.js';
import {promotionObstacle} from './sentinel-promotion.js';

/**
Milliseconds after which Sentinels have sent their first promotion: they elect a leader within two seconds, and choose the
replica at once.
*/
const sentAfterMs = 10_000;

/**
The replica that Sentinels choose, and that refuses to be promoted: it still is a replica long after they agreed, and it
has refused a transaction. Sentinels promote by MULTI, SLAVEOF NO ONE, CONFIG REWRITE, CLIENT KILL and EXEC, and a server
that lacks one of these replies EXECABORT to EXEC. Source: sentinel.c, `sentinelSendSlaveOf`. Undefined if no replica
refuses, and before Redis 6.2, which does not count errors by kind.
*/
export function refusedPromotion(
	reports: readonly MonitoredPrimary[],
	records: ReadonlyMap<NodeAddress, NodeRecord>,
): {readonly reason: Message; readonly next: readonly NextStep[]} | undefined {
	const sameNode = nodeFinder(records);
	for (const primary of reports) {
		if (!primary.flags.has('o_down') || (primary.downMs ?? 0) < sentAfterMs) {
			continue;
		}

		for (const replica of primary.replicas ?? []) {
			const record = records.get(sameNode(replica.address));
			if (promotionObstacle(replica, primary) === undefined && record?.role === 'replica' && hasAborted(record)) {
				return refusedBy(nodeName(record.address));
			}
		}
	}

	return undefined;
}

/** Whether the server has refused a transaction since its start. */
function hasAborted({failure, sample}: NodeRecord): boolean {
	if (failure !== undefined || sample === undefined) {
		return false;
	}

	// Commands are counted for the node in focus only. Without their counts, the error alone counts.
	const exec = commandStats(sample.info).get('exec');
	const hasFailed = exec === undefined || (exec.failedCalls ?? 0) + (exec.rejectedCalls ?? 0) > 0;
	return hasFailed && (errorStats(sample.info).get('EXECABORT') ?? 0) > 0;
}

const refusedBy = (name: Name) => ({
	reason: message`${name} refuses it`,
	next: [
		hint(
			message`rename-command in the config of ${name}: SLAVEOF, CONFIG, CLIENT or MULTI is renamed there (EXECABORT), or its user lacks a right`,
		),
		hint(
			message`promote ${name} by hand, with the renamed REPLICAOF NO ONE; Sentinels follow as soon as it is a primary`,
		),
		hint('then let Sentinels know the name: SENTINEL SET NAME rename-command SLAVEOF NEW-NAME, on each of them'),
	],
});
