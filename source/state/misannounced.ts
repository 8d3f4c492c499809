import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {oldAddress} from '../rules/cluster-findings.js';
import {missingPrimary} from '../rules/cluster-majority-lost.js';
import type {JoinedFinding} from '../rules/join-findings.js';

/**
The nodes that a finding of the whole cluster names as out of reach, at an announced or old address, or as the majority of
its primaries. That finding is shown in place of the outages.
*/
export const misannounced = memoizeByRef(
	(ranked: readonly JoinedFinding[]): ReadonlySet<NodeAddress | undefined> =>
		new Set(
			ranked.flatMap(({finding: {rule, clearedAtMs, nodes = [], evidence}, causeKey}) => {
				if (clearedAtMs !== undefined || causeKey !== undefined) {
					return [];
				}

				const areNamed = evidence.some(({name}) => name === oldAddress || name === missingPrimary);
				return areNamed ? nodes : rule === 'clu.announce' ? nodes.slice(0, 1) : [];
			}),
		),
);
