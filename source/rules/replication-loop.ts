import type {NodeRecord} from '../derive/node-record.js';
import {joinMessages, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fires, rule} from './rule.js';

/**
The nodes of the circle of replicas that contains the node, beginning with the node. Empty if the node's chain ends at a
primary or is unknown.
*/
function circleOf(start: NodeAddress, records: ReadonlyMap<NodeAddress, NodeRecord>): readonly NodeAddress[] {
	const sameNode = nodeFinder(records);
	const seen: NodeAddress[] = [];
	let current = start;
	while (!seen.includes(current)) {
		seen.push(current);
		const record = records.get(current);
		const named = record?.failure === undefined && record !== undefined ? primaryNamedBy(record) : undefined;
		if (named === undefined) {
			return [];
		}

		current = sameNode(named);
	}

	return current === start ? seen : [];
}

/**
Whether each node of the circle was still a replica after the last of the others had become one. A failover exchanges
two roles: a reading of the new primary from before the exchange does not go with one of the old primary from after it.
*/
function isOfOneMoment(circle: readonly NodeAddress[], nodes: ReadonlyMap<NodeAddress, NodeFacts>): boolean {
	const changedAtMs = (address: NodeAddress) => nodes.get(address)?.memory.roleChangedAtMs ?? Number.NEGATIVE_INFINITY;
	const readAtMs = (address: NodeAddress) => nodes.get(address)?.sample?.atMs ?? Number.NEGATIVE_INFINITY;
	return circle.every(one => circle.every(other => one === other || readAtMs(one) > changedAtMs(other)));
}

export const repLoop = rule({
	id: 'rep.loop',
	scope: 'fleet',
	docs: {
		looksAt:
			'Replicas replicate from each other, or from themselves: `master_host` and `master_port` lead back to the node. Such a circle has no primary.',
		since: 'any',
		falsePositives: [
			'A chain of replicas that ends at a primary is no circle. The rule follows each chain to its end.',
			'A failover exchanges the roles of two nodes, which are read at different moments. A node counts as a replica only if it was read after the others had become replicas.',
		],
	},
	evaluate({nodes}) {
		const records = new Map([...nodes].map(([address, {record}]) => [address, record]));
		const told = new Set<NodeAddress>();
		return [...nodes.values()].flatMap(facts => {
			const circle = told.has(facts.address) ? [] : circleOf(facts.address, records);
			if (circle.length === 0 || !isOfOneMoment(circle, nodes)) {
				return [];
			}

			for (const address of circle) {
				told.add(address);
			}

			const offsetOf = (address: NodeAddress) => nodes.get(address)?.number('replication', 'slave_repl_offset') ?? -1;
			const [best = facts.address] = circle.toSorted((a, b) => offsetOf(b) - offsetOf(a));
			const isEven = circle.length > 1 && circle.every(address => offsetOf(address) === offsetOf(best));
			const chosen = nodes.get(best) ?? facts;
			const others = circle.slice(1).map(address => nodeName(address));
			return [
				{
					...fires('critical', {
						problem:
							others.length === 0
								? 'replicates from itself'
								: message`and ${joinMessages(others, ', ')} replicate from each other`,
						reason: 'no primary',
						effect: 'writes-refused',
						nodes: circle,
						evidence: circle.map(address => ({
							name: 'replica',
							value: message`${nodeName(address)}, offset ${offsetOf(address) < 0 ? '-' : offsetOf(address)}`,
						})),
						meaning:
							'None of them takes writes, and none can copy from another. One of them has to become the primary.',
						next: [
							hint(
								isEven
									? 'their offsets are equal: promote the node that was the primary before, or that clients write to'
									: message`${nodeName(best)} has the highest offset: promote the node that had the newest writes`,
							),
							redisCli(chosen, 'REPLICAOF NO ONE'),
						],
						action: 'promote',
						remedy: {node: best},
					}),
					node: facts.address,
				},
			];
		});
	},
});

export const replicationLoopRules = [repLoop] as const;
