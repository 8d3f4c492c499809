import tls from 'node:tls';
import {memoizeByRef} from '../domain/memoize.js';

/** The certificates in a PEM text, each without its line breaks. */
const certificatesIn = (text: string): readonly string[] =>
	[...text.matchAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----([^-]+)-----END/g)].map(([, body = '']) =>
		body.replace(/\s/g, ''),
	);

let publicOnes: ReadonlySet<string> | undefined;

/**
Whether one of the given authorities is public: it is in Node's own list, which is Mozilla's. The system's bundle, given
with `--cacert`, has public authorities. Everybody can get a certificate from a public authority.
*/
export const hasPublicAuthority = memoizeByRef((texts: readonly string[]): boolean => {
	publicOnes ??= new Set(tls.rootCertificates.flatMap(certificatesIn));
	const known = publicOnes;
	return texts.flatMap(certificatesIn).some(certificate => known.has(certificate));
});
