import type {ClusterComparison} from '../cluster/comparison.js';
import {hasNoAddress} from '../cluster/needed-nodes.js';
import type {ReadView} from '../cluster/node-view.js';
import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {shardsWithoutSuccessor} from '../topology/promotion-bars.js';
import {topologyOf} from '../topology/topology.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {type FleetFacts, fires, rule} from './rule.js';

/**
The nodes that list no node but themselves and own no slots, although redis-top also polls nodes of a larger cluster.
Such a node started without its nodes.conf, was reset, or was never joined to the cluster.
*/
export const aloneIn = ({views}: Pick<ClusterComparison, 'views'>): readonly ReadView[] =>
	views.some(({lines}) => lines.size > 1)
		? views.filter(({lines, self}) => lines.size === 1 && self.slots.length === 0)
		: [];

/** Whether a node owns slots in any view. Such an id is not forgotten, because its slots would have no owner. */
const ownsSlots = (id: NodeId, {views}: ClusterComparison): boolean =>
	views.some(({lines}) => (lines.get(id)?.slots.length ?? 0) > 0);

/**
The steps that join a node that is alone to the cluster of the others. CLUSTER MEET comes first. CLUSTER REPLICATE then
makes the node a replica of a primary that has no replica. CLUSTER FORGET removes the ids whose node is gone.
*/
function joinSteps(alone: ReadView, comparison: ClusterComparison, fleet: FleetFacts): readonly NextStep[] {
	const records = recordsIn(fleet);
	const needy = shardsWithoutSuccessor(topologyOf(records), records).find(({shard}) => shard.slotCount > 0)?.shard;
	const primary = comparison.views.find(({address}) => address === needy?.primary?.address);
	const member = primary ?? comparison.views.find(({lines}) => lines.size > 1);
	const endpoint = member && fleet.nodes.get(member.address)?.record.endpoint;
	const lost = [...(member?.lines.keys() ?? [])].filter(
		id => hasNoAddress(id, comparison) && !ownsSlots(id, comparison),
	);
	return [
		...(endpoint?.kind === 'tcp'
			? [
					askNode(
						fleet,
						alone.address,
						message`CLUSTER MEET ${quotedName('host', endpoint.host)} ${endpoint.port}${member?.self.busPort === undefined ? '' : ` ${member.self.busPort}`}`,
					),
				]
			: []),
		...(primary === undefined
			? []
			: [
					hint(message`when it lists all nodes, make it the replica of ${nodeName(primary.address)}, which has none:`),
					askNode(fleet, alone.address, `CLUSTER REPLICATE ${primary.self.id}`),
				]),
		...(lost[0] === undefined || member === undefined
			? []
			: [
					hint('then let every other node forget the id that it had before, within a minute:'),
					askNode(fleet, member.address, `CLUSTER FORGET ${lost[0]}`),
				]),
		hint('its nodes.conf must be on a disk that survives a restart (cluster-config-file in dir)'),
	];
}

export const cluAlone = rule({
	id: 'clu.alone',
	scope: 'cluster',
	docs: {
		looksAt:
			'A node lists only itself in CLUSTER NODES and owns no slots, while other watched nodes form a cluster. Its nodes.conf was lost with its disk or container, or somebody sent CLUSTER RESET.',
		since: '3.0',
		falsePositives: [
			'A new node is alone until CLUSTER MEET. The rule fires only if redis-top was given its address, and after two evaluations.',
			'Two clusters watched at once are no such case: the node has to be without slots.',
		],
	},
	raiseAfter: 2,
	evaluate: ({comparison}, fleet) =>
		aloneIn(comparison).map(view => {
			const facts = fleet.nodes.get(view.address);
			const refused = facts?.errorIncrease('CLUSTERDOWN') ?? 0;
			const isEmpty = facts?.record.role === 'primary' && (view.keys ?? 0) === 0;
			return {
				...fires(refused > 0 ? 'critical' : 'warning', {
					problem: `is outside the cluster${refused > 0 ? ' and refuses commands (CLUSTERDOWN)' : ''}`,
					reason: `it knows no other node${isEmpty ? ' (nodes.conf lost, or CLUSTER RESET)' : ''}`,
					effect: refused > 0 ? 'writes-refused' : 'failover-impossible',
					nodes: [view.address],
					evidence: [
						{name: 'node id', value: view.self.id},
						{name: 'nodes that it lists', value: 1},
						...(view.keys === undefined ? [] : [{name: 'keys', value: view.keys, unit: 'count' as const}]),
					],
					meaning:
						'It serves no slot and is nobody’s replica. The shard that it belonged to has one node less to fail over to.',
					next: joinSteps(view, comparison, fleet),
				}),
				node: view.address,
			};
		}),
});

export const clusterAloneRules = [cluAlone] as const;
