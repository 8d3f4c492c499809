import {askNode, clusterRule, verdictFindings} from './cluster-rule.js';
import {words} from './next-steps.js';

/**
Nodes that go on disagreeing about who owns which slot for more than two node timeouts, without a partition that explains
it: a broken bus link, a stale node, an owner of another mind. Since 3.0.
*/
export const cluView = clusterRule('clu.view', (watch, fleet) =>
	verdictFindings(watch, ['views-differ', 'unclaimed', 'stale-node'], ({nodes}) => [
		askNode(fleet, nodes[0], 'CLUSTER NODES'),
		words('compare it with another node, and look at the bus links between them'),
	]),
);
