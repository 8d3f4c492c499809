import type {Hosting, HostingKind} from '../domain/hosting.js';
import type {InfoReply} from '../domain/info-reply.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {BlindSpot} from '../domain/sample.js';
import {isPrivateAddress} from './ip-address.js';
import {knownServices, memorystore} from './managed-services.js';

export type HostingFacts = {
	readonly endpoint: Endpoint;
	/** Undefined while the server never answered. */
	readonly info: InfoReply | undefined;
	/** Commands that were answered as absent, as they are typed: `CLIENT LIST`. */
	readonly absent?: readonly string[];
	/** The endpoint is an address of this machine. */
	readonly isHere?: boolean | undefined;
};

/**
Where a server runs: by its host name, then by what its INFO gives away, then by which commands it lacks. A loopback
address alone means a server of one's own only where its INFO doesn't speak against it: a tunnel ends there too.
*/
export function hostingOf({endpoint, info, absent = [], isHere}: HostingFacts): Hosting {
	const host = endpoint.kind === 'tcp' ? endpoint.host.toLowerCase().replace(/\.$/, '') : '';
	const byName = knownServices.find(service => service.host.test(host));
	if (byName !== undefined) {
		return {kind: byName.kind, service: byName, certainty: 'certain', because: 'its host name'};
	}

	const byInfo = info && knownServices.find(({isNamedBy}) => isNamedBy?.(info));
	if (byInfo !== undefined) {
		return {kind: byInfo.kind, service: byInfo, certainty: 'certain', because: 'its INFO'};
	}

	const lacks = (command: string) => absent.some(name => name.split(' ')[0] === command);
	if (isPrivateAddress(host) && lacks('CLIENT') && lacks('CONFIG')) {
		return {kind: 'memorystore', service: memorystore, certainty: 'likely', because: 'it lacks CLIENT and CONFIG'};
	}

	if (info !== undefined && namesItsProgram(info)) {
		return {kind: 'self-hosted', service: undefined, certainty: 'certain', because: 'its INFO names its program'};
	}

	if (isHere === true || isLoopback(endpoint)) {
		return {kind: 'self-hosted', service: undefined, certainty: 'likely', because: 'its address is on this machine'};
	}

	return {kind: 'unknown', service: undefined, certainty: 'likely', because: 'neither its name nor its INFO tells'};
}

/** A server of one's own says which program it is; services hide the path or print `-`. */
function namesItsProgram(info: InfoReply): boolean {
	return (info.text('server', 'executable') ?? '').startsWith('/') && (info.number('server', 'process_id') ?? 0) > 0;
}

/** What the hosting of a deployment depends on. */
type HostedNode = {
	readonly endpoint: Endpoint;
	readonly sample: {readonly info: InfoReply} | undefined;
	readonly blind: readonly BlindSpot[];
};

/** Where the deployment runs: by the first node whose hosting is known. */
export function deploymentHosting(nodes: readonly HostedNode[]): HostingKind {
	const kinds = nodes.map(({endpoint, sample, blind}) => {
		const absent = blind.filter(({kind}) => kind === 'absent').map(({command}) => command);
		return hostingOf({endpoint, info: sample?.info, absent}).kind;
	});
	return kinds.find(kind => kind !== 'unknown') ?? 'unknown';
}
