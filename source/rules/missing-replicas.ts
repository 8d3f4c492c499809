import type {NodeRecord} from '../derive/node-record.js';
import {joinMessages, type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import type {NodeFacts} from './node-facts.js';
import {isRemoved} from './planned-restart.js';

/** The known replicas of a primary that are not connected to it. */
export type MissingReplicas = {
	readonly addresses: readonly NodeAddress[];
	/** Their names: `A, B and 3 more`. */
	readonly names: Message;
	/** What redis-top sees of them: `A and B do not answer`. */
	readonly text: Message;
};

const isUnlinked = ({failure, sample}: NodeRecord): boolean =>
	failure !== undefined || sample?.info.text('replication', 'master_link_status') === 'down';

/**
The replicas that last named this node as their primary, and that do not answer or have no link now. A node that its
cluster or the Sentinels no longer name was removed, and is not missing. Undefined if none is missing.
*/
export function missingReplicas({nodes, address, record}: NodeFacts): MissingReplicas | undefined {
	const sameNode = nodeFinder(nodes);
	const connected = new Set(
		record.replicas.filter(({state}) => state === 'online').map(replica => sameNode(replica.address)),
	);
	const missing = [...nodes.values()].filter(node => {
		const named = primaryNamedBy(node);
		return (
			named !== undefined &&
			sameNode(named) === address &&
			!connected.has(node.address) &&
			!isRemoved(node) &&
			isUnlinked(node)
		);
	});
	const addresses = missing.map(node => node.address).toSorted();
	if (addresses.length === 0) {
		return undefined;
	}

	const left = addresses.length - 2;
	const names = message`${joinMessages(
		addresses.slice(0, 2).map(each => nodeName(each)),
		left > 0 ? ', ' : ' and ',
	)}${left > 0 ? ` and ${left} more` : ''}`;
	const isOne = addresses.length === 1;
	const text = missing.every(({failure}) => failure !== undefined)
		? message`${names} ${isOne ? 'does' : 'do'} not answer`
		: message`${names} ${isOne ? 'has' : 'have'} no link to it`;
	return {addresses, names, text};
}
