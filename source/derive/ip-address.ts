/**
Matches IPv4 addresses that are not routed on the internet: private networks (RFC 1918), and a provider's NAT (RFC
6598).
*/
const privateIpv4 = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/** Matches unspecified, loopback and link-local addresses. Source: RFC 5735, RFC 3927. */
const localIpv4 = /^(?:0\.|127\.|169\.254\.)/;

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Matches global addresses of IPv6, 2000::/3. Source: RFC 4291. */
const publicIpv6 = /^[23][\da-f]{3}:/i;

/** Whether the host is an IPv4 address of a private network. */
export const isPrivateAddress = (host: string): boolean => privateIpv4.test(host);

/**
Whether the host is an IP address that is routed on the internet. False for a host name, which may resolve to any
address.
*/
export const isPublicAddress = (host: string): boolean =>
	publicIpv6.test(host) || (ipv4.test(host) && !privateIpv4.test(host) && !localIpv4.test(host));
