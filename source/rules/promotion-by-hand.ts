import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import {count} from '../text/units.js';
import {unreplacedPrimary} from '../topology/orphaned-replicas.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Who replaces a primary that does not answer: nobody but the operator. */
export type PromotionByHand = {
	readonly detail: Message;
	readonly meaning: string;
	readonly next: readonly NextStep[];
};

/** How a replica is told its new primary: `REPLICAOF 10.0.1.12 6379`. */
function replicaOf({endpoint, address}: NodeRecord): Message {
	return endpoint.kind === 'tcp'
		? message`REPLICAOF ${nameOf('host', endpoint.host)} ${endpoint.port}`
		: message`REPLICAOF ${nodeName(address)}`;
}

/**
How an operator puts a replica in the place of a primary that does not answer. Undefined for any other node, and where a
cluster or Sentinels do it.

@param condition When it is to be done: `if its host is gone`.
*/
export function promotionByHand(
	{record, nodes}: Pick<NodeFacts, 'record' | 'nodes'>,
	condition: string,
): PromotionByHand | undefined {
	const unreplaced = unreplacedPrimary(record, nodes);
	if (unreplaced === undefined) {
		return undefined;
	}

	const {best, others} = unreplaced;
	const [other, ...more] = others;
	const follow =
		other === undefined
			? ''
			: message`${replicaOf(best)} on ${nodeName(other.address)}${more.length === 0 ? '' : ` and ${count(more.length)} more`}, and `;
	return {
		detail: message`the primary of ${nodeName(best.address)}${others.length === 0 ? '' : ` and ${count(others.length)} more`}, no Sentinel seen`,
		meaning: 'Writes fail, and nobody promotes a replica.',
		next: [
			hint(
				message`${condition}: REPLICAOF NO ONE on ${nodeName(best.address)}${others.length === 0 ? '' : ', which has most of its data'}`,
			),
			hint(message`then ${follow}the writers to ${nodeName(best.address)}; what it did not receive is lost`),
			hint(
				message`before ${nodeName(record.address)} returns: replicaof in its config, else two primaries take writes`,
			),
		],
	};
}
