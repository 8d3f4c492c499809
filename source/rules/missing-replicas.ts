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
The replicas of this node that its Sentinels flag as down, and that do not answer redis-top either. A former primary that
was replaced is one of them, although it never named this node as its primary.
*/
function downBySentinels({nodes, address}: NodeFacts, sameNode: (address: NodeAddress) => NodeAddress): NodeAddress[] {
	return [...nodes.values()].flatMap(({role, failure, sentinel}) =>
		role !== 'sentinel' || failure !== undefined
			? []
			: (sentinel?.value.primaries ?? [])
					.filter(primary => sameNode(primary.address) === address)
					.flatMap(({replicas = []}) => replicas)
					.filter(({flags}) => flags.has('s_down'))
					.map(replica => sameNode(replica.address))
					.filter(replica => nodes.get(replica)?.failure !== undefined || !nodes.has(replica)),
	);
}

/**
The replicas that last named this node as their primary, and that do not answer or have no link now, and those that its
Sentinels flag as down. A node that its cluster or the Sentinels no longer name was removed, and is not missing. Undefined
if none is missing.
*/
export function missingReplicas(facts: NodeFacts): MissingReplicas | undefined {
	const {nodes, address, record} = facts;
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
	const down = downBySentinels(facts, sameNode).filter(each => !connected.has(each));
	const addresses = [...new Set([...missing.map(node => node.address), ...down])].toSorted();
	if (addresses.length === 0) {
		return undefined;
	}

	const left = addresses.length - 2;
	const names = message`${joinMessages(
		addresses.slice(0, 2).map(each => nodeName(each)),
		left > 0 ? ', ' : ' and ',
	)}${left > 0 ? ` and ${left} more` : ''}`;
	const isOne = addresses.length === 1;
	const text = addresses.every(each => nodes.get(each)?.failure !== undefined || !nodes.has(each))
		? message`${names} ${isOne ? 'does' : 'do'} not answer`
		: message`${names} ${isOne ? 'has' : 'have'} no link to it`;
	return {addresses, names, text};
}
