import {seesMajority} from '../cluster/node-view.js';
import {grouped} from '../text/units.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
Slots on nodes that are suspected, for longer than half a node timeout (`cluster_slots_pfail`). Since 3.0; one node's own
opinion.
*/
export const cluSlotsPfail = clusterRule('clu.slots_pfail', ({comparison, nodeTimeoutMs}, fleet, heldMs) => {
	const counts = comparison.views.filter(seesMajority).map(({address}) => ({
		address,
		slots: Number(fleet.nodes.get(address)?.record.clusterInfo?.value.get('cluster_slots_pfail') ?? 0),
	}));
	const worst = counts.toSorted((a, b) => b.slots - a.slots)[0];
	return worst === undefined || !(worst.slots > 0)
		? []
		: [
				fires(
					heldMs() >= nodeTimeoutMs / 2 ? 'warning' : 'info',
					`${grouped(worst.slots)} slots are on nodes that ${worst.address} suspects`,
					{
						evidence: [{name: 'cluster_slots_pfail', value: worst.slots}],
						meaning: 'If a majority agrees they are held failed, and a replica is elected.',
						next: [askNode(fleet, worst.address, 'CLUSTER NODES'), words('look at the link between them')],
						action: null,
					},
				),
			];
});
