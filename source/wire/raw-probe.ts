import net from 'node:net';
import tls from 'node:tls';
import type {Endpoint} from '../domain/node.js';
import {NameLookup} from './name-lookup.js';

/** What a port sends right after redis-top has connected, or in reply to a plain (unencrypted) PING. */
export type Greeting =
	/**
	The server sent a line, either unasked (before redis-top sent anything) or after PING. `text` is its first line,
	unchanged.
	*/
	| {readonly kind: 'spoke'; readonly text: string; readonly wasUnasked: boolean}
	/**
	The server closed the connection without sending anything. `afterPing`: it did so after redis-top had sent PING.
	*/
	| {readonly kind: 'closed'; readonly afterPing: boolean}
	/** The server answered the plain PING with a TLS alert or a reset. */
	| {readonly kind: 'speaks-tls'}
	/** The server accepted the connection and sends nothing. */
	| {readonly kind: 'silent'}
	| {readonly kind: 'unreachable'; readonly code: string};

/** Interval between two raw probes in milliseconds. Each probe costs the server a connection. */
export const probeEveryMs = 10_000;

const listenMs = 300;
const answerMs = 1000;

/**
Opens a bare connection, listens for 300 ms and only then sends `PING`. A server at maxclients or in protected mode
sends at once why it refuses the client, and closes the connection. A client library that writes first never sees that
reason. A TLS port answers a plain PING with an alert (0x15 0x03) or a reset. Each probe costs the server one
connection, so probe rarely. Never rejects.
*/
export function probeGreeting(endpoint: Endpoint, connectTimeoutMs: number): Promise<Greeting> {
	return new Promise(resolve => {
		let received = '';
		let hasWritten = false;
		let timer: NodeJS.Timeout;
		const name = new NameLookup();
		const socket = net.connect(
			endpoint.kind === 'unix'
				? {path: endpoint.path}
				: {host: endpoint.host, port: endpoint.port, lookup: name.lookup},
		);

		const finish = (greeting: Greeting) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(greeting);
		};

		const wait = (durationMs: number, then: () => void) => {
			clearTimeout(timer);
			timer = setTimeout(then, durationMs);
		};

		wait(connectTimeoutMs, () =>
			finish({kind: 'unreachable', code: name.explain({code: 'ETIMEDOUT', message: ''}).code}),
		);
		socket.on('connect', () => {
			wait(listenMs, () => {
				hasWritten = true;
				socket.write('PING\r\n');
				wait(answerMs, () => finish({kind: 'silent'}));
			});
		});
		socket.on('data', (chunk: Buffer) => {
			if (received === '' && chunk[0] === 0x15 && chunk[1] === 0x03) {
				finish({kind: 'speaks-tls'});
				return;
			}

			received += chunk.toString('latin1');
			if (received.includes('\n') || received.length > 500) {
				finish({kind: 'spoke', text: received.split(/\r?\n/, 1)[0] ?? '', wasUnasked: !hasWritten});
			}
		});
		socket.on('end', () => {
			finish(
				received === ''
					? {kind: 'closed', afterPing: hasWritten}
					: {kind: 'spoke', text: received, wasUnasked: !hasWritten},
			);
		});
		socket.on('error', (error: NodeJS.ErrnoException) => {
			if (hasWritten && error.code === 'ECONNRESET') {
				finish({kind: 'speaks-tls'});
				return;
			}

			finish({kind: 'unreachable', code: error.code ?? 'CLOSED'});
		});
	});
}

/**
Whether a port completes a TLS handshake, with any certificate, or ends the handshake with an alert. A proxy in front of
a server may close a plain connection without an alert. Then only a handshake shows whether the port has TLS. The
handshake costs the server one connection. Never rejects.
*/
export function probeTls(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = tls.connect({
			...(endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port}),
			rejectUnauthorized: false,
		});
		const finish = (speaksTls: boolean) => {
			socket.destroy();
			resolve(speaksTls);
		};

		socket.setTimeout(timeoutMs, () => finish(false));
		socket.on('secureConnect', () => finish(true));
		socket.on('error', (error: NodeJS.ErrnoException) => finish(/_ALERT_/.test(error.code ?? '')));
		socket.on('close', () => finish(false));
	});
}
