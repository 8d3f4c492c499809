import {addressOf, type Endpoint, isLoopback} from '../domain/node.js';

/**
Maps announced addresses to reachable addresses. A `host:port` maps to an endpoint, and a host alone maps to a host.
*/
export type NatMap = ReadonlyMap<string, Endpoint | {readonly host: string}>;

/**
The reachable address of an announced node. If a remote node announces 127.0.0.1, it means its own machine. The host of
the remote node then replaces 127.0.0.1.
*/
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
