import type {NodeAddress, NodeId} from '../domain/node.js';
import {clusterLines} from './cluster-lines.js';
import type {Nodes} from './replication-edges.js';
import {lineAddress} from './topology-node.js';

/**
A node that other nodes of its cluster list, although it no longer exists or never answered:
- `noaddr`: no node knows its address
- `handshake`: it never answered a MEET
- `fail`: it failed and was not forgotten
*/
export type Ghost = {
	readonly id: NodeId;
	readonly why: 'noaddr' | 'handshake' | 'fail';
	readonly address: NodeAddress | undefined;
	/** The answering nodes that list the ghost. */
	readonly listedBy: readonly NodeAddress[];
	/**
	The time of the ghost's last pong, by the line of CLUSTER NODES that `clusterLines` chose for it. Milliseconds since
	the epoch; undefined: never.
	*/
	readonly pongMs: number | undefined;
};

/** The ghosts of all clusters. A node that answers redis-top is no ghost, whatever other nodes report. */
export function ghostsIn(nodes: Nodes): Ghost[] {
	const answering = [...nodes.values()].filter(({failure, clusterNodes}) => failure === undefined && clusterNodes);
	return [...clusterLines(nodes).values()].flatMap(({line, teller, isOwn}) => {
		const why = (['noaddr', 'handshake', 'fail'] as const).find(flag => line.flags.has(flag));
		return why === undefined || isOwn
			? []
			: [
					{
						id: line.id,
						why,
						address: lineAddress(line, teller),
						listedBy: answering
							.filter(({clusterNodes}) => clusterNodes?.value.some(({id}) => id === line.id))
							.map(({address}) => address),
						pongMs: line.pongReceivedMs > 0 ? line.pongReceivedMs : undefined,
					},
				];
	});
}
