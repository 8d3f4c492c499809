import type {Effect} from '../../domain/finding.js';
import type {NodeAddress, NodeRole} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {nodeFinder} from '../../topology/replication-edges.js';

/** A replica that became the primary in the place of another node. */
export type Successor = {
	/**
	The time of the promotion's event, in milliseconds since the epoch. Without such an event: the time of the reply that
	showed the new role.
	*/
	readonly promotedAtMs: number;
	readonly address: NodeAddress;
};

/** Effects that users of a primary no longer feel once a replica has taken over. */
const endsWithTakeover: ReadonlySet<Effect> = new Set(['unreachable', 'not-responding', 'connections-refused']);

/** Effects on a replica that are felt only by clients that read from this replica. */
const ofReaders: ReadonlySet<Effect> = new Set<Effect>([...endsWithTakeover, 'reads-stale', 'reads-refused', 'slow']);

type OnNode = {readonly effect: Effect | undefined; readonly role: NodeRole | undefined};

/** Whether an effect on a node ends for users as soon as a replica of the node is promoted. */
export const canBeTakenOver = ({effect, role}: OnNode): boolean =>
	role === 'primary' && effect !== undefined && endsWithTakeover.has(effect);

/** Whether an effect is felt by clients that read from a replica, and by no other clients. */
export const isForReadersOnly = ({effect, role}: OnNode): boolean =>
	role === 'replica' && effect !== undefined && ofReaders.has(effect);

/** The kinds of events of a node that became a primary. */
const promotions: ReadonlySet<string> = new Set(['promoted', 'role-changed']);

/**
The successor of a primary that does not answer: one of the replicas that the primary's last reply named. Undefined while
none of these replicas answers as a primary.
*/
export function successorOf(
	node: NodeAddress,
	{nodes, events}: Pick<MonitorState, 'nodes' | 'events'>,
): Successor | undefined {
	const sameNode = nodeFinder(nodes);
	for (const replica of nodes.get(node)?.replicas ?? []) {
		const record = nodes.get(sameNode(replica.address));
		if (record?.role === 'primary' && record.reach === 'up' && record.sample !== undefined) {
			const {address} = record;
			const promoted = events.find(event => event.node === address && promotions.has(event.kind));
			return {promotedAtMs: promoted?.atMs ?? record.sample.atMs, address};
		}
	}

	return undefined;
}
