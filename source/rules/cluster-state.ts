import {takeOver} from '../cluster/failover-candidates.js';
import {slotsIn} from '../cluster/node-view.js';
import {namesText, rangesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule, verdictFindings} from './cluster-findings.js';
import {hint} from './next-steps.js';
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
			fires('critical', {
				problem: `cluster_state:fail on ${who}`,

				evidence: [
					{name: 'nodes in fail', value: failing.length},
					{name: 'nodes that answer', value: all},
				],
				meaning:
					'They answer CLUSTERDOWN: slots without an owner (with cluster-require-full-coverage), or no majority in reach.',
				next: [askNode(fleet, first.address, 'CLUSTER INFO'), hint('panel 8 says which slots and which nodes')],
				...takeOver(watch),
			}),
		];
	},
	{raiseAfterMs: 2000},
);

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
					fires('critical', {
						problem: `slots ${rangesText(unassigned)} have no owner`,

						evidence: [{name: 'slots without owner', value: slotsIn(unassigned), unit: 'count'}],
						meaning: 'Keys in them can be neither read nor written; with cluster-require-full-coverage nothing can.',
						next: [
							askNode(fleet, comparison.views[0]?.address, '--cluster fix'),
							hint('or give them out with CLUSTER ADDSLOTSRANGE on the primary that has their keys'),
						],
					}),
				];
	},
	{raiseAfterMs: 2000},
);

/**
Nodes that are cut off from the majority, or nobody with one. Since 3.0. A node that just came back is in it until the
others trust it again, which takes up to five seconds.
*/
export const cluMinority = clusterRule('clu.minority', (watch, fleet) =>
	verdictFindings(watch, ['minority', 'no-majority'], ({nodes}) => [
		askNode(fleet, nodes[0], 'CLUSTER NODES'),
		hint('look at the network between the sides, the bus ports (port + 10000) above all'),
	]),
);

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
			hint('mend the network between the sides; what was written on the side of the lower epoch is lost then'),
		]),
	{raiseAfter: 1},
);

/**
Nodes that go on disagreeing about who owns which slot for more than two node timeouts, without a partition that explains
it: a broken bus link, a stale node, an owner of another mind. Since 3.0.
*/
export const cluView = clusterRule('clu.view', (watch, fleet) =>
	verdictFindings(watch, ['views-differ', 'unclaimed', 'stale-node'], ({nodes}) => [
		askNode(fleet, nodes[0], 'CLUSTER NODES'),
		hint('compare it with another node, and look at the bus links between them'),
	]),
);

/**
Settings that a cluster should have alike, or that bite: cluster-node-timeout that differs between nodes, reads from a node
that the cluster has lost (cluster-allow-reads-when-down). Since 3.0, where CONFIG GET may be asked.
*/
export const cluConfig = clusterRule('clu.config', (_, fleet) => {
	const having = (name: string) =>
		[...fleet.nodes.values()].flatMap(facts => {
			const value = facts.setting(name);
			return value === undefined ? [] : [{address: facts.address, value}];
		});
	const timeouts = Map.groupBy(having('cluster-node-timeout'), ({value}) => value);
	const [one, other] = [...timeouts].toSorted(([, a], [, b]) => b.length - a.length);
	const reading = having('cluster-allow-reads-when-down').filter(({value}) => value === 'yes');
	return [
		...(one === undefined || other === undefined
			? []
			: [
					{
						...fires('info', {
							problem: `cluster-node-timeout differs: ${one[0]} ms on ${one[1].length} nodes, ${other[0]} ms on ${other[1][0]?.address ?? '-'}`,

							evidence: [...timeouts].map(([value, nodes]) => ({name: `${value} ms`, value: nodes.length})),
							meaning:
								'Nodes suspect each other after different times, so failovers come early on one side and late on the other.',
							next: [askNode(fleet, other[1][0]?.address, `CONFIG SET cluster-node-timeout ${one[0]}`)],
						}),
						subject: 'cluster-node-timeout',
					},
				]),
		...(reading[0] === undefined
			? []
			: [
					{
						...fires('info', {
							problem: `${reading[0].address}${reading.length > 1 ? ` and ${reading.length - 1} more` : ''} goes on serving reads when the cluster is down`,

							evidence: [{name: 'cluster-allow-reads-when-down', value: 'yes'}],
							meaning: "In a split, clients on the minority's side read data that is old, and can't tell.",
							next: [hint('meant for caches; where reads must be current, set it to no')],
						}),
						subject: 'cluster-allow-reads-when-down',
					},
				]),
	];
});

/**
Two primaries with the same configuration epoch. Since 3.0; they settle it by themselves, so it counts after ten seconds.
*/
export const cluEpochDup = clusterRule(
	'clu.epoch_dup',
	(watch, fleet) =>
		verdictFindings(watch, ['equal-epochs'], ({nodes}) => [
			askNode(fleet, nodes[0], 'CLUSTER INFO'),
			hint("if it stays, the two don't hear each other: look at their bus link"),
		]).map(finding => (finding.kind === 'fires' ? {...finding, severity: 'warning' as const} : finding)),
	{raiseAfterMs: 10_000},
);

export const clusterStateRules = [
	cluSplit,
	cluMinority,
	cluState,
	cluCoverage,
	cluView,
	cluEpochDup,
	cluConfig,
] as const;
