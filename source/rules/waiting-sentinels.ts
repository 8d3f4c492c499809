import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint} from './next-steps.js';
import {reportsIn} from './sentinel-leftovers.js';
import {isFlaggedDown, promotionObstacle} from './sentinel-promotion.js';

/** Milliseconds of `down-after-milliseconds` from which waiting costs more than a failover by hand: twice the default. */
const longMs = 60_000;

/**
The first step for a primary that does not answer, where its Sentinels wait long before they hold it down: a failover by
hand, which asks for no votes. Empty if a Sentinel holds the primary down already, and if no replica is fit.
*/
export function waitingSentinelSteps(
	record: NodeRecord,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
): readonly NextStep[] {
	const waiting = waitingReport(record, nodes, longMs);
	return waiting === undefined
		? []
		: [
				hint(
					message`SENTINEL FAILOVER ${waiting.name} on ${nodeName(waiting.sentinel)}; its sentinels wait ${seconds(waiting.shortestMs / 1000)} (down-after-milliseconds)`,
				),
			];
}

/** Milliseconds of `down-after-milliseconds` from which a failover by hand ends a silence sooner: twice conn.unresponsive.critical. */
const hungMs = 10_000;

/**
The step for a primary that accepts connections and does not answer: a failover by hand, where its Sentinels have no
answer either and wait. Empty if a Sentinel gets answers, or holds the primary down already.
*/
export function hungPrimarySteps(record: NodeRecord, nodes: ReadonlyMap<NodeAddress, NodeRecord>): readonly NextStep[] {
	const waiting = waitingReport(record, nodes, hungMs);
	return waiting === undefined || !waiting.isSilent
		? []
		: [
				hint(
					message`SENTINEL FAILOVER ${waiting.name} on ${nodeName(waiting.sentinel)}; what is not replicated is lost, and its sentinels wait ${seconds(waiting.shortestMs / 1000)}`,
				),
			];
}

/**
The first Sentinel of a primary whose Sentinels hold it down only after a time or longer. Undefined if one holds it down
already, and if no replica is fit.
*/
function waitingReport(
	{address}: NodeRecord,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
	leastMs: number,
):
	| {readonly name: Name; readonly sentinel: NodeAddress; readonly shortestMs: number; readonly isSilent: boolean}
	| undefined {
	const sameNode = nodeFinder(nodes);
	for (const [name, reports] of reportsIn(nodes)) {
		const [first] = reports;
		const shortestMs = Math.min(...reports.map(({primary}) => primary.downAfterMs ?? 0));
		const isWaiting = reports.every(
			({primary}) => sameNode(primary.address) === address && !isFlaggedDown(primary) && !isFailingOver(primary.flags),
		);
		const isFit = reports.every(({primary}) =>
			(primary.replicas ?? []).some(replica => promotionObstacle(replica, primary) === undefined),
		);
		if (first !== undefined && shortestMs >= leastMs && isWaiting && isFit) {
			return {
				name: nameOf('primary', name),
				sentinel: first.sentinel,
				shortestMs,
				isSilent: reports.every(({primary}) => primary.isSilent === true),
			};
		}
	}

	return undefined;
}

const isFailingOver = (flags: ReadonlySet<string>): boolean => flags.has('failover_in_progress');
