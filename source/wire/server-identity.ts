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
The names in a certificate, as the end of an error's message: `; names: redis.internal, 10.0.0.7`. Node's own message
gives no host names when the client connects to an address.
*/
function namesOf({subject, subjectaltname = ''}: Partial<tls.PeerCertificate>): string {
	const alternatives = subjectaltname.split(', ').map(name => name.replace(/^(?:DNS|IP Address):/, ''));
	const names = alternatives.filter(name => name !== '');
	const {CN = ''} = (subject ?? {}) as {readonly CN?: string};
	const known = names.length > 0 ? names : [CN].filter(name => name !== '');
	return known.length === 0 ? '' : `; names: ${known.join(', ')}`;
}

/**
Checks the name in a certificate. A node that announces a host name may show that name or the address that redis-top
connects to. Certificates issued before the node announced the name contain the address. Without an announced name, the
certificate must have the name that Node passes (`name`). The message of the error ends with the names in the
certificate.

@param host The address; empty when only the name counts.
*/
export function identityCheck(
	announcedName: string | undefined,
	host: string,
): (name: string, certificate: tls.PeerCertificate) => Error | undefined {
	return (name, certificate) => {
		const error = tls.checkServerIdentity(announcedName ?? name, certificate);
		const isNamedByHost = () => host !== '' && tls.checkServerIdentity(host, certificate) === undefined;
		if (error === undefined || (announcedName !== undefined && isNamedByHost())) {
			return undefined;
		}

		error.message += namesOf(certificate);
		return error;
	};
}
