import type {ReadView} from '../cluster/node-view.js';
import {percent} from '../text/units.js';
import {manageCluster, nodeNames} from './cluster-findings.js';
import {limitShare} from './limit-facts.js';
import {hint} from './next-steps.js';
import {type FleetFacts, fires, rule} from './rule.js';

/** The primaries of a cluster that own no slots and that no replica follows, and that are no single node. */
const withoutSlots = (views: readonly ReadView[]): readonly ReadView[] =>
	views.filter(
		({self, lines}) =>
			self.flags.has('master') &&
			self.slots.length === 0 &&
			lines.size > 1 &&
			![...lines.values()].some(({primaryId}) => primaryId === self.id),
	);

/** The primaries with slots whose memory is full or nearly so. */
const fullPrimaries = (views: readonly ReadView[], {nodes}: FleetFacts, least: number) =>
	views.flatMap(({self, address}) => {
		const facts = nodes.get(address);
		const share = facts === undefined ? undefined : limitShare(facts);
		return self.flags.has('master') && self.slots.length > 0 && share !== undefined && share >= least
			? [{address, share}]
			: [];
	});

export const cluNoSlots = rule({
	id: 'clu.no_slots',
	scope: 'cluster',
	docs: {
		looksAt:
			'A primary owns no slots in its own CLUSTER NODES and has no replica. The finding is a warning where the memory of primaries with slots is nearly full (`used_memory` of `maxmemory`): the node was added for relief and serves nothing.',
		since: '3.0',
		falsePositives: [
			'A node that was just added, or that is emptied before its removal, owns no slots either. The finding is info as long as the other primaries have room.',
		],
	},
	thresholds: {
		full: {value: 0.9, unit: 'share', source: 'of maxmemory; mem.max warns from there on'},
	},
	evaluate({comparison: {views}}, fleet, limits) {
		const idle = withoutSlots(views);
		const [first] = idle;
		if (first === undefined) {
			return [];
		}

		const full = fullPrimaries(views, fleet, limits(first.address).full);
		const names = nodeNames(idle.map(({address}) => address));
		return [
			{
				...fires(full.length > 0 ? 'warning' : 'info', {
					problem: full.length > 0 ? 'serves no slot beside full primaries' : 'is a primary that serves no slot',
					detail: full.length > 0 ? nodeNames(full.map(({address}) => address)) : undefined,
					effect: full.length > 0 ? 'keys-evicted' : undefined,
					nodes: [...idle.map(({address}) => address), ...full.map(({address}) => address)],
					evidence: [
						{name: 'primaries without slots', value: names},
						...full.map(({address, share}) => ({name: `used_memory of maxmemory, ${address}`, value: percent(share)})),
					],
					meaning: 'It holds no keys and takes no load. The slots were not moved after it had joined.',
					next: [
						manageCluster(fleet, first.address, 'rebalance', '--cluster-use-empty-masters'),
						hint('it moves slots to the empty primary, one after the other, while the cluster serves'),
					],
				}),
				node: first.address,
			},
		];
	},
});

export const clusterWithoutSlotsRules = [cluNoSlots] as const;
