import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

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
						...fires(
							'info',
							`cluster-node-timeout differs: ${one[0]} ms on ${one[1].length} nodes, ${other[0]} ms on ${other[1][0]?.address ?? '-'}`,
							{
								evidence: [...timeouts].map(([value, nodes]) => ({name: `${value} ms`, value: nodes.length})),
								meaning:
									'Nodes suspect each other after different times, so failovers come early on one side and late on the other.',
								next: [askNode(fleet, other[1][0]?.address, `CONFIG SET cluster-node-timeout ${one[0]}`)],
								action: null,
							},
						),
						subject: 'cluster-node-timeout',
					},
				]),
		...(reading[0] === undefined
			? []
			: [
					{
						...fires(
							'info',
							`${reading[0].address}${reading.length > 1 ? ` and ${reading.length - 1} more` : ''} goes on serving reads when the cluster is down`,
							{
								evidence: [{name: 'cluster-allow-reads-when-down', value: 'yes'}],
								meaning: "In a split, clients on the minority's side read data that is old, and can't tell.",
								next: [words('meant for caches; where reads must be current, set it to no')],
								action: null,
							},
						),
						subject: 'cluster-allow-reads-when-down',
					},
				]),
	];
});
