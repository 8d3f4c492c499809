import {lookup} from 'node:dns/promises';
import {isIP} from 'node:net';
import os from 'node:os';
import {type Endpoint, isLoopback} from '../domain/node.js';

/** Longest wait for a name server, milliseconds, so that a slow name server does not delay the other evidence. */
const lookupMs = 1000;

/** How a name is looked up. One lookup can serve several who ask for one name at once. */
export type LookUp = (name: string) => Promise<ReadonlyArray<{readonly address: string}>>;

const lookUpAll: LookUp = name => lookup(name, {all: true});

/** The addresses of this machine's interfaces. */
export function ownAddresses(): ReadonlySet<string> {
	return new Set(
		Object.values(os.networkInterfaces())
			.flatMap(addresses => addresses ?? [])
			.map(({address}) => address.toLowerCase()),
	);
}

/**
Whether an endpoint is on this machine: a loopback address, a socket file, an address of a network interface, or a
name of one of these.

@param lookUp Asks the resolver for the addresses of a name.
*/
export async function isOwnEndpoint(endpoint: Endpoint, lookUp: LookUp = lookUpAll): Promise<boolean> {
	if (isLoopback(endpoint) || endpoint.kind === 'unix') {
		return true;
	}

	const own = ownAddresses();
	const isOwn = (address: string) =>
		own.has(address.toLowerCase()) || address === '0.0.0.0' || isLoopback({...endpoint, host: address});
	if (isIP(endpoint.host) !== 0) {
		return isOwn(endpoint.host);
	}

	const addresses = await Promise.race([
		lookUp(endpoint.host).catch(() => []),
		new Promise<[]>(resolve => {
			setTimeout(() => resolve([]), lookupMs).unref();
		}),
	]);
	return addresses.some(({address}) => isOwn(address));
}
