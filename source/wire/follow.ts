import {BlockList, isIP, isIPv4} from 'node:net';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {ConnectionSettings} from './connection.js';

/**
Which announced nodes are visited. `all`: every node, with credentials unencrypted only to the hosts and networks of the
targets. `any`: every node, with credentials. `none`: the targets alone.
*/
export const followModes = ['all', 'any', 'none'] as const;

export type FollowMode = (typeof followModes)[number];

function listOf(...subnets: ReadonlyArray<readonly [network: string, prefix: number]>): BlockList {
	const list = new BlockList();
	for (const [network, prefix] of subnets) {
		list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
	}

	return list;
}

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** RFC 3927 and RFC 4291 §2.5.6. The metadata services of clouds are here as well. */
const linkLocal = listOf(['169.254.0.0', 16], ['fe80::', 10]);

/** RFC 1918, RFC 6598 (shared address space) and RFC 4193: nobody's on the Internet. */
const privateRanges = listOf(
	['127.0.0.0', 8],
	['10.0.0.0', 8],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
	['100.64.0.0', 10],
	['::1', 128],
	['fc00::', 7],
);

/**
Whether a node that a server announced may be given the targets' credentials. What a server announces is data: a server
that lies could name any host and collect the password there. A connection with a verified certificate can't be taken over.

@param hosts The hosts of the targets, and those that `--nat-map` leads to.
*/
export function mayGetCredentials(
	{endpoint, tls}: Pick<ConnectionSettings, 'endpoint' | 'tls'>,
	hosts: readonly string[],
	mode: FollowMode,
): boolean {
	if (endpoint.kind === 'unix') {
		return true;
	}

	const host = plainHost(endpoint.host);
	const own = hosts.map(plainHost);
	if (own.includes(host)) {
		return true;
	}

	if (isIP(host) !== 0 && isIn(linkLocal, host)) {
		return false;
	}

	return mode === 'any' || tls?.isVerified === true || isLoopback(endpoint) || isOwnNetwork(host, own);
}

/** Without the zone of an IPv6 address and the dot at a name's end; an IPv4 address in IPv6 as IPv4. */
const plainHost = (host: string): string =>
	host
		.toLowerCase()
		.replace(/%.*$/, '')
		.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')
		.replace(/\.$/, '');

function isOwnNetwork(host: string, own: readonly string[]): boolean {
	if (isIP(host) === 0) {
		// A name without a dot is one of this network: of a container, or of the search domain.
		return !host.includes('.') || own.some(target => isIP(target) === 0 && isSameDomain(host, target));
	}

	return isIn(privateRanges, host) || own.some(target => isIP(target) === isIP(host) && isSameNetwork(host, target));
}

/** Below the domain of a target: `b.example.com` for `a.example.com`. A domain of one label, such as `com`, is nobody's. */
function isSameDomain(host: string, target: string): boolean {
	const [, ...parent] = target.split('.');
	const domain = parent.length > 1 ? parent.join('.') : target;
	return host.endsWith(`.${domain}`);
}

/** Public addresses next to a target's: the same 256 of IPv4, the same /64 of IPv6. */
const isSameNetwork = (host: string, target: string): boolean => isIn(listOf([target, isIPv4(target) ? 24 : 64]), host);

/** The settings of an announced node, without credentials where it may have none. */
export function withheld<Settings extends Omit<ConnectionSettings, 'endpoint'>>(
	settings: Settings,
	endpoint: Endpoint,
	hosts: readonly string[],
	mode: FollowMode,
): Settings {
	return settings.password === undefined || mayGetCredentials({endpoint, tls: settings.tls}, hosts, mode)
		? settings
		: {...settings, username: undefined, password: undefined, isWithheld: true};
}
