import {takeoverRemedy} from '../cluster/failover-candidates.js';
import {type ReadView, slotsIn} from '../cluster/node-view.js';
import {namesMessage, rangesText} from '../cluster/verdict-text.js';
import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {aloneIn} from './cluster-alone.js';
import {askNode, manageCluster, verdictFindings} from './cluster-findings.js';
import {slotsUnknown, stateCause} from './cluster-forgotten.js';
import {withDeadMajority, withUnmetNodes} from './cluster-majority-lost.js';
import {busPortSteps, meetSteps, movedSteps, oldPlaceSteps} from './cluster-steps.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/**
Milliseconds after its start within which a primary accepts commands again: the two seconds that the server waits
(CLUSTER_WRITABLE_DELAY, cluster_legacy.c), and as many on a busy machine.
*/
const rejoinMs = 4000;

export const cluState = rule({
	id: 'clu.state',
	scope: 'cluster',
	docs: {
		looksAt: 'The rule counts the nodes whose CLUSTER INFO says `cluster_state:fail`. Such nodes refuse commands.',
		since: '3.0',
		falsePositives: [
			'A primary that restarts or rejoins is in this state for two seconds. The state must last longer, and a primary that has just started beside others has four seconds.',
			'A replica serves reads only. The finding is a warning where only replicas are in this state.',
			'A replica that restarts has one node timeout to hear from the others, because clients are served elsewhere. So has a former primary that another node replaced before its restart.',
		],
	},
	raiseAfterMs: 2000,
	evaluate(cluster, fleet) {
		const {comparison} = cluster;
		// A former primary that loads its data still takes itself for the primary. A view with other news has its successor.
		const isReplaced = ({self}: ReadView) =>
			comparison.views.some(({state, lines}) => state === 'ok' && lines.get(self.id)?.flags.has('slave') === true);
		const isReturning = (view: ReadView) => {
			const graceMs =
				view.self.flags.has('slave') || isReplaced(view)
					? cluster.nodeTimeoutMs
					: comparison.views.some(({state}) => state === 'ok')
						? rejoinMs
						: 0;
			return view.uptimeSeconds !== undefined && view.uptimeSeconds * 1000 < graceMs;
		};

		// A node that knows no other node is left out here, because the rule clu.alone reports it.
		const alone = aloneIn(comparison);
		const failing = comparison.views.filter(
			view => view.state === 'fail' && !isReturning(view) && !alone.includes(view),
		);
		const [first] = failing;
		if (first === undefined) {
			return [];
		}

		const all = comparison.views.length;
		// Commands on keys of a replica's slots are served by its primary.
		const areReplicas = failing.length < all && failing.every(({self}) => self.flags.has('slave'));
		const who =
			failing.length === all
				? all === 1
					? 'the 1 node that answers'
					: `all ${all} nodes that answer`
				: namesMessage(
						failing.map(({self}) => self.id),
						comparison,
					);
		const cause = stateCause(failing, comparison, fleet);
		return [
			fires(areReplicas ? 'warning' : 'critical', {
				problem: cause?.problem ?? message`${who} ${failing.length === 1 ? 'refuses' : 'refuse'} commands`,
				reason: cause?.reason ?? 'cluster_state:fail',
				effect: areReplicas ? 'reads-refused' : 'slots-unserved',
				nodes: [...failing, ...(cause?.nodes ?? [])].map(({address}) => address),
				evidence: [
					{name: 'nodes in fail', value: failing.length},
					{name: 'nodes that answer', value: all},
					...(cause === undefined ? [] : [{name: slotsUnknown, value: cause.slots, unit: 'count' as const}]),
				],
				meaning:
					'They answer CLUSTERDOWN: slots have no owner (with cluster-require-full-coverage), or they reach no majority.',
				next: [
					...(cause?.next ?? []),
					askNode(fleet, first.address, 'CLUSTER INFO'),
					...(cause === undefined ? [hint('panel 8 says which slots and which nodes')] : []),
				],
				...takeoverRemedy(cluster),
			}),
		];
	},
});

export const cluCoverage = rule({
	id: 'clu.coverage',
	scope: 'cluster',
	docs: {
		looksAt: 'The rule looks in the CLUSTER NODES of all nodes for slots that have no owner in any of these views.',
		since: '3.0',
		falsePositives: [
			'The slots of a new cluster have no owner while it is created. The state must last for two seconds.',
		],
	},
	raiseAfterMs: 2000,
	evaluate({comparison}, fleet) {
		const {unassigned} = comparison.claims;
		const [view] = comparison.views;
		const lone = comparison.views.length === 1 && view?.lines.size === 1 ? view : undefined;
		return unassigned.length === 0
			? []
			: [
					fires('critical', {
						problem: `slots ${rangesText(unassigned)} have no owner`,
						reason: lone && message`${nodeName(lone.address)} knows no other node of a cluster`,
						effect: 'slots-unserved',
						evidence: [{name: 'slots without owner', value: slotsIn(unassigned), unit: 'count'}],
						meaning: 'Their keys can be neither read nor written; with cluster-require-full-coverage no key can.',
						next: lone
							? loneOwnerSteps(lone.address, fleet)
							: [
									manageCluster(fleet, view?.address, 'fix'),
									hint('or assign them with CLUSTER ADDSLOTSRANGE on the primary that has their keys'),
								],
					}),
				];
	},
});

/**
The steps for a node that owns slots and knows no other. `redis-cli --cluster fix` would give it the slots of nodes that it
has forgotten. Where two nodes claim a slot, the one with the lower configuration epoch deletes its keys.
*/
const loneOwnerSteps = (node: NodeAddress, fleet: FleetFacts): readonly NextStep[] => [
	hint('run redis-top with the address of another node of its cluster: it says who has which slots'),
	hint('no other node has its slots? Then join it to them again; CLUSTER MEET on this node:'),
	{kind: 'words', text: askNode(fleet, node, 'CLUSTER MEET OTHER-HOST PORT').text},
	hint('no redis-cli --cluster fix here: it takes the slots of the others, and who loses a slot deletes its keys'),
	hint('is it new, and alone? Then redis-cli --cluster create sets a cluster up'),
];

/** The steps for a node that knows no other: it joins its cluster again, or a new cluster is set up. */
const loneSteps = (node: NodeAddress | undefined, fleet: FleetFacts): readonly NextStep[] => [
	hint('run redis-top with the address of another node of its cluster: it says how to join'),
	{kind: 'words', text: askNode(fleet, node, 'CLUSTER MEET OTHER-HOST PORT').text},
	hint('then CLUSTER REPLICATE with the id of the node that was promoted in its place: it copies all data'),
	hint('is it new? Then redis-cli --cluster create sets a cluster up'),
];

export const cluMinority = rule({
	id: 'clu.minority',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule groups the nodes into partitions by the `fail` and `fail?` flags of their CLUSTER NODES. It fires for a partition without a majority of the slot owners, and for a cluster in which no partition has one.',
		since: '3.0',
		falsePositives: [
			'The other nodes flag a node that returned as FAIL for up to five seconds. The rule must fire twice in a row.',
		],
	},
	evaluate: (cluster, fleet) =>
		verdictFindings(cluster, ['minority', 'no-majority'], ({nodes, meet = [], cutOff, oldPlaces = [], isLone}) => [
			...(isLone === true ? loneSteps(nodes[0], fleet) : []),
			...busPortSteps(cutOff),
			...meetSteps(meet, fleet),
			...oldPlaceSteps(nodes[0], oldPlaces, fleet),
			...(meet.length === 0 && cutOff === undefined && oldPlaces.length === 0 ? movedSteps(nodes[0], fleet) : []),
			askNode(fleet, nodes[0], 'CLUSTER NODES'),
			...(cutOff === undefined && oldPlaces.length === 0 && meet.length === 0 && isLone !== true
				? [hint('look at the network between the partitions, the bus ports (after the @ in CLUSTER NODES) above all')]
				: []),
		]).map(finding => withUnmetNodes(withDeadMajority(finding, cluster, fleet), cluster, fleet)),
});

export const cluSplit = rule({
	id: 'clu.split',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule looks for slots that two primaries claim, each in its own CLUSTER NODES, and for two partitions with a majority each. The finding is critical even where all owners but one refuse writes now, because their earlier writes are lost.',
		since: '3.0',
		falsePositives: [
			'A failover between two polls looks the same. redis-top asks both owners again before the rule fires.',
			'In a planned failover both owners claim the slots for a moment. Where they reach each other, the rule waits five seconds.',
			'A former owner that restarts may return with an older `nodes.conf`. It has one node timeout to hear of the failover, as long as it refuses writes.',
		],
	},
	raiseAfter: 1,
	evaluate: (cluster, fleet) =>
		verdictFindings(cluster, ['split-brain', 'fenced-primary'], ({nodes, cutOff}) => [
			...busPortSteps(cutOff),
			askNode(fleet, nodes[0], 'CLUSTER NODES'),
			askNode(fleet, nodes[1], 'CLUSTER NODES'),
			hint('repair the network between the partitions; what the owner with the lower epoch took is lost then'),
		]),
});

export const cluView = rule({
	id: 'clu.view',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule compares the owner of every slot in the CLUSTER NODES of all nodes. It fires when views differ for more than two node timeouts. It also fires for an owner that does not claim its slots, and for a node that keeps an older epoch. A node with a wrong address for a node that answers fires, too.',
		since: '3.0',
		falsePositives: [
			'Views differ for a moment after a failover or the move of a slot. The rule waits two node timeouts.',
			'A partition or a split explains the difference. Only the partition or the split is reported then.',
		],
	},
	evaluate: (cluster, fleet) =>
		verdictFindings(cluster, ['views-differ', 'unclaimed', 'wrong-address', 'stale-node'], ({nodes}) => [
			askNode(fleet, nodes[0], 'CLUSTER NODES'),
			hint('compare it with another node, and look at the bus links between them'),
		]),
});

export const cluConfig = rule({
	id: 'clu.config',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule compares `cluster-node-timeout` between nodes, and looks for `cluster-allow-reads-when-down yes`. Nodes whose CONFIG GET is denied are left out.',
		since: '3.0',
		falsePositives: ['A cache may allow reads on purpose while the cluster is down. The finding is only info.'],
	},
	evaluate: (_, fleet) => [...nodeTimeoutDiffers(fleet), ...readsWhenDown(fleet)],
});

const nodesWith = ({nodes}: FleetFacts, name: string) =>
	[...nodes.values()].flatMap(facts => {
		const value = facts.setting(name);
		return value === undefined ? [] : [{address: facts.address, value}];
	});

function nodeTimeoutDiffers(fleet: FleetFacts): FleetEvaluation[] {
	const timeouts = Map.groupBy(nodesWith(fleet, 'cluster-node-timeout'), ({value}) => value);
	const [usual, ...others] = [...timeouts].toSorted(([, a], [, b]) => b.length - a.length);
	const [other] = others;
	const otherAddress = other?.[1][0]?.address;
	if (usual === undefined || other === undefined || otherAddress === undefined) {
		return [];
	}

	return [
		{
			...fires('info', {
				problem: 'cluster-node-timeout differs between nodes',
				detail: message`${usual[0]} ms on ${usual[1].length} nodes and ${other[0]} ms on ${nodeName(otherAddress)}`,
				nodes: others.flatMap(([, nodes]) => nodes.map(({address}) => address)),
				evidence: [...timeouts].map(([value, nodes]) => ({name: `${value} ms`, value: nodes.length})),
				meaning:
					'Nodes flag each other PFAIL after different times, so a failover begins early or late, depending on the node.',
				next: [askNode(fleet, otherAddress, `CONFIG SET cluster-node-timeout ${usual[0]}`)],
			}),
			subject: 'cluster-node-timeout',
		},
	];
}

function readsWhenDown(fleet: FleetFacts): FleetEvaluation[] {
	const addresses = nodesWith(fleet, 'cluster-allow-reads-when-down')
		.filter(({value}) => value === 'yes')
		.map(({address}) => address);
	const [first, ...more] = addresses;
	if (first === undefined) {
		return [];
	}

	const serve = more.length === 0 ? 'serves' : `and ${more.length} more serve`;
	return [
		{
			...fires('info', {
				problem: message`${nodeName(first)} ${serve} reads while the cluster is down`,
				nodes: addresses,
				evidence: [{name: 'cluster-allow-reads-when-down', value: 'yes'}],
				meaning: 'In a split, clients of the minority read old data and cannot tell.',
				next: [hint('it is meant for caches; where reads must be current, set it to no')],
			}),
			subject: 'cluster-allow-reads-when-down',
		},
	];
}

export const cluEpochDup = rule({
	id: 'clu.epoch_dup',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt: 'The rule looks in CLUSTER NODES for two primaries with slots and the same configuration epoch.',
		since: '3.0',
		falsePositives: ['The nodes resolve equal epochs by themselves. The rule waits ten seconds.'],
	},
	raiseAfterMs: 10_000,
	countsAtOnce: true,
	evaluate: (cluster, fleet) =>
		verdictFindings(cluster, ['equal-epochs'], ({nodes}) => [
			askNode(fleet, nodes[0], 'CLUSTER INFO'),
			hint('if it stays, the two do not reach each other: look at their bus link'),
		]).map(finding => (finding.kind === 'fires' ? {...finding, severity: 'warning' as const} : finding)),
});

export const clusterStateRules = [
	cluSplit,
	cluMinority,
	cluState,
	cluCoverage,
	cluView,
	cluEpochDup,
	cluConfig,
] as const;
