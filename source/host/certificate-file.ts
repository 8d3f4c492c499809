import {X509Certificate} from 'node:crypto';
import {open} from 'node:fs/promises';
import path from 'node:path';
import type {CertificateFile} from '../domain/config-evidence.js';
import {sanitize} from '../text/sanitize.js';

/** Largest file that is read, in bytes. A chain of certificates takes about 10 kB. */
const largestBytes = 256 * 1024;

/**
The dates of the first certificate in a PEM file, which is the server's own: its chain follows. Undefined for a relative
path, which the server resolves by its folder at its start, and for a file that has no certificate or cannot be read.
*/
export async function readCertificateFile(file: string | undefined): Promise<CertificateFile | undefined> {
	if (file === undefined || !path.isAbsolute(file)) {
		return undefined;
	}

	try {
		const handle = await open(file);
		try {
			const {size, mtimeMs} = await handle.stat();
			if (size > largestBytes) {
				return undefined;
			}

			const {validFrom, validTo} = new X509Certificate(await handle.readFile());
			const [validFromMs, validToMs] = [Date.parse(validFrom), Date.parse(validTo)];
			return Number.isNaN(validFromMs) || Number.isNaN(validToMs)
				? undefined
				: {path: sanitize(file), validFromMs, validToMs, changedAtMs: mtimeMs};
		} finally {
			await handle.close();
		}
	} catch {
		return undefined;
	}
}
