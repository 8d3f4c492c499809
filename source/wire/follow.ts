import {BlockList, isIP, isIPv4} from 'node:net';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {ConnectionSettings, TlsSettings} from './connection.js';
import {hasPublicAuthority} from './public-authorities.js';

/**
Which announced nodes are polled. `all`: every node, but credentials go only to the hosts and networks of the targets,
or to a node whose certificate proves that the node belongs to the owner of the targets. `any`: every node, always with
credentials. `none`: the targets alone.
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
Link-local networks. Source: RFC 3927 and RFC 4291 §2.5.6. The metadata services of cloud providers are in these
networks. So an announced node in them gets no credentials.
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
collect the password there. `by-name`: the node may get them if its certificate has the requested host name (SNI). A
certificate that has only the node's address is then not enough (`TlsSettings.isNameRequired`).

A verified certificate proves no more than its own name. Everybody can get a certificate of a public authority for a
name or an address of their own. So a certificate counts in two cases only. Its name is the targets' own, or the user
gave the authorities with `--cacert` and none of these authorities is public.

@param hosts The hosts of the targets, and the hosts that `--nat-map` maps to.
*/
function grantFor(
	{endpoint, tls}: Pick<ConnectionSettings, 'endpoint' | 'tls'>,
	hosts: readonly string[],
	mode: FollowMode,
): 'all' | 'by-name' | 'none' {
	if (endpoint.kind === 'unix') {
		return 'all';
	}

	const host = plainHost(endpoint.host);
	const own = hosts.map(plainHost);
	if (own.includes(host)) {
		return 'all';
	}

	if (isIP(host) !== 0 && isIn(linkLocal, host)) {
		return 'none';
	}

	if (mode === 'any' || isLoopback(endpoint) || isOwnNetwork(host, own)) {
		return 'all';
	}

	if (tls?.isVerified !== true) {
		return 'none';
	}

	if (tls.ca !== undefined && !hasPublicAuthority(tls.ca)) {
		return 'all';
	}

	return isOwnName(tls, own) ? 'by-name' : 'none';
}

/**
Whether the requested host name is the user's: the name of `--sni`, of a target, or a name in the domain of either.
*/
function isOwnName({announcedName, serverName}: TlsSettings, own: readonly string[]): boolean {
	if (announcedName === undefined) {
		return serverName !== undefined && isIP(serverName) === 0;
	}

	const name = plainHost(announcedName);
	// Public authorities sign only names with a dot. A name without a dot can't prove who owns the node.
	return (
		name.includes('.') &&
		isIP(name) === 0 &&
		[...own, ...(serverName === undefined ? [] : [plainHost(serverName)])].some(
			target => isIP(target) === 0 && (name === target || isSameDomain(name, target)),
		)
	);
}

/**
Whether a node that a server announced may get the targets' credentials, at least if its certificate has the requested
host name.
*/
export const mayGetCredentials = (
	settings: Pick<ConnectionSettings, 'endpoint' | 'tls'>,
	hosts: readonly string[],
	mode: FollowMode,
): boolean => grantFor(settings, hosts, mode) !== 'none';

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

/**
The connection settings of an announced node. Credentials are removed when the node may not get them. If the node may
get them by its name alone, its certificate must have that name.
*/
export function withheld<Settings extends Omit<ConnectionSettings, 'endpoint'>>(
	settings: Settings,
	endpoint: Endpoint,
	hosts: readonly string[],
	mode: FollowMode,
): Settings {
	const grant = grantFor({endpoint, tls: settings.tls}, hosts, mode);
	if (grant === 'none') {
		return settings.password === undefined
			? settings
			: {...settings, username: undefined, password: undefined, isWithheld: true};
	}

	const isNameRequired = grant === 'by-name';
	return settings.tls === undefined || (settings.tls.isNameRequired ?? false) === isNameRequired
		? settings
		: {...settings, tls: {...settings.tls, isNameRequired}};
}
