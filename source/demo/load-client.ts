import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {encodeCommand, LoadError, type LoadReply, ReplyReader} from './resp.js';

export type LoadCommand = ReadonlyArray<string | number>;

/** A plain connection of the demo's load. It knows no retry: whoever opened it opens another. */
export type LoadClient = {
	/** Sends the commands in one write and resolves with their replies in order; rejects when the connection ends. */
	send(commands: readonly LoadCommand[]): Promise<LoadReply[]>;
	close(): void;
};

type OwedReplies = {
	readonly count: number;
	readonly replies: LoadReply[];
	readonly resolve: (replies: LoadReply[]) => void;
	readonly reject: (error: Error) => void;
};

/** A connected socket to the server on this machine; rejects when nothing listens there. */
export async function openSocket(port: number): Promise<Socket> {
	const socket = connect({host: '127.0.0.1', port, noDelay: true});
	// A later error is always followed by `close`, which is what the callers watch.
	socket.on('error', () => {});
	await once(socket, 'connect');
	return socket;
}

/** Opens a client and names it, when a name is given, for CLIENT LIST. */
export async function openLoadClient({port, name}: {port: number; name?: string}): Promise<LoadClient> {
	const socket = await openSocket(port);
	const reader = new ReplyReader();
	const owed: OwedReplies[] = [];

	socket.on('data', chunk => {
		try {
			for (const reply of reader.read(chunk)) {
				settleNext(owed, reply);
			}
		} catch {
			socket.destroy();
		}
	});
	socket.on('close', () => {
		for (const {reject} of owed.splice(0)) {
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
				owed.push({count: commands.length, replies: [], resolve, reject});
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

/** A reply nobody asked for, a subscriber's message, is dropped. */
function settleNext(owed: OwedReplies[], reply: LoadReply): void {
	const first = owed[0];
	if (first === undefined) {
		return;
	}

	first.replies.push(reply);
	if (first.replies.length === first.count) {
		owed.shift();
		first.resolve(first.replies);
	}
}
