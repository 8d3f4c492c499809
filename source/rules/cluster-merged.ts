import {type Claimant, mergeLosses, slotsOf} from '../cluster/merge.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {count} from '../text/units.js';
import {nodeNames} from './cluster-findings.js';
import {hint, onHost} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {type FleetFacts, fires, rule} from './rule.js';

/** Largest number of nodes that the text names as those that have the slots now. Of further nodes it gives only the number. */
const namedNodes = 3;

const shortNames = ([first, ...others]: readonly NodeAddress[]): Message =>
	first === undefined ? '-' : message`${nodeName(first)}${others.length === 0 ? '' : ` and ${others.length} more`}`;

/** The command that sets the dump of a node aside; undefined if redis-top does not know the file. */
function copyOf({nodes}: FleetFacts, address: NodeAddress): Message | undefined {
	const facts = nodes.get(address);
	const folder = facts?.setting('dir');
	const file = facts?.setting('dbfilename');
	if (folder === undefined || file === undefined || file === '') {
		return undefined;
	}

	const path = `${folder}/${file}`;
	return message`cp ${quotedName('path', path)} ${quotedName('path', `${path}.before-merge`)}`;
}

export const cluMerged = rule({
	id: 'clu.merged',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'Two clusters became one by CLUSTER MEET: nodes joined that already owned slots of this cluster, and the primaries of one of the two have lost all their slots to the other. The higher configuration epoch wins, and the loser discards its keys. The rule compares the CLUSTER NODES of the same nodes over time.',
		since: '3.0',
		falsePositives: [
			'A new node joins without slots. It is no node of another cluster, whatever slots are moved to it later.',
			'Slots may be moved to a single new node before redis-top has read its first view. Its keys are then as many as those that left, and the rule is clear.',
			'A failover takes all slots of a primary. Its new owner was a node of the cluster before.',
		],
	},
	raiseAfter: 1,
	evaluate({comparison, merges: {merge}}, fleet) {
		const losses = merge && mergeLosses(merge, comparison);
		if (losses === undefined) {
			return [];
		}

		const addressesOf = (claimants: readonly Claimant[]) => claimants.map(({id}) => comparison.nameOf(id));
		const losers = addressesOf(losses.losers);
		const winners = addressesOf(losses.winners);
		const keys = losses.losers.reduce((sum, claimant) => sum + (claimant.keys ?? 0), 0);
		const isKnown = losses.losers.every(claimant => claimant.keys !== undefined);
		const replicas = losers.filter(address => fleet.nodes.get(address)?.record.role === 'replica');
		const lost = isKnown ? `all ${count(keys)} keys` : 'all keys';
		const copies = [...new Set(losers.flatMap(address => copyOf(fleet, address) ?? []))];
		return [
			{
				...fires('critical', {
					problem: message`two clusters merged: ${shortNames(losers)} lost ${lost}`,
					detail: message`to ${nodeNames(winners.slice(0, namedNodes))}${winners.length > namedNodes ? ` and ${winners.length - namedNodes} more` : ''}`,
					effect: 'data-lost',
					nodes: [...losers, ...winners],
					evidence: [
						{name: 'slots that changed their owner', value: slotsOf(losses.losers), unit: 'count'},
						...(isKnown ? [{name: 'keys before', value: keys, unit: 'count' as const}] : []),
						{name: 'joined', value: nodeNames(addressesOf(merge?.joined ?? []), ' ')},
						{name: 'replicas now', value: nodeNames(replicas, ' ')},
					],
					meaning:
						'CLUSTER MEET joined them. The higher configuration epoch got the slots, and the others discarded their keys. Clients of both now read and write the same slots.',
					next: [
						hint('stop the clients of both clusters: each gets the keys of the other'),
						hint(
							message`on the hosts of ${nodeNames(losers)}: set the RDB files aside; a full resync or a save replaces them`,
						),
						...copies.map(onHost),
						hint('where a file was replaced already, only a backup from before has the keys'),
						hint(
							'then separate them: stop these nodes, CLUSTER FORGET their ids on all others, start them without nodes.conf',
						),
						hint('form their cluster again, with these files or the backup'),
					],
				}),
				node: undefined,
				subject: losses.losers[0]?.id,
			},
		];
	},
});

export const clusterMergedRules = [cluMerged] as const;
