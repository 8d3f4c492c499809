import {type FlagKey, flagTable, type GivenFlags} from '../arguments/flags.js';
import {readSecretFile} from '../host/secret-file.js';
import {sanitize} from '../text/sanitize.js';
import type {TlsSettings} from '../wire/connection.js';
import type {HttpService} from '../wire/http-client.js';
import type {Origins} from './plan.js';
import type {Problems} from './problems.js';
import type {FileReading} from './sources.js';

/** For each flag that names a file with a secret: the first line of that file, or why the file can't be read. */
export type SecretReadings = ReadonlyMap<FlagKey, FileReading>;

/** Everything from which the settings of a web service are made. */
export type ServiceSource = {
	readonly flags: GivenFlags;
	readonly origins: Origins;
	readonly secrets: SecretReadings;
	/**
	The TLS settings of the first target, which connections to web services use too. Undefined: Node's own list of
	authorities is used.
	*/
	readonly tls: TlsSettings | undefined;
};

/** Where the user set a flag, for the text of a problem: `--grafana`, or the line of the config file. */
export const placeOf = (flag: FlagKey, {origins}: Pick<ServiceSource, 'origins'>): string =>
	origins.get(flag) ?? `--${flagTable[flag].name}`;

/** The flags that name files with secrets. `--webhook` names an address or a file. */
export const secretFlags: readonly FlagKey[] = [
	'prometheusSecretFile',
	'alertmanagerSecretFile',
	'webhookSecretFile',
	'webhook',
	'grafanaSecretFile',
];

/**
Reads the files of the secrets that flags name, each file once. This happens before anything is polled, so that a
missing file is reported early.
*/
export async function readSecrets(flags: GivenFlags, keys: readonly FlagKey[]): Promise<SecretReadings> {
	const named = keys.flatMap(key => {
		const path = flags[key];
		return typeof path === 'string' && !/^https?:/i.test(path) ? [[key, path] as const] : [];
	});
	return new Map(
		await Promise.all(
			named.map(async ([key, path]): Promise<[FlagKey, FileReading]> => {
				try {
					return [key, {text: await readSecretFile(path)}];
				} catch (error) {
					return [key, {why: error instanceof Error ? error.message : `${path}: can't be read`}];
				}
			}),
		),
	);
}

/**
Adds a problem if the file of a secret can't be used. The program's exit code is then 77, or 64 for an empty file.
*/
export function checkSecret(flag: FlagKey, source: ServiceSource, problems: Problems): void {
	const reading = source.secrets.get(flag);
	if (reading !== undefined && 'why' in reading) {
		problems.add(`${placeOf(flag, source)} ${reading.why}`, reading.why.endsWith('is empty') ? 64 : 77);
	}
}

/**
The web service at an address such as `https://prometheus.example/base`. If the text is no such address, a problem is
added and the result is undefined.

@param flag The flag that holds the address.
@param secretFlag The flag that names the file with the service's password or token.
*/
export function serviceAt(
	text: string,
	flag: FlagKey,
	secretFlag: FlagKey,
	source: ServiceSource,
	problems: Problems,
): HttpService | undefined {
	const place = placeOf(flag, source);
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol) || !/^https?:\/\/[^/]/i.test(text)) {
		return problems.add(`${place} ${shownUrl(text)}: is no address; write http://HOST:PORT or https://HOST`);
	}

	if (url.search !== '' || url.hash !== '') {
		return problems.add(`${place} ${shownUrl(text)}: leave out what follows the ? or #`);
	}

	const path = source.flags[secretFlag];
	const secretName = `--${flagTable[secretFlag].name}`;
	if (url.password !== '') {
		return problems.add(
			`${place} ${shownUrl(text)}: others can see a password there; write it into ${secretName} FILE`,
		);
	}

	if (url.username !== '' && path === undefined) {
		return problems.add(`${place} ${shownUrl(text)}: its user has no password; add ${secretName} FILE`);
	}

	const user = url.username === '' ? undefined : decoded(url.username);
	url.username = '';
	return {
		url,
		user,
		readSecret: typeof path === 'string' ? () => readSecretFile(path) : undefined,
		tls: source.tls,
	};
}

/** Whether a secret would travel unencrypted to another machine. */
export const isSecretExposed = ({url, readSecret}: HttpService): boolean =>
	readSecret !== undefined && url.protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);

/**
The address as one printable line, without its query and without the part before an `@`. Either may contain secrets.
*/
export function shownUrl(text: string): string {
	const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '';
	const at = text.lastIndexOf('@');
	return sanitize((at === -1 ? text : `${scheme}***@${text.slice(at + 1)}`).replace(/[?#].*$/s, '?...'));
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
