import {askNode, clusterRule, verdictFindings} from './cluster-rule.js';
import {words} from './next-steps.js';

/**
Slots with two owners by their own word, and partitions with a majority each. Since 3.0. Both owners are asked again before
it is raised, so that a failover between two polls is none. Critical even where all but one
refuse writes by now: what was written until then is lost.
*/
export const cluSplit = clusterRule(
	'clu.split',
	(watch, fleet) =>
		verdictFindings(watch, ['split-brain', 'fenced-primary'], ({nodes}) => [
			askNode(fleet, nodes[0], 'CLUSTER NODES'),
			askNode(fleet, nodes[1], 'CLUSTER NODES'),
			words('mend the network between the sides; what was written on the side of the lower epoch is lost then'),
		]),
	{raiseAfter: 1},
);
