import {createServer, type Server, type Socket} from 'node:net';
import {encodeReply, type LoadReply, ReplyReader} from '../resp.js';
import {DemoFailure} from '../server-process.js';
import type {SimulatedNode} from './cluster.js';

/** The first port that is tried. It is below the ports that systems assign by default (ephemeral ports). */
const firstPort = 21_000;
const lastPort = 31_900;

export type Listener = {
	readonly port: number;
	/** Sets the node whose replies this listener sends. */
	serve(node: SimulatedNode): void;
	/** Closes the port and every connection. New connections are then refused. */
	close(): void;
	/** Opens the port again. */
	reopen(): void;
};

export type AskNode = (words: readonly string[], node: SimulatedNode) => LoadReply;

/**
Opens listeners on the first `count` free ports of 127.0.0.1. Rejects with a `DemoFailure` when there are too few.
*/
export async function openListeners(count: number, ask: AskNode): Promise<Listener[]> {
	const listeners: Listener[] = [];
	for (let port = firstPort; listeners.length < count && port <= lastPort; port++) {
		const listener = await openListener(port, ask);
		if (listener !== undefined) {
			listeners.push(listener);
		}
	}

	if (listeners.length < count) {
		throw new DemoFailure(`127.0.0.1 has no ${count} free ports between ${firstPort} and ${lastPort}`);
	}

	return listeners;
}

/** Opens a listener on a port; undefined when the port is in use. */
async function openListener(port: number, ask: AskNode): Promise<Listener | undefined> {
	const sockets = new Set<Socket>();
	let node: SimulatedNode | undefined;
	const server = createServer({noDelay: true}, socket => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		// The event `close` follows every error and removes the connection.
		socket.on('error', () => {});
		answerOn(socket, words => (node === undefined ? null : ask(words, node)));
	});
	if (!(await listen(server, port))) {
		return undefined;
	}

	return {
		port,
		serve(served) {
			node = served;
		},
		close() {
			server.close();
			for (const socket of sockets) {
				socket.destroy();
			}
		},
		reopen() {
			// If another process has taken the port meanwhile, the port stays closed and the node looks down.
			server.once('error', () => {});
			server.listen(port, '127.0.0.1');
		},
	};
}

function listen(server: Server, port: number): Promise<boolean> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
				resolve(false);
			} else {
				reject(new DemoFailure(`a simulated node could not listen: ${error.message}`));
			}
		});
		server.listen(port, '127.0.0.1', () => {
			server.removeAllListeners('error');
			resolve(true);
		});
	});
}

function answerOn(socket: Socket, answer: (words: readonly string[]) => LoadReply): void {
	const reader = new ReplyReader();
	socket.on('data', (chunk: Buffer) => {
		// One probe of redis-top uses no Redis client and sends PING as an inline command, which is not an array of RESP.
		if (chunk[0] !== 0x2a && /^[a-z]+\r?\n$/i.test(chunk.toString('latin1'))) {
			socket.write(encodeReply(answer([chunk.toString('latin1').trim()])));
			return;
		}

		try {
			const commands = reader.read(chunk);
			socket.write(commands.map(command => encodeReply(answer(wordsOf(command)))).join(''));
		} catch {
			socket.destroy();
		}
	});
}

const wordsOf = (command: LoadReply): string[] =>
	Array.isArray(command) ? command.map(word => (typeof word === 'string' ? word : '')) : [];
