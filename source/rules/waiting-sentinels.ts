import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
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
	{address}: NodeRecord,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
): readonly NextStep[] {
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
		if (first !== undefined && shortestMs >= longMs && isWaiting && isFit) {
			return [
				hint(
					message`SENTINEL FAILOVER ${name} on ${nodeName(first.sentinel)}; its sentinels wait ${seconds(shortestMs / 1000)} (down-after-milliseconds)`,
				),
			];
		}
	}

	return [];
}

const isFailingOver = (flags: ReadonlySet<string>): boolean => flags.has('failover_in_progress');
