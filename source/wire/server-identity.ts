import {isIP} from 'node:net';
import tls from 'node:tls';
import type {TlsSettings} from './connection.js';

/**
The server name for TLS (SNI): the announced name, the name given with `--sni`, or the host. Undefined when the host is
an address, which has no name.
*/
export function serverNameFor({announcedName, serverName}: TlsSettings, host: string): string | undefined {
	const name = announcedName ?? serverName ?? host;
	return name === '' || isIP(name) !== 0 ? undefined : name;
}

/**
Checks the name in a certificate. A node that announces a host name may show that name or the address that redis-top
connects to. Certificates issued before the node announced the name contain the address.
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
