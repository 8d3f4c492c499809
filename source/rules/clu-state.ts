import {takeOver} from '../cluster/failover-candidates.js';
import {namesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
`cluster_state:fail`: the node refuses commands. Since 3.0; a primary that restarts stays in it for two seconds, and so does
one that rejoins.
*/
export const cluState = clusterRule(
	'clu.state',
	(watch, fleet) => {
		const {comparison} = watch;
		const failing = comparison.views.filter(({state}) => state === 'fail');
		const [first] = failing;
		if (first === undefined) {
			return [];
		}

		const all = comparison.views.length;
		const who =
			failing.length === all
				? `all ${all} nodes that answer`
				: namesText(
						failing.map(({self}) => self.id),
						comparison,
					);
		return [
			fires('critical', `cluster_state:fail on ${who}`, {
				evidence: [
					{name: 'nodes in fail', value: failing.length},
					{name: 'nodes that answer', value: all},
				],
				meaning:
					'They answer CLUSTERDOWN: slots without an owner (with cluster-require-full-coverage), or no majority in reach.',
				next: [askNode(fleet, first.address, 'CLUSTER INFO'), words('panel 8 says which slots and which nodes')],
				...takeOver(watch),
			}),
		];
	},
	{raiseAfterMs: 2000},
);
