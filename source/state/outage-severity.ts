import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from '../rules/all-rules.js';
import type {JoinedFinding} from '../rules/join-findings.js';
import type {NodeRecord} from './monitor-state.js';

/** The rules that report a node of each reach. */
const rulesOf: Readonly<Record<NodeRecord['reach'], readonly RuleId[]>> = {
	connecting: [],
	up: ['conn.unresponsive'],
	stale: ['conn.unresponsive'],
	loading: ['srv.loading'],
	busy: ['srv.busy'],
	refusing: ['conn.refusing', 'conn.auth'],
	down: ['conn.refused', 'conn.unreachable'],
};

const activeByNode = memoizeByRef((ranked: readonly JoinedFinding[]) =>
	Map.groupBy(
		ranked.filter(({finding}) => finding.clearedAtMs === undefined),
		({finding}) => finding.node,
	),
);

/**
The severity of the finding that reports why a node does not answer, as the list of findings shows it. Line 2 shows the
same severity. A problem of line 2 is at least a warning, so a finding of severity info counts as one. Undefined before
there is such a finding.
*/
export function outageSeverity(
	{address, reach}: {readonly address: NodeAddress; readonly reach: NodeRecord['reach']},
	ranked: readonly JoinedFinding[],
): 'warning' | 'critical' | undefined {
	const found = activeByNode(ranked)
		.get(address)
		?.find(({finding}) => rulesOf[reach].includes(finding.rule));
	return found === undefined ? undefined : found.severity === 'critical' ? 'critical' : 'warning';
}
