import {askNode, clusterRule, verdictFindings} from './cluster-rule.js';
import {words} from './next-steps.js';

/**
Nodes that are cut off from the majority, or nobody with one. Since 3.0. A node that just came back is in it until the
others trust it again, which takes up to five seconds.
*/
export const cluMinority = clusterRule('clu.minority', (watch, fleet) =>
	verdictFindings(watch, ['minority', 'no-majority'], ({nodes}) => [
		askNode(fleet, nodes[0], 'CLUSTER NODES'),
		words('look at the network between the sides, the bus ports (port + 10000) above all'),
	]),
);
