import type {TLSSocket} from 'node:tls';
import {systemClock} from '../domain/clock.js';
import {certificateEndWords, certificateIssuerWords, untrustedCodes} from '../parse/socket-error.js';

/**
Adds to the error of a certificate when it has expired, or who signed it. Node closes the connection with the error, and
nobody can read the certificate any more then.

@param hasOwnAuthorities Whether the trusted authorities were given, as with `--cacert`.
*/
export function tellCertificate(socket: TLSSocket, hasOwnAuthorities: boolean): void {
	let endsMs: number | undefined;
	let issuer: string | undefined;
	socket.prependOnceListener('secure', () => {
		const {valid_to: end, issuer: names} = socket.getPeerCertificate();
		endsMs = Date.parse(end);
		issuer = [names?.CN ?? names?.O].flat()[0];
	});
	socket.prependOnceListener('error', (error: Error & {readonly code?: string}) => {
		if (error.code === 'CERT_HAS_EXPIRED') {
			error.message += certificateEndWords(endsMs, systemClock.now());
		} else if (untrustedCodes.has(error.code ?? '')) {
			error.message += certificateIssuerWords(issuer, hasOwnAuthorities);
		}
	});
}
