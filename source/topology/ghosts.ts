import type {NodeAddress, NodeId} from '../domain/node.js';
import {clusterLines} from './cluster-lines.js';
import type {Nodes} from './replication-edges.js';
import {lineAddress} from './topology-node.js';

/**
A node that a cluster's nodes still carry along.

- `noaddr`: nobody knows where it is
- `handshake`: it never answered a MEET
- `fail`: it failed and was not forgotten
*/
export type Ghost = {
	readonly id: NodeId;
	readonly why: 'noaddr' | 'handshake' | 'fail';
	readonly address: NodeAddress | undefined;
	/** Who has it on the list, of those that answer. */
	readonly listedBy: readonly NodeAddress[];
	/** When it last answered the one that told of it last, milliseconds since the epoch; undefined for never. */
	readonly pongMs: number | undefined;
};

/** Who is listed without being there. One that answers redis-top itself is no ghost, whatever the others say. */
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
