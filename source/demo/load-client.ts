import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {encodeCommand, LoadError, type LoadReply, ReplyReader} from './resp.js';

export type LoadCommand = ReadonlyArray<string | number>;

/** A connection on which the demo sends commands to one server. It does not reconnect. */
export type LoadClient = {
	/** Sends the commands in one write. Resolves with their replies in order; rejects when the connection ends. */
	send(commands: readonly LoadCommand[]): Promise<LoadReply[]>;
	close(): void;
};

type PendingReplies = {
	readonly count: number;
	readonly replies: LoadReply[];
	readonly resolve: (replies: LoadReply[]) => void;
	readonly reject: (error: Error) => void;
};

/** Opens a socket to a port of this machine. Rejects when nothing listens there. */
export async function openSocket(port: number): Promise<Socket> {
	const socket = connect({host: '127.0.0.1', port, noDelay: true});
	// The event `close` follows every later error, and callers handle `close`.
	socket.on('error', () => {});
	await once(socket, 'connect');
	return socket;
}

/** Opens a connection to a server. `name` is the client's name in CLIENT LIST. */
export async function openLoadClient({port, name}: {port: number; name?: string}): Promise<LoadClient> {
	const socket = await openSocket(port);
	const reader = new ReplyReader();
	const pending: PendingReplies[] = [];

	socket.on('data', chunk => {
		try {
			for (const reply of reader.read(chunk)) {
				settleNext(pending, reply);
			}
		} catch {
			socket.destroy();
		}
	});
	socket.on('close', () => {
		for (const {reject} of pending.splice(0)) {
			reject(new LoadError('the connection ended'));
		}
	});

	const client: LoadClient = {
		send(commands) {
			if (socket.destroyed) {
				return Promise.reject(new LoadError('the connection ended'));
			}

			if (commands.length === 0) {
				return Promise.resolve([]);
			}

			return new Promise((resolve, reject) => {
				pending.push({count: commands.length, replies: [], resolve, reject});
				socket.write(commands.map(encodeCommand).join(''));
			});
		},
		close: () => socket.destroy(),
	};
	if (name !== undefined) {
		await client.send([['CLIENT', 'SETNAME', name]]);
	}

	return client;
}

/**
Gives a reply to the oldest pending request. If no request is pending, the reply is a message of a subscription and is
dropped.
*/
function settleNext(pending: PendingReplies[], reply: LoadReply): void {
	const first = pending[0];
	if (first === undefined) {
		return;
	}

	first.replies.push(reply);
	if (first.replies.length === first.count) {
		pending.shift();
		first.resolve(first.replies);
	}
}
