import type {ClusterComparison} from '../cluster/comparison.js';
import {type ReadView, slotsIn} from '../cluster/node-view.js';
import {countText, rangesText} from '../cluster/verdict-text.js';
import {type SlotRange, slotTotal} from '../domain/cluster.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {askNode, manageCluster} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {quotedName} from './node-facts.js';
import type {FleetFacts} from './rule.js';

/** Why nodes of a cluster refuse commands, and what to do about it. */
export type StateCause = {
	readonly problem?: Message;
	readonly reason: Message;
	readonly nodes: readonly ReadView[];
	/** Number of slots that have no owner in the view of a node that refuses commands. */
	readonly slots: number;
	readonly next: readonly NextStep[];
};

/** Name of the evidence that nodes refuse commands for slots whose owner they do not know. Views then differ as well. */
export const slotsUnknown = 'slots without owner there';

const lastSlot = slotTotal - 1;

/** The slots without an owner in one view. */
function unassignedIn({lines}: ReadView): SlotRange[] {
	const owned = [...lines.values()].flatMap(({slots}) => [...slots]).sort((a, b) => a.first - b.first);
	const missing: SlotRange[] = [];
	let next = 0;
	for (const {first, last} of owned) {
		if (first > next) {
			missing.push({first: next, last: first - 1});
		}

		next = Math.max(next, last + 1);
	}

	return next > lastSlot ? missing : [...missing, {first: next, last: lastSlot}];
}

const holds = (slots: readonly SlotRange[], {first, last}: SlotRange): boolean =>
	slots.some(range => range.first <= first && last <= range.last);

/**
The cause for which nodes refuse commands: they do not list the owner of slots (CLUSTER FORGET), the owner does not claim
its own slots any more (CLUSTER DELSLOTS), or no node that answers knows an owner. Undefined for any other cause, and for a
new cluster, which has no slots at all.
*/
export function stateCause(
	failing: readonly ReadView[],
	{views, claims: {unassigned}}: Pick<ClusterComparison, 'views' | 'claims'>,
	fleet: FleetFacts,
): StateCause | undefined {
	const [first] = failing;
	const missing = first === undefined ? [] : unassignedIn(first);
	const [range] = missing;
	if (first === undefined || range === undefined || first.lines.size === 1) {
		return undefined;
	}

	const isForgotten = ({self}: ReadView) =>
		holds(self.slots, range) && failing.every(({lines, self: {id}}) => id !== self.id && !lines.has(self.id));
	const owner = views.find(isForgotten);
	const endpoint = owner && fleet.nodes.get(owner.address)?.record.endpoint;
	if (owner !== undefined && endpoint?.kind === 'tcp') {
		const bus = owner.self.busPort === undefined ? '' : ` ${owner.self.busPort}`;
		const meet = message`CLUSTER MEET ${quotedName('host', endpoint.host)} ${endpoint.port}${bus}`;
		return {
			problem: message`${countText(failing.length, 'node')} forgot ${nodeName(owner.address)} and ${failing.length === 1 ? 'refuses' : 'refuse'} commands`,
			reason: message`slots ${rangesText(missing)} have no owner there (CLUSTER FORGET)`,
			nodes: [owner],
			slots: slotsIn(missing),
			next: [
				hint(message`join ${nodeName(owner.address)} again: CLUSTER MEET on each node that forgot it`),
				...failing.map(({address}) => askNode(fleet, address, meet)),
				hint('gossip of a node that still lists it brings it back as well, a minute after the last CLUSTER FORGET'),
			],
		};
	}

	const isOwnLoss =
		failing.length === 1 &&
		missing.every(each =>
			views.some(({self, lines}) => self.id !== first.self.id && holds(lines.get(first.self.id)?.slots ?? [], each)),
		);
	return isOwnLoss
		? {
				problem: message`${nodeName(first.address)} gave up ${countText(slotsIn(missing), 'slot')} and refuses commands`,
				reason: message`it does not claim slots ${rangesText(missing.slice(0, 3))} any more (CLUSTER DELSLOTS)`,
				nodes: [],
				slots: slotsIn(missing),
				next: [
					hint('give it the slots back: the others still assign them to it, and their keys are still there'),
					...missing
						.slice(0, 4)
						.map(each => askNode(fleet, first.address, `CLUSTER ADDSLOTSRANGE ${each.first} ${each.last}`)),
					hint('before Redis 7.0: CLUSTER ADDSLOTS with each of the slots'),
				],
			}
		: ownerless(unassigned, first.address, fleet);
}

/** The cause where no node that answers knows an owner of some slots, as after a node was removed together with its slots. */
function ownerless(slots: readonly SlotRange[], node: NodeAddress, fleet: FleetFacts): StateCause | undefined {
	const count = slotsIn(slots);
	return count === 0 || count === slotTotal
		? undefined
		: {
				reason: message`slots ${rangesText(slots.slice(0, 3))} have no owner`,
				nodes: [],
				slots: count,
				next: [
					hint('was a node removed with them? Start it again, then CLUSTER MEET: it has their keys'),
					hint('no such node, or it is gone for good? The command below gives them to nodes that are left'),
					manageCluster(fleet, node, 'fix'),
				],
			};
}
