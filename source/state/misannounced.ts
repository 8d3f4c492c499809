import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {oldAddress} from '../rules/cluster-findings.js';
import type {JoinedFinding} from '../rules/join-findings.js';

/**
The nodes that a finding of the whole cluster names as out of reach at an announced or old address. That finding is shown
in place of the outages.
*/
export const misannounced = memoizeByRef(
	(ranked: readonly JoinedFinding[]): ReadonlySet<NodeAddress | undefined> =>
		new Set(
			ranked.flatMap(({finding: {rule, clearedAtMs, nodes = [], evidence}, causeKey}) => {
				if (clearedAtMs !== undefined || causeKey !== undefined) {
					return [];
				}

				const areOld = evidence.some(({name}) => name === oldAddress);
				return areOld ? nodes : rule === 'clu.announce' ? nodes.slice(0, 1) : [];
			}),
		),
);
