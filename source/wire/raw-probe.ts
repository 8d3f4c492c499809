import net from 'node:net';
import type {Endpoint} from '../domain/node.js';

/** What a port sends before any Redis command. */
export type Greeting =
	/** It spoke before we did, or answered PING: its first line, as it came. */
	| {readonly kind: 'spoke'; readonly text: string; readonly wasUnasked: boolean}
	/** It accepted the connection and closed it without sending anything. */
	| {readonly kind: 'closed'}
	/** It reset or answered our plain PING with a TLS alert. */
	| {readonly kind: 'speaks-tls'}
	/** It took the connection and says nothing. */
	| {readonly kind: 'silent'}
	| {readonly kind: 'unreachable'; readonly code: string};

const listenMs = 300;
const answerMs = 1000;

/**
Opens a bare connection, listens for 300 ms and only then writes `PING`. A server at maxclients or in protected mode
says so unasked and hangs up, which a client library that speaks first never gets to see; a port that speaks TLS
answers a plain PING with an alert (0x15 0x03) or a reset. Costs the server one connection: ask rarely. Never rejects.
*/
export function probeGreeting(endpoint: Endpoint, connectTimeoutMs: number): Promise<Greeting> {
	return new Promise(resolve => {
		let received = '';
		let hasWritten = false;
		let timer: NodeJS.Timeout;
		const socket = net.connect(
			endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port},
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

		wait(connectTimeoutMs, () => finish({kind: 'unreachable', code: 'ETIMEDOUT'}));
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
			finish(received === '' ? {kind: 'closed'} : {kind: 'spoke', text: received, wasUnasked: !hasWritten});
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
