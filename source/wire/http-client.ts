import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import {messageText} from '../domain/message.js';
import {statementMessage} from '../domain/statement.js';
import {socketFailure} from '../parse/socket-error.js';
import {sanitize} from '../text/sanitize.js';
import type {TlsSettings} from './connection.js';

/** A web service that redis-top uses besides the servers, such as Prometheus or Alertmanager, and how to reach it. */
export type HttpService = {
	/** The address, with the path under which the API lies. It has no user, no password, no query and no fragment. */
	readonly url: URL;
	/** The user of Basic authentication. Undefined: the secret, if there is one, is sent as a bearer token. */
	readonly user?: string | undefined;
	/**
	Reads the password or token just before each request, because tokens in files are replaced while a program runs.
	Rejects with a printable line if the file can't be read.
	*/
	readonly readSecret?: (() => Promise<string>) | undefined;
	/** The TLS settings for https; undefined when Node's own list of authorities is trusted. */
	readonly tls?: TlsSettings | undefined;
};

export type HttpRequest = {
	/**
	The path of the request, added to the path of the service's address: `/api/v1/query`. Empty for the address itself.
	*/
	readonly path: string;
	readonly method?: 'GET' | 'POST' | 'DELETE';
	/** Parameters of the query string; their values are encoded here. */
	readonly query?: Readonly<Record<string, string>>;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** The body's type. @default application/json */
	readonly contentType?: string;
	readonly signal?: AbortSignal;
	/** Secrets in the request's body. A failure's text never contains them. */
	readonly hidden?: readonly string[];
	/** Longest time from the call to the last byte of the reply, in milliseconds. @default 10000 */
	readonly timeoutMs?: number;
	/** Largest body that is read, in bytes. A larger body is a failure. @default 4 MiB */
	readonly mostBytes?: number;
};

/** The outcome of a request; a request never rejects. */
export type HttpOutcome =
	| {
			readonly kind: 'answered';
			/** The status of the reply, from 200 to 299. */
			readonly status: number;
			readonly body: string;
	  }
	| {
			readonly kind: 'failed';
			/** The status of a refusal; undefined when no complete reply arrived. */
			readonly status?: number;
			/** How long the service asks to wait (Retry-After), in milliseconds; undefined when the service doesn't say. */
			readonly retryAfterMs?: number;
			/**
			One printable line that completes "Alertmanager …": `refuses connections: nothing listens on the port`. It
			holds no secret, no path and no query.
			*/
			readonly why: string;
	  };

const defaultTimeoutMs = 10_000;
const defaultMostBytes = 4 * 2 ** 20;
/** Most characters of a refusal's body in `why`. */
const quotedCharacters = 160;
/** Most connections to one service at a time. */
const mostConnections = 4;
/** Length from which the path of the service's URL counts as a secret, in characters. */
const leastSecretPath = 16;
/** Longest wait that Retry-After may ask for, in milliseconds. A larger number is a mistake or an attack. */
const longestRetryAfterMs = 3_600_000;

type Failed = Extract<HttpOutcome, {kind: 'failed'}>;

const failed = (why: string): Failed => ({kind: 'failed', why});

/**
A client of one web service. It follows no redirects, because they would carry the secret to another host. It reads no
proxy from the environment. Every reply has a limit in time and in size, so that no service can block or fill redis-top.
*/
export class HttpClient {
	readonly #service: HttpService;
	readonly #agent: http.Agent | https.Agent;

	constructor(service: HttpService) {
		this.#service = service;
		const options = {keepAlive: true, maxSockets: mostConnections};
		const {url, tls} = service;
		this.#agent =
			url.protocol === 'https:' ? new https.Agent({...options, ...tlsOptions(tls)}) : new http.Agent(options);
	}

	/** The service's host and port, for use in texts. */
	get place(): string {
		return sanitize(this.#service.url.host);
	}

	/** Sends a request once. Resolves with a reply of status 2xx, or with the reason why there is none. Never rejects. */
	async request(request: HttpRequest): Promise<HttpOutcome> {
		const {user, readSecret} = this.#service;
		let secret: string | undefined;
		try {
			secret = await readSecret?.();
		} catch (error) {
			return failed(
				`cannot be asked: ${sanitize(error instanceof Error ? error.message : 'its secret is unreadable')}`,
			);
		}

		const authorization = secret === undefined ? undefined : authorizationOf(user, secret);
		if (authorization !== undefined && /[^\t\x20-\x7e]/.test(authorization)) {
			return failed('cannot be asked: its secret has characters that HTTP does not carry');
		}

		return this.#exchange(request, authorization, text =>
			withoutSecrets(text, [secret, authorization, this.#hiddenPath, ...(request.hidden ?? [])]),
		);
	}

	/**
	The address's path if it is long enough to be a secret, as in the address of a Slack webhook; undefined otherwise.
	*/
	get #hiddenPath(): string | undefined {
		const {pathname} = this.#service.url;
		return pathname.length < leastSecretPath ? undefined : pathname;
	}

	/** Closes the idle connections. */
	close(): void {
		this.#agent.destroy();
	}

	#exchange(
		request: HttpRequest,
		authorization: string | undefined,
		hide: (text: string) => string,
	): Promise<HttpOutcome> {
		const {method = 'GET', body, signal, timeoutMs = defaultTimeoutMs, mostBytes = defaultMostBytes} = request;
		if (signal?.aborted) {
			return Promise.resolve(failed('was not asked: redis-top ends'));
		}

		return new Promise(resolve => {
			const {promise: done, resolve: finish} = Promise.withResolvers<HttpOutcome>();
			const url = addressOf(this.#service.url, request);
			const send = url.protocol === 'https:' ? https.request : http.request;
			const call = send(url, {
				method,
				agent: this.#agent,
				headers: {
					'user-agent': 'redis-top',
					accept: 'application/json',
					...(body !== undefined && {
						'content-type': request.contentType ?? 'application/json',
						'content-length': String(Buffer.byteLength(body)),
					}),
					...(authorization !== undefined && {authorization}),
					...request.headers,
				},
			});
			const stop = () => finish(failed('was not asked to the end: redis-top ends'));
			const timer = setTimeout(
				() => finish(failed(`does not answer within ${Number((timeoutMs / 1000).toPrecision(3))} s`)),
				timeoutMs,
			);
			signal?.addEventListener('abort', stop, {once: true});
			call.on('error', error => finish(failed(errorText(error))));
			let isComplete = false;
			call.on('response', response => {
				response.on('end', () => {
					isComplete = true;
				});
				readReply(response, {mostBytes, hide, finish});
			});
			call.end(body);
			void done.then(outcome => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', stop);
				// A connection whose reply was not read to its end can't be used again.
				if (!isComplete) {
					call.destroy();
				}

				resolve(outcome);
			});
		});
	}
}

/** The address of a request: the service's address, with the request's path added to its path. */
export function addressOf(service: URL, {path, query = {}}: Pick<HttpRequest, 'path' | 'query'>): URL {
	const url = new URL(service);
	if (path !== '') {
		url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
	}

	for (const [name, value] of Object.entries(query)) {
		url.searchParams.append(name, value);
	}

	return url;
}

/**
The TLS settings of an agent. Certificates of `--cacert` are trusted in addition to those of Node. Node's list is read
as `tls.rootCertificates`, because a named import of this getter is undefined.
*/
function tlsOptions(settings: TlsSettings | undefined): https.AgentOptions {
	return settings === undefined
		? {}
		: {
				rejectUnauthorized: settings.isVerified,
				...(settings.ca !== undefined && {ca: [...tls.rootCertificates, ...settings.ca]}),
				...(settings.cert !== undefined && {cert: settings.cert}),
				...(settings.key !== undefined && {key: settings.key}),
			};
}

const authorizationOf = (user: string | undefined, secret: string): string =>
	user === undefined ? `Bearer ${secret}` : `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

/** Removes the secrets from a text. A service may have repeated them in its refusal. */
function withoutSecrets(text: string, secrets: ReadonlyArray<string | undefined>): string {
	return secrets
		.flatMap(secret => (secret === undefined ? [] : [secret, secret.replace(/^\w+ /, ''), sanitize(secret)]))
		.filter(secret => secret !== '')
		.toSorted((one, other) => other.length - one.length)
		.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

type ReplyReading = {
	readonly mostBytes: number;
	/** Returns the text without the request's secrets. */
	readonly hide: (text: string) => string;
	readonly finish: (outcome: HttpOutcome) => void;
};

function readReply(response: http.IncomingMessage, {mostBytes, hide, finish}: ReplyReading): void {
	const chunks: Buffer[] = [];
	let bytes = 0;
	response.on('data', (chunk: Buffer) => {
		bytes += chunk.length;
		if (bytes > mostBytes) {
			finish(failed(`sends more than ${Math.round(mostBytes / 2 ** 20)} MiB`));
			response.destroy();
			return;
		}

		chunks.push(chunk);
	});
	response.on('error', error => finish(failed(errorText(error))));
	response.on('close', () => finish(failed('closed the connection within its reply')));
	response.on('end', () => {
		const status = response.statusCode ?? 0;
		const body = Buffer.concat(chunks).toString('utf8');
		finish(status >= 200 && status < 300 ? {kind: 'answered', status, body} : refusal(response, status, hide(body)));
	});
}

/** The failure for a reply whose status isn't 2xx. */
function refusal({statusMessage = '', headers}: http.IncomingMessage, status: number, body: string): Failed {
	const seconds = Number(headers['retry-after']);
	const words = sanitize(body.trim()).slice(0, quotedCharacters);
	const reply = sanitize(`${status} ${statusMessage}`.trim()).slice(0, quotedCharacters);
	const why = status >= 300 && status < 400 ? ': a redirect, which is not followed' : words === '' ? '' : `: ${words}`;
	return {
		kind: 'failed',
		status,
		why: `answers ${reply}${why}`,
		...(seconds >= 0 && {retryAfterMs: Math.min(seconds * 1000, longestRetryAfterMs)}),
	};
}

const codeOf = (error: unknown): string =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function errorText(error: Error): string {
	// Node tries every address of a name and reports all failures as one error. That error has no code of its own, so
	// the code of its first failure is used.
	const [first] = error instanceof AggregateError ? error.errors : [];
	const code = codeOf(error) || codeOf(first);
	if (code.startsWith('HPE_')) {
		return `answers something that is not HTTP (${sanitize(code)})`;
	}

	return messageText(statementMessage(socketFailure(code, error.message)));
}
