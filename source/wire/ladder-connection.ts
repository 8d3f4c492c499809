import net, {isIP} from 'node:net';
import tls from 'node:tls';
import type {Clock} from '../domain/clock.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {Endpoint} from '../domain/node.js';
import {sanitize} from '../text/sanitize.js';
import type {TlsSettings} from './connection.js';
import {withLocalPorts} from './local-ports.js';
import {addressesOf, withEarlierAddress} from './name-lookup.js';
import {watchConnection} from './neighbours.js';
import {isReadCommand} from './read-commands.js';
import {identityCheck} from './server-identity.js';
import {withAnsweringPort} from './silent-host.js';

/** Whether a host is an address already, so that no name has to be looked up. */
export const isAddress = (host: string): boolean => isIP(host) !== 0;

export type Timed<T> = T & {readonly tookMs: number};

export type LookupFacts =
	| {readonly kind: 'found'; readonly addresses: readonly string[]}
	/** The error code of the resolver: `ENOTFOUND`, `EAI_AGAIN` … */
	| {readonly kind: 'failed'; readonly code: string; readonly message: string};

/** What redis-top received when it listened on a connection. */
export type Received =
	/** The first line that the server sent, unchanged. */
	| {readonly kind: 'line'; readonly text: string}
	/** The server sent bytes of a TLS alert. */
	| {readonly kind: 'tls-alert'}
	/** The server sent nothing within the given time. */
	| {readonly kind: 'quiet'}
	/** The server closed the connection without sending a line. */
	| {readonly kind: 'closed'}
	| {readonly kind: 'failed'; readonly code: string; readonly message: string};

export type HandshakeFacts =
	| {
			readonly kind: 'done';
			readonly protocol: string;
			/** Why the certificate is not trusted; undefined when it is trusted. */
			readonly untrustedBecause: string | undefined;
			readonly certificate: CertificateFacts | undefined;
	  }
	| {readonly kind: 'failed'; readonly code: string; readonly message: string};

/** The shortest timeout of a name lookup, in milliseconds. A resolver's own first attempt takes up to five seconds. */
const leastLookupMs = 5000;

const failureOf = (error: unknown): {code: string; message: string} => {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'CLOSED';
	return {code, message: sanitize(error instanceof Error ? error.message : String(error))};
};

/** Runs `act`, and adds its duration in milliseconds to the result. */
export async function timed<T extends object>(clock: Clock, act: () => Promise<T>): Promise<Timed<T>> {
	const startedMs = clock.elapsed();
	const result = await act();
	return {...result, tookMs: clock.elapsed() - startedMs};
}

/** Resolves with the promise's result, or with `late` after `durationMs`. Clears its timer. */
async function within<T>(promise: Promise<T>, durationMs: number, late: T): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<T>(resolve => {
		timer = setTimeout(() => resolve(late), durationMs);
	});
	try {
		return await Promise.race([promise, timeout]);
	} finally {
		clearTimeout(timer);
	}
}

/** All addresses of a name, in the order in which a connection would try them. Never rejects. */
export function lookUp(host: string, timeoutMs: number): Promise<LookupFacts> {
	const asked = addressesOf(host).then<LookupFacts, LookupFacts>(
		addresses => ({kind: 'found', addresses: [...new Set(addresses.map(({address}) => address))]}),
		error => ({kind: 'failed', ...withEarlierAddress(host, failureOf(error))}),
	);
	const waitMs = Math.max(timeoutMs, leastLookupMs);
	const late = {code: 'EAI_AGAIN', message: `no answer within ${waitMs} ms`};
	return within(asked, waitMs, {kind: 'failed', ...withEarlierAddress(host, late)});
}

/** The fields of a certificate; undefined where the peer sent none. */
function certificateOf(socket: tls.TLSSocket): CertificateFacts | undefined {
	const certificate = socket.getPeerCertificate() as Partial<tls.PeerCertificate>;
	if (certificate.subject === undefined) {
		return undefined;
	}

	const named = (fields: Partial<tls.Certificate> | undefined) =>
		sanitize(
			Object.entries(fields ?? {})
				.map(([name, value]) => `${name}=${[value].flat().join('+')}`)
				.join(', '),
		);
	const time = (text: string | undefined) => {
		const atMs = Date.parse(text ?? '');
		return Number.isFinite(atMs) ? atMs : undefined;
	};
	const alternatives = (certificate.subjectaltname ?? '').split(', ').filter(name => name !== '');
	return {
		subject: named(certificate.subject),
		issuer: named(certificate.issuer),
		names: alternatives.map(name => sanitize(name.replace(/^(?:DNS|IP Address):/, ''))),
		validFromMs: time(certificate.valid_from),
		validToMs: time(certificate.valid_to),
	};
}

/**
A bare connection for the step-by-step diagnosis of a connection (the ladder): read the greeting, start TLS, send
commands one at a time.
*/
export class LadderConnection {
	#socket: net.Socket;

	private constructor(socket: net.Socket) {
		this.#socket = socket;
		// No listener is attached between two steps, and an unhandled error would end the program.
		socket.on('error', () => undefined);
	}

	/** Connects to one address (or socket file). Never rejects. */
	static connect(
		endpoint: Endpoint,
		timeoutMs: number,
	): Promise<
		| {readonly kind: 'connected'; readonly connection: LadderConnection}
		| {readonly kind: 'failed'; readonly code: string; readonly message: string}
	> {
		return new Promise(resolve => {
			const watched = watchConnection(endpoint, () => (endpoint.kind === 'unix' ? undefined : endpoint.host));
			const socket = net.connect(
				endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port},
			);
			const timer = setTimeout(async () => {
				socket.destroy();
				const late = {code: 'ETIMEDOUT', message: `no connection within ${timeoutMs} ms`};
				resolve({kind: 'failed', ...(await withAnsweringPort(watched.explain(late), endpoint))});
			}, timeoutMs);
			socket.once('error', async error => {
				clearTimeout(timer);
				resolve({kind: 'failed', ...watched.explain(await withLocalPorts(failureOf(error)))});
			});
			socket.once('connect', () => {
				clearTimeout(timer);
				watched.connected();
				socket.pause();
				resolve({kind: 'connected', connection: new LadderConnection(socket)});
			});
		});
	}

	/** Waits for a line, the end of the connection or an error, then stops reading. Never rejects. */
	listen(durationMs: number): Promise<Received> {
		const socket = this.#socket;
		return new Promise(resolve => {
			let received = '';
			const finish = (received: Received) => {
				clearTimeout(timer);
				socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
				socket.pause();
				resolve(received);
			};

			const onData = (chunk: Buffer) => {
				if (received === '' && chunk[0] === 0x15 && chunk[1] === 0x03) {
					finish({kind: 'tls-alert'});
					return;
				}

				received += chunk.toString('latin1');
				if (received.includes('\n') || received.length > 500) {
					finish({kind: 'line', text: received.split(/\r?\n/, 1)[0] ?? ''});
				}
			};

			const onEnd = () => finish(received === '' ? {kind: 'closed'} : {kind: 'line', text: received});
			const onError = (error: Error) => finish({kind: 'failed', ...failureOf(error)});
			const timer = setTimeout(
				() => finish(received === '' ? {kind: 'quiet'} : {kind: 'line', text: received}),
				durationMs,
			);
			if (socket.destroyed) {
				finish({kind: 'closed'});
				return;
			}

			socket.on('data', onData).once('end', onEnd).once('error', onError).once('close', onEnd);
			socket.resume();
		});
	}

	/**
	Sends one command that changes nothing on the server, and waits for the first line of its answer. Never rejects.
	*/
	ask(command: readonly string[], timeoutMs: number): Promise<Received> {
		if (!isReadCommand(command)) {
			throw new TypeError(`${command[0] ?? 'an empty command'} is not on the list of reads`);
		}

		const received = this.listen(timeoutMs);
		const parts = command.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
		this.#socket.write(`*${command.length}\r\n${parts.join('')}`);
		return received;
	}

	/**
	Starts TLS. The certificate is read whether or not it can be trusted; the result says whether it can be trusted.

	@param host The host that the certificate must be valid for, unless the settings name another.
	*/
	startTls(settings: TlsSettings, host: string, timeoutMs: number): Promise<HandshakeFacts> {
		const name = settings.announcedName ?? settings.serverName ?? host;
		const secure = tls.connect({
			socket: this.#socket,
			host: name,
			...(isIP(name) === 0 ? {servername: name} : {}),
			...(settings.ca === undefined ? {} : {ca: [...settings.ca]}),
			...(settings.cert === undefined ? {} : {cert: settings.cert}),
			...(settings.key === undefined ? {} : {key: settings.key}),
			...(settings.announcedName === undefined
				? {}
				: {checkServerIdentity: identityCheck(settings.announcedName, settings.isNameRequired === true ? '' : host)}),
			rejectUnauthorized: false,
		});
		this.#socket = secure;
		secure.on('error', () => undefined);
		return new Promise(resolve => {
			const finish = (facts: HandshakeFacts) => {
				clearTimeout(timer);
				resolve(facts);
			};

			const timer = setTimeout(() => {
				finish({kind: 'failed', code: 'ETIMEDOUT', message: `no TLS handshake within ${timeoutMs} ms`});
			}, timeoutMs);
			secure.once('error', error => finish({kind: 'failed', ...failureOf(error)}));
			secure.once('close', () => finish({kind: 'failed', code: 'CLOSED', message: 'closed during the handshake'}));
			secure.once('secureConnect', () => {
				secure.pause();
				// Node's types declare `authorizationError` as an Error, but at run time it is a code.
				const untrustedBecause = secure.authorized ? undefined : sanitize(String(secure.authorizationError));
				const protocol = sanitize(secure.getProtocol() ?? '');
				finish({kind: 'done', protocol, untrustedBecause, certificate: certificateOf(secure)});
			});
		});
	}

	close(): void {
		this.#socket.destroy();
	}
}
