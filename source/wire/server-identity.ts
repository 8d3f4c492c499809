import {isIP} from 'node:net';
import tls from 'node:tls';
import type {TlsSettings} from './connection.js';

/** The name that is asked for (SNI): announced, given with --sni, or the host's own. Undefined: an address has none. */
export function serverNameFor({announcedName, serverName}: TlsSettings, host: string): string | undefined {
	const name = announcedName ?? serverName ?? host;
	return name === '' || isIP(name) !== 0 ? undefined : name;
}

/**
A node that announces a host name is verified by it, or by the address that is dialled: certificates from before the
announcement have that one.
*/
export function identityCheck(
	announcedName: string,
	host: string,
): (name: string, certificate: tls.PeerCertificate) => Error | undefined {
	return (_name, certificate) => {
		const error = tls.checkServerIdentity(announcedName, certificate);
		return host !== '' && tls.checkServerIdentity(host, certificate) === undefined ? undefined : error;
	};
}
