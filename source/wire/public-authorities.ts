import tls from 'node:tls';
import {memoizeByRef} from '../domain/memoize.js';

/** The certificates in a PEM text, each without its line breaks. */
const certificatesIn = (text: string): readonly string[] =>
	[...text.matchAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----([^-]+)-----END/g)].map(([, body = '']) =>
		body.replace(/\s/g, ''),
	);

let publicOnes: ReadonlySet<string> | undefined;

/**
Whether one of the given authorities is public: it is in Node's own list, which is Mozilla's. That is so if `--cacert`
names the system's bundle. Everybody can get a certificate from these authorities.
*/
export const hasPublicAuthority = memoizeByRef((texts: readonly string[]): boolean => {
	publicOnes ??= new Set(tls.rootCertificates.flatMap(certificatesIn));
	const known = publicOnes;
	return texts.flatMap(certificatesIn).some(certificate => known.has(certificate));
});
