import type {ClusterComparison} from '../cluster/comparison.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import type {FleetFacts} from './rule.js';

/** A node's default bus port minus its client port. Source: redis src/cluster.h, CLUSTER_PORT_INCR. */
const busPortDistance = 10_000;

const isUsual = ({port, busPort}: Pick<ClusterNode, 'port' | 'busPort'>) => busPort === port + busPortDistance;

/** The bus port that a node announces, if it alone differs from the default distance; otherwise undefined. */
export function wrongBusPort(
	id: NodeId,
	{viewOf, views}: Pick<ClusterComparison, 'viewOf' | 'views'>,
): number | undefined {
	const self = viewOf.get(id)?.self;
	const isAlone =
		self !== undefined && !isUsual(self) && views.every(view => view.self.id === id || isUsual(view.self));
	return isAlone ? self.busPort : undefined;
}

export const wrongBusPortText = (busPort: number): string =>
	`it announces bus port ${busPort}, the others theirs plus 10000`;

/** The steps for the first of these nodes that alone announces an unusual bus port. */
export function stepsForBusPort(
	ids: readonly NodeId[],
	comparison: ClusterComparison,
	fleet: FleetFacts,
): readonly NextStep[] {
	const wrong = ids.find(id => wrongBusPort(id, comparison) !== undefined);
	if (wrong === undefined) {
		return [];
	}

	const node = comparison.nameOf(wrong);
	return [
		hint(message`let ${nodeName(node)} announce its own bus port, or map the announced one to it`),
		askNode(fleet, node, 'CONFIG SET cluster-announce-bus-port 0'),
	];
}
