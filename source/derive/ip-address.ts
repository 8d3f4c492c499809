/** Private, loopback, link-local, shared and unspecified networks. Source: RFC 1918, 5735, 3927, 6598. */
const privateIpv4 =
	/^(?:0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** 2000::/3. Source: RFC 4291. */
const publicIpv6 = /^[23][\da-f]{3}:/i;

/** True for an address that the whole internet can mean; a name might be anything and is not. */
export const isPublicAddress = (host: string): boolean =>
	publicIpv6.test(host) || (ipv4.test(host) && !privateIpv4.test(host));
