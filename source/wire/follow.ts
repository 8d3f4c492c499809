import {BlockList, isIP, isIPv4} from 'node:net';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {ConnectionSettings} from './connection.js';

/**
Which announced nodes are polled. `all`: every node, but credentials go unencrypted only to the hosts and networks of
the targets. `any`: every node, always with credentials. `none`: the targets alone.
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

/**
Link-local networks. Source: RFC 3927 and RFC 4291 §2.5.6. The metadata services of cloud providers are in them as well.
*/
const linkLocal = listOf(['169.254.0.0', 16], ['fe80::', 10]);

/**
Private networks, which are not routed on the internet. Source: RFC 1918, RFC 6598 (shared address space), RFC 4193.
*/
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
Whether a node that a server announced may get the targets' credentials. A lying server could announce any host and
collect the password there. A node whose certificate is verified may get the credentials, because nobody can then take
over the connection.

@param hosts The hosts of the targets, and the hosts that `--nat-map` maps to.
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

/** The host without an IPv6 zone and without the dot at a name's end. An IPv4 address in IPv6 form becomes IPv4. */
const plainHost = (host: string): string =>
	host
		.toLowerCase()
		.replace(/%.*$/, '')
		.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')
		.replace(/\.$/, '');

function isOwnNetwork(host: string, own: readonly string[]): boolean {
	if (isIP(host) === 0) {
		// A name without a dot belongs to redis-top's own network: it is a container's name or a name in the search
		// domain.
		return !host.includes('.') || own.some(target => isIP(target) === 0 && isSameDomain(host, target));
	}

	return isIn(privateRanges, host) || own.some(target => isIP(target) === isIP(host) && isSameNetwork(host, target));
}

/**
Whether a host is in the domain of a target: `b.example.com` for `a.example.com`. A domain of one label, such as `com`,
does not count.
*/
function isSameDomain(host: string, target: string): boolean {
	const [, ...parent] = target.split('.');
	const domain = parent.length > 1 ? parent.join('.') : target;
	return host.endsWith(`.${domain}`);
}

/** Whether a public address is close to a target's address: in the same /24 of IPv4 or the same /64 of IPv6. */
const isSameNetwork = (host: string, target: string): boolean => isIn(listOf([target, isIPv4(target) ? 24 : 64]), host);

/** The connection settings of an announced node. Credentials are removed when the node may not get them. */
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
