import type {NodeAddress} from '../domain/node.js';
import type {JoinedFinding} from '../rules/join-findings.js';

/**
The addresses that primaries were pointed to by a wrong REPLICAOF: the second node of `rep.made_replica`. No server was
ever seen there, so none is missing.
*/
export const mistakenPrimaries = (ranked: readonly JoinedFinding[]): ReadonlySet<NodeAddress | undefined> =>
	new Set(
		ranked.flatMap(({finding: {rule, nodes, clearedAtMs}}) =>
			rule === 'rep.made_replica' && clearedAtMs === undefined ? (nodes?.[1] ?? []) : [],
		),
	);
