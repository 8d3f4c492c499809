import {askNode, clusterRule, verdictFindings} from './cluster-rule.js';
import {words} from './next-steps.js';

/**
Two primaries with the same configuration epoch. Since 3.0; they settle it by themselves, so it counts after ten seconds.
*/
export const cluEpochDup = clusterRule(
	'clu.epoch_dup',
	(watch, fleet) =>
		verdictFindings(watch, ['equal-epochs'], ({nodes}) => [
			askNode(fleet, nodes[0], 'CLUSTER INFO'),
			words("if it stays, the two don't hear each other: look at their bus link"),
		]).map(finding => (finding.kind === 'fires' ? {...finding, severity: 'warning' as const} : finding)),
	{raiseAfterMs: 10_000},
);
