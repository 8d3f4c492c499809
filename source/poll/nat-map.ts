import {addressOf, type Endpoint, isLoopback} from '../domain/node.js';

/** From announced addresses to reachable ones: `host:port` or a host alone, each to one of its kind. */
export type NatMap = ReadonlyMap<string, Endpoint | {readonly host: string}>;

/** The reachable address of an announced node. 127.0.0.1 announced by a remote node means that node's machine. */
export function reachableEndpoint(peer: Endpoint, teller: Endpoint, natMap: NatMap): Endpoint {
	if (peer.kind === 'unix') {
		return peer;
	}

	const mapped = natMap.size === 0 ? undefined : (natMap.get(addressOf(peer)) ?? natMap.get(peer.host));
	if (mapped !== undefined) {
		return 'kind' in mapped ? mapped : {...peer, host: mapped.host};
	}

	return teller.kind === 'tcp' && isLoopback(peer) && !isLoopback(teller) ? {...peer, host: teller.host} : peer;
}
