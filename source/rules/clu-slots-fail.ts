import {takeOver} from '../cluster/failover-candidates.js';
import {seesMajority} from '../cluster/node-view.js';
import {grouped} from '../text/units.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
Slots whose owner a majority holds failed, as the nodes count them (`cluster_slots_fail`). Since 3.0. Of the nodes that reach
a majority: in a minority everybody else has failed.
*/
export const cluSlotsFail = clusterRule('clu.slots_fail', (watch, fleet) => {
	const {comparison} = watch;
	const counts = comparison.views.filter(seesMajority).map(({address}) => ({
		address,
		slots: Number(fleet.nodes.get(address)?.record.clusterInfo?.value.get('cluster_slots_fail') ?? 0),
	}));
	const worst = counts.toSorted((a, b) => b.slots - a.slots)[0];
	return worst === undefined || !(worst.slots > 0)
		? []
		: [
				fires('critical', `${grouped(worst.slots)} slots are on failed nodes`, {
					evidence: [{name: 'cluster_slots_fail', value: worst.slots}],
					meaning: 'Their keys are down until a replica is promoted or the node is back.',
					next: [
						askNode(fleet, worst.address, 'CLUSTER NODES'),
						words('bring the node back, or promote a replica: CLUSTER FAILOVER FORCE'),
					],
					...takeOver(watch),
				}),
			];
});
