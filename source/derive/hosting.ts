import type {Hosting, HostingKind} from '../domain/hosting.js';
import type {InfoReply} from '../domain/info-reply.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {BlindSpot} from '../domain/sample.js';
import {isPrivateAddress} from './ip-address.js';
import {knownServices, memorystore} from './managed-services.js';

export type HostingFacts = {
	readonly endpoint: Endpoint;
	/** The node's INFO; undefined when the server never answered. */
	readonly info: InfoReply | undefined;
	/** The commands that the server lacks, in the form `CLIENT LIST`. */
	readonly absent?: readonly string[];
	/** Whether the endpoint is an address of the machine on which redis-top runs. */
	readonly isHere?: boolean | undefined;
};

/**
Where a server runs: self-hosted, or at which provider. The host name decides first, then INFO, then the commands that
the server lacks. A local address makes self-hosting only likely, because a tunnel to a provider has a local address
too.
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

/**
Whether INFO has the path of the server's executable. A self-hosted server has it; provider services leave the path out
or print `-`.
*/
function namesItsProgram(info: InfoReply): boolean {
	return (info.text('server', 'executable') ?? '').startsWith('/') && (info.number('server', 'process_id') ?? 0) > 0;
}

/** The fields of a node that `deploymentHosting` reads. */
type HostedNode = {
	readonly endpoint: Endpoint;
	readonly sample: {readonly info: InfoReply} | undefined;
	readonly blind: readonly BlindSpot[];
};

/** Where the deployment runs: the hosting of the first node whose hosting is known, else `unknown`. */
export function deploymentHosting(nodes: readonly HostedNode[]): HostingKind {
	const kinds = nodes.map(({endpoint, sample, blind}) => {
		const absent = blind.filter(({kind}) => kind === 'absent').map(({command}) => command);
		return hostingOf({endpoint, info: sample?.info, absent}).kind;
	});
	return kinds.find(kind => kind !== 'unknown') ?? 'unknown';
}
