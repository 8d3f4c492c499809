import {slotsIn} from '../cluster/node-view.js';
import {rangesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
Slots that nobody owns in any node's view. Since 3.0. While a cluster is being made that is so for a moment.
*/
export const cluCoverage = clusterRule(
	'clu.coverage',
	({comparison}, fleet) => {
		const {unassigned} = comparison.claims;
		return unassigned.length === 0
			? []
			: [
					fires('critical', `slots ${rangesText(unassigned)} have no owner`, {
						evidence: [{name: 'slots without owner', value: slotsIn(unassigned), unit: 'count'}],
						meaning: 'Keys in them can be neither read nor written; with cluster-require-full-coverage nothing can.',
						next: [
							askNode(fleet, comparison.views[0]?.address, '--cluster fix'),
							words('or give them out with CLUSTER ADDSLOTSRANGE on the primary that has their keys'),
						],
						action: null,
					}),
				];
	},
	{raiseAfterMs: 2000},
);
