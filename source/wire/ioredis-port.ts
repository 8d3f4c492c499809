import net from 'node:net';
import tls, {type TLSSocket} from 'node:tls';
import {Redis, type RedisOptions} from 'ioredis';
import {replyFailure} from '../parse/reply-error.js';
import {isConfirmed} from './confirmed-bytes.js';
import type {ConnectionSettings} from './connection.js';
import {withLocalPorts} from './local-ports.js';
import {NameLookup} from './name-lookup.js';
import {watchConnection} from './neighbours.js';
import {isReadCommand, sentinelChannel} from './read-commands.js';
import {type ActionPort, type RedisPort, type Reply, ReplyFailure, WireFailure} from './redis-port.js';
import {identityCheck, serverNameFor} from './server-identity.js';
import {tellCertificate} from './told-certificate.js';

/** The name of redis-top's connections in CLIENT LIST. It tells them apart from the connections of applications. */
export const clientName = 'redis-top';

/** Whether an error reply says that the server needs no password. redis-top then continues without authentication. */
const isNeedless = ({message}: ReplyFailure): boolean => replyFailure(message).kind === 'NEEDLESS_PASSWORD';

/** Milliseconds after which a connection that was ended is destroyed. The default of ioredis. */
const disconnectMs = 2000;

/** Starts to connect. ioredis itself would not tell whether the name of the host was found. */
function connect({endpoint, tls: settings}: ConnectionSettings, {lookup}: NameLookup): net.Socket {
	const place = endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port, lookup};
	if (settings === undefined) {
		return net.connect(place);
	}

	const host = endpoint.kind === 'unix' ? '' : endpoint.host;
	const {ca, cert, key, announcedName, isNameRequired, isVerified} = settings;
	const serverName = serverNameFor(settings, '');
	const socket = tls.connect({
		...place,
		...(ca === undefined ? {} : {ca: [...ca]}),
		...(cert === undefined ? {} : {cert}),
		...(key === undefined ? {} : {key}),
		...(serverName === undefined ? {} : {servername: serverName}),
		checkServerIdentity: identityCheck(announcedName, isNameRequired === true ? '' : host),
		rejectUnauthorized: isVerified,
	});
	tellCertificate(socket, ca !== undefined);
	return socket;
}

/**
How ioredis makes its connection. Its own connector looks the name up where nobody sees it. The base class that the type
demands is not in the bundle.
*/
function connectorFor(settings: ConnectionSettings, name: NameLookup): NonNullable<RedisOptions['Connector']> {
	class Connector {
		firstError: Error | undefined;
		#socket: net.Socket | undefined;

		check(): boolean {
			return true;
		}

		async connect(): Promise<net.Socket> {
			const socket = connect(settings, name);
			this.#socket = socket;
			socket.once('error', error => {
				this.firstError = error;
			});
			return socket;
		}

		disconnect(): void {
			const socket = this.#socket;
			if (socket !== undefined) {
				const timer = setTimeout(() => socket.destroy(), disconnectMs);
				socket.on('close', () => clearTimeout(timer));
				socket.end();
			}
		}
	}

	return Connector as unknown as NonNullable<RedisOptions['Connector']>;
}

/**
The options under which ioredis does nothing by itself. Retries are scheduled by `poll/`. No command is queued or sent
twice: with the defaults, one SHUTDOWN was sent 31 times. The ready check is off, because it would wait until a LOADING
server has loaded its data. AUTH and CLIENT SETNAME are sent as ordinary commands: ioredis would turn their refusals
into console warnings.
*/
function redisOptions(settings: ConnectionSettings, name: NameLookup): RedisOptions & {replyMapping: 'legacy'} {
	const {timeoutMs} = settings;
	return {
		Connector: connectorFor(settings, name),
		// ioredis waits for the handshake where it has options for TLS.
		...(settings.tls === undefined ? {} : {tls: {}}),
		lazyConnect: true,
		protocol: 2,
		replyMapping: 'legacy',
		retryStrategy: () => null,
		reconnectOnError: null,
		enableReadyCheck: false,
		enableOfflineQueue: false,
		autoResendUnfulfilledCommands: false,
		maxRetriesPerRequest: 0,
		disableClientInfo: true,
		connectTimeout: timeoutMs,
		keepAlive: 10_000,
	};
}

/**
The error reply to a header of the PROXY protocol, version 1, which a load balancer writes before the first command:
`unknown command 'PROXY'`. Source: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
*/
const proxyHeader = /unknown command [`']PROXY[`']/i;

const quotedArguments = /,? with args beginning with.*$/is;

/**
The first error inside an AggregateError, whose own message is empty. Node makes an AggregateError when a host name has
several addresses.
*/
function firstCause(error: Error): Error & {code?: string} {
	return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
}

/**
Whether a stream is a TLS socket. Its class can't be tested, because ioredis makes it with a module that is loaded
later.
*/
const isTls = (stream: object): stream is TLSSocket => 'getPeerCertificate' in stream;

/**
A connection over ioredis. A timeout of ioredis rejects the promise and forgets that the command is pending. Here the
promise rejects too, but the pending replies are kept, so that the caller can wait for them.
*/
class IoredisPort implements RedisPort, ActionPort {
	readonly #redis: Redis;
	readonly #settings: ConnectionSettings;
	readonly #name: NameLookup;
	#lastError: Error | undefined;
	#isClosed = false;
	#pending: Promise<readonly Reply[]> = Promise.resolve([]);

	constructor(settings: ConnectionSettings) {
		this.#settings = settings;
		this.#name = new NameLookup();
		this.#redis = new Redis(redisOptions(settings, this.#name));
		// A rejected command only says "Connection is closed."; this event has the reason.
		this.#redis.on('error', (error: Error) => {
			this.#lastError = this.#endIfProxied(error.message) ? this.#lastError : firstCause(error);
		});
	}

	get isOpen(): boolean {
		// ioredis reports itself ready until the socket's close event is handled.
		return this.#redis.status === 'ready' && !this.#isClosed;
	}

	get traffic(): {bytesOut: number; bytesIn: number} {
		// ioredis sets `stream` only when it connects. Before that, `stream` is undefined, which its type does not say.
		const {stream} = this.#redis as Partial<Pick<Redis, 'stream'>>;
		return {
			bytesOut: stream && 'bytesWritten' in stream ? Number(stream.bytesWritten) : 0,
			bytesIn: stream && 'bytesRead' in stream ? Number(stream.bytesRead) : 0,
		};
	}

	get certificateExpiresAtMs(): number | undefined {
		const {stream} = this.#redis as {readonly stream?: object};
		const certificate = stream !== undefined && isTls(stream) ? stream.getPeerCertificate() : undefined;
		const expiresAtMs = Date.parse(certificate?.valid_to ?? '');
		return Number.isFinite(expiresAtMs) ? expiresAtMs : undefined;
	}

	async open(): Promise<void> {
		const {endpoint} = this.#settings;
		const host = endpoint.kind === 'unix' ? '' : endpoint.host;
		const watched = watchConnection(endpoint, () => this.#name.addressOf(host));
		try {
			await this.#redis.connect();
			watched.connected();
		} catch (error) {
			const {code, message} = watched.explain(await withLocalPorts(this.#failureOf(error, false)));
			throw new WireFailure(message, code, false);
		}

		const {username, password} = this.#settings;
		if (password !== undefined) {
			await this.#authenticate(username === undefined ? ['AUTH', password] : ['AUTH', username, password]);
		}

		// The connection is usable even when the user may not run CLIENT SETNAME.
		this.#write([['CLIENT', 'SETNAME', clientName]], false).then(
			([reply]) => this.#endIfProxied(reply instanceof ReplyFailure ? reply.message : ''),
			() => undefined,
		);
	}

	/**
	Ends the connection if its first reply shows a header of the PROXY protocol: the server took the header for a command.
	Every later reply would be that of the command before.
	*/
	#endIfProxied(words: string): boolean {
		const isProxied = proxyHeader.test(words);
		if (isProxied) {
			this.#lastError = Object.assign(new Error(words), {code: 'PROXY_PROTOCOL'});
			this.close();
		}

		return isProxied || proxyHeader.test(this.#lastError?.message ?? '');
	}

	async ask(commands: ReadonlyArray<readonly string[]>, timeoutMs: number): Promise<Reply[]> {
		const unlisted = commands.find(command => !isReadCommand(command));
		if (unlisted !== undefined) {
			throw new TypeError(`${unlisted[0] ?? 'an empty command'} is not on the list of reads`);
		}

		return this.#within(this.#write(commands, true), timeoutMs);
	}

	async subscribe(forMs: number, take: (message: string) => boolean): Promise<void> {
		const {promise: over, resolve, reject} = Promise.withResolvers<void>();
		over.catch(() => undefined);
		this.#redis.on('message', (_channel: string, message: string) => {
			if (take(message)) {
				resolve();
			}
		});
		this.#redis.once('close', () => reject(this.#failureOf(new Error('Connection is closed.'), true)));
		const asked = this.#redis.subscribe(sentinelChannel).catch((error: Error) => {
			throw this.#replyOf(error, undefined);
		});
		await this.#within(asked, this.#settings.timeoutMs);
		const timer = setTimeout(resolve, forMs);
		await over.finally(() => clearTimeout(timer));
	}

	async settled(): Promise<readonly Reply[]> {
		return this.#pending;
	}

	async isConfirmed(): Promise<boolean | undefined> {
		const {stream} = this.#redis as Partial<Pick<Redis, 'stream'>>;
		const {localPort, remotePort} = (stream ?? {}) as {readonly localPort?: number; readonly remotePort?: number};
		return localPort === undefined || remotePort === undefined ? undefined : isConfirmed(localPort, remotePort);
	}

	onceClosed(tell: () => void): void {
		this.#redis.once('close', tell);
	}

	async send(command: readonly string[], timeoutMs: number): Promise<Reply> {
		const [reply = null] = await this.#within(this.#write([command], true), timeoutMs);
		if (reply instanceof ReplyFailure) {
			throw reply;
		}

		return reply;
	}

	close(): void {
		this.#isClosed = true;
		this.#redis.disconnect();
	}

	/**
	Sends AUTH. When it is refused or gets no reply, the connection is closed, because the server would refuse every
	command on it. Two refusals are ignored: the server needs no password, or the credentials are borrowed.
	*/
	async #authenticate(command: readonly string[]): Promise<void> {
		try {
			const [answer] = await this.#within(this.#write([command], false), this.#settings.timeoutMs);
			const {areBorrowed = false} = this.#settings;
			if (answer instanceof ReplyFailure && this.#endIfProxied(answer.message)) {
				throw this.#failureOf(answer, false);
			}

			if (answer instanceof ReplyFailure && !isNeedless(answer) && !areBorrowed) {
				throw answer;
			}
		} catch (error) {
			this.close();
			throw error;
		}
	}

	async #write(commands: ReadonlyArray<readonly string[]>, isCounted: boolean): Promise<Reply[]> {
		if (!this.isOpen) {
			throw this.#failureOf(new Error('Connection is closed.'), false);
		}

		const [only] = commands;
		const replies = only !== undefined && commands.length === 1 ? this.#writeOne(only) : this.#writeSeveral(commands);
		if (isCounted) {
			this.#pending = replies;
			// The rejection is handled here, because `settled()` may never be called.
			replies.catch(() => undefined);
		}

		return replies;
	}

	/** Sends several commands in one write. */
	async #writeSeveral(commands: ReadonlyArray<readonly string[]>): Promise<Reply[]> {
		const pipeline = this.#redis.pipeline();
		for (const [name = '', ...parameters] of commands) {
			pipeline.call(name, ...parameters);
		}

		const results = await pipeline.exec();
		return (results ?? []).map(([error, value]) => this.#replyOf(error, value));
	}

	/**
	Writes one command without a pipeline. Most writes have only one command, and a pipeline would double its cost.
	*/
	async #writeOne([name = '', ...parameters]: readonly string[]): Promise<Reply[]> {
		try {
			return [(await this.#redis.call(name, ...parameters)) as Reply];
		} catch (error) {
			return [this.#replyOf(error instanceof Error ? error : new Error(String(error)), undefined)];
		}
	}

	#replyOf(error: Error | null, value: unknown): Reply {
		if (error === null) {
			return value as Reply;
		}

		// ioredis attaches the command and its arguments to the error. The arguments of AUTH contain the password. A
		// server that doesn't know AUTH also quotes the arguments in its error reply. Therefore only the text of the
		// error is kept, without quoted arguments.
		if (error.name === 'ReplyError') {
			return new ReplyFailure(error.message.replace(quotedArguments, ''));
		}

		throw this.#failureOf(error, true);
	}

	#within<T>(replies: Promise<T>, timeoutMs: number): Promise<T> {
		return new Promise((resolve, reject) => {
			const isLate = () => reject(new WireFailure(`no reply within ${timeoutMs} ms`, 'TIMEOUT', true));
			// When redis-top's own event loop is late, the timer may fire before replies that have already arrived are
			// read. `setImmediate` lets redis-top read them first, so that they do not count as late.
			const timer = setTimeout(() => setImmediate(isLate), timeoutMs);
			replies.then(
				reply => {
					clearTimeout(timer);
					resolve(reply);
				},
				error => {
					clearTimeout(timer);
					reject(error instanceof WireFailure || error instanceof ReplyFailure ? error : this.#failureOf(error, true));
				},
			);
		});
	}

	#failureOf(error: unknown, wasSent: boolean): WireFailure {
		if (error instanceof WireFailure) {
			return error;
		}

		const cause = this.#lastError ?? (error instanceof Error ? firstCause(error) : new Error(String(error)));
		const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'CLOSED';
		if (/protocol error/i.test(cause.message)) {
			return new WireFailure(cause.message, 'PROTOCOL', wasSent);
		}

		const known = this.#name.explain({code, message: cause.message});
		return new WireFailure(known.message, known.code, wasSent);
	}
}

/** Makes a connection for reading. The caller opens it with `open()`. */
export const openPort = (settings: ConnectionSettings): RedisPort => new IoredisPort(settings);

/**
Makes the connection of a guarded action; only `actions/run-action.ts` calls this. The caller opens it with `open()`.
*/
export const openActionPort = (settings: ConnectionSettings): ActionPort => new IoredisPort(settings);
