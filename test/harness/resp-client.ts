import net from 'node:net';

/** A RESP2 reply; an error reply is an `Error` whose message is the server's text. */
export type TestReply = string | number | null | Error | TestReply[];

/**
A connection on which tests send commands to a server. It doesn't use the program's own client. Replies come in the
order of the commands. When the connection ends, every pending command rejects.
*/
export class RespClient {
	readonly #socket: net.Socket;
	readonly #waiting: Array<{resolve: (reply: TestReply) => void; reject: (error: Error) => void}> = [];
	#received = Buffer.alloc(0);
	#ended: Error | undefined;

	private constructor(socket: net.Socket) {
		this.#socket = socket;
		socket.on('data', chunk => {
			this.#received = Buffer.concat([this.#received, chunk]);
			this.#deliver();
		});
		socket.on('error', error => this.#end(error));
		socket.on('close', () => this.#end(new Error('the connection was closed')));
	}

	static connect(endpoint: {host?: string; port: number} | {path: string}): Promise<RespClient> {
		return new Promise((resolve, reject) => {
			const socket = net.connect('path' in endpoint ? endpoint : {host: '127.0.0.1', ...endpoint});
			socket.once('error', reject);
			socket.once('connect', () => {
				socket.off('error', reject);
				resolve(new RespClient(socket));
			});
		});
	}

	/**
	Sends a command and resolves with the reply, even with an error reply. Rejects only if the connection ends before the
	reply.
	*/
	command(...words: ReadonlyArray<string | number>): Promise<TestReply> {
		return new Promise((resolve, reject) => {
			if (this.#ended !== undefined) {
				reject(this.#ended);
				return;
			}

			this.#waiting.push({resolve, reject});
			const parts = words.map(word => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
			this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
		});
	}

	/** Writes bytes without waiting for a reply: for pipelines and incomplete commands. */
	write(bytes: string | Uint8Array): void {
		this.#socket.write(bytes);
	}

	/** Stops reading, so that the server's output buffer for this client grows. */
	pause(): void {
		this.#socket.pause();
	}

	close(): void {
		this.#socket.destroy();
	}

	#deliver(): void {
		for (;;) {
			const parsed = parseReply(this.#received, 0);
			if (parsed === undefined) {
				return;
			}

			this.#received = this.#received.subarray(parsed.end);
			this.#waiting.shift()?.resolve(parsed.reply);
		}
	}

	#end(error: Error): void {
		this.#ended ??= error;
		for (const {reject} of this.#waiting.splice(0)) {
			reject(error);
		}
	}
}

/** Parses the reply that begins at byte `start`; undefined while the reply is incomplete. */
function parseReply(bytes: Buffer, start: number): {reply: TestReply; end: number} | undefined {
	const lineEnd = bytes.indexOf('\r\n', start);
	if (lineEnd === -1) {
		return undefined;
	}

	const type = String.fromCharCode(bytes[start] ?? 0);
	const line = bytes.toString('utf8', start + 1, lineEnd);
	const body = lineEnd + 2;
	switch (type) {
		case '+':
			return {reply: line, end: body};
		case '-':
			return {reply: new Error(line), end: body};
		case ':':
			return {reply: Number(line), end: body};
		case '$': {
			const length = Number(line);
			const end = body + length;
			const isComplete = bytes.length >= end + 2;
			if (length === -1) {
				return {reply: null, end: body};
			}

			return isComplete ? {reply: bytes.toString('utf8', body, end), end: end + 2} : undefined;
		}

		case '*': {
			if (line === '-1') {
				return {reply: null, end: body};
			}

			const items: TestReply[] = [];
			let end = body;
			while (items.length < Number(line)) {
				const item = parseReply(bytes, end);
				if (item === undefined) {
					return undefined;
				}

				items.push(item.reply);
				end = item.end;
			}

			return {reply: items, end};
		}

		default:
			throw new Error(`not a RESP2 reply: ${JSON.stringify(type + line)}`);
	}
}
