import {lookup} from 'node:dns/promises';
import {isIP} from 'node:net';
import os from 'node:os';
import {type Endpoint, isLoopback} from '../domain/node.js';

/** Longest wait for a name server, milliseconds, so that a slow name server does not delay the other evidence. */
const lookupMs = 1000;

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
*/
export async function isOwnEndpoint(endpoint: Endpoint): Promise<boolean> {
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
		lookup(endpoint.host, {all: true}).catch(() => []),
		new Promise<[]>(resolve => {
			setTimeout(() => resolve([]), lookupMs).unref();
		}),
	]);
	return addresses.some(({address}) => isOwn(address));
}
