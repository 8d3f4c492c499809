import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export type Certificates = {
	readonly dir: string;
	readonly ca: string;
	/** The path of the certificate of an authority that signed none of the other certificates. */
	readonly strangeCa: string;
	readonly clientCert: string;
	readonly clientKey: string;
	/** The path of a client certificate that the unknown authority signed. */
	readonly strangeCert: string;
	readonly strangeKey: string;
	/** The certificate and the key of a server, by name: `server`, `self-signed`, `expired`, `future`. */
	pair(name: string): {readonly cert: string; readonly key: string};
	/**
	The arguments that make a server use TLS with these certificates. The certificates are valid for 127.0.0.1 and
	`db.example`.
	*/
	serverArgs(port: number, authClients?: 'yes' | 'no'): string[];
	remove(): void;
};

/** Makes certificates for tests with the openssl command. Undefined where there is no openssl. */
export function makeCertificates(days = 60): Certificates | undefined {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-tls-'));
	const file = (name: string) => path.join(dir, name);
	const openssl = (...args: readonly string[]) => execFileSync('openssl', args, {cwd: dir, stdio: 'pipe'});
	const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const authority = (name: string) =>
		openssl(
			'req',
			'-x509',
			...newKey,
			'-days',
			'90',
			'-subj',
			`/CN=${name}`,
			'-keyout',
			`${name}.key`,
			'-out',
			`${name}.crt`,
		);
	const sign = (name: string, by: string, extensions: string) => {
		writeFileSync(file(`${name}.ext`), extensions);
		openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
		openssl(
			...['x509', '-req', '-days', String(days), '-in', `${name}.csr`, '-CA', `${by}.crt`, '-CAkey', `${by}.key`],
			...['-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
		);
	};

	/** Signs a certificate with the given dates. Only `openssl ca` accepts dates on every version of openssl. */
	const dated = (name: string, from: string, to: string) => {
		writeFileSync(file(`${name}.txt`), '');
		writeFileSync(
			file(`${name}.cnf`),
			`[ca]\ndefault_ca=it\n[it]\ndatabase=${name}.txt\nnew_certs_dir=.\ndefault_md=sha256\nrand_serial=yes\npolicy=any\n[any]\ncommonName=supplied\n`,
		);
		openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
		openssl(
			...['ca', '-batch', '-notext', '-config', `${name}.cnf`, '-cert', 'ca.crt', '-keyfile', 'ca.key'],
			...['-startdate', from, '-enddate', to, '-in', `${name}.csr`, '-out', `${name}.crt`],
		);
	};

	try {
		authority('ca');
		authority('strange-ca');
		sign('server', 'ca', 'subjectAltName=IP:127.0.0.1,DNS:db.example');
		authority('self-signed');
		dated('expired', '20200101000000Z', '20210101000000Z');
		dated('future', '20900101000000Z', '20910101000000Z');
		sign('client', 'ca', 'extendedKeyUsage=clientAuth');
		sign('stranger', 'strange-ca', 'extendedKeyUsage=clientAuth');
	} catch (error) {
		rmSync(dir, {recursive: true, force: true});
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return undefined;
		}

		throw error;
	}

	const text = (name: string) => readFileSync(file(name), 'utf8');
	return {
		dir,
		ca: text('ca.crt'),
		strangeCa: text('strange-ca.crt'),
		clientCert: text('client.crt'),
		clientKey: text('client.key'),
		strangeCert: text('stranger.crt'),
		strangeKey: text('stranger.key'),
		pair: name => ({cert: text(`${name}.crt`), key: text(`${name}.key`)}),
		serverArgs: (port, authClients = 'no') => [
			...['--tls-port', String(port), '--tls-auth-clients', authClients, '--tls-ca-cert-file', file('ca.crt')],
			...['--tls-cert-file', file('server.crt'), '--tls-key-file', file('server.key')],
		],
		remove: () => rmSync(dir, {recursive: true, force: true}),
	};
}
