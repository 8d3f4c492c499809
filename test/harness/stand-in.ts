import net from 'node:net';
import type {TestContext} from 'node:test';

/**
A made-up reply. A text is sent as a bulk string, `{status}` as a simple string, `{error}` as an error. `{close}` ends
the connection.
*/
export type MadeUpReply =
	| string
	| number
	| null
	| readonly MadeUpReply[]
	| {readonly status: string}
	| {readonly error: string}
	| {readonly close: true};

function textOf(reply: Exclude<MadeUpReply, {readonly close: true}>): string {
	if (reply === null) {
		return '$-1\r\n';
	}

	switch (typeof reply) {
		case 'number':
			return `:${reply}\r\n`;
		case 'string':
			return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
		default:
			return 'status' in reply
				? `+${reply.status}\r\n`
				: 'error' in reply
					? `-${reply.error}\r\n`
					: `*${(reply as readonly MadeUpReply[]).length}\r\n${(reply as readonly string[]).map(textOf).join('')}`;
	}
}

/** Splits `text` into its complete commands and the rest. */
function commandsIn(text: string): {readonly commands: string[][]; readonly rest: string} {
	const commands: string[][] = [];
	let rest = text;
	for (;;) {
		const parts = rest.split('\r\n');
		const count = Number(/^\*(\d+)$/.exec(parts[0] ?? '')?.[1] ?? Number.NaN);
		// A line with its length precedes each word, and the text ends with a line break.
		if (Number.isNaN(count) || parts.length < 2 * count + 2) {
			return {commands, rest};
		}

		commands.push(Array.from({length: count}, (_, index) => parts[2 * index + 2] ?? ''));
		rest = parts.slice(2 * count + 1).join('\r\n');
	}
}

/**
A server with made-up replies, for products and versions that tests can't start. It ends with the test.

@param answer Returns the reply to a command, whose words are as they were sent. Undefined: `ERR unknown command`.
@returns Its port on 127.0.0.1.
*/
export async function standIn(
	t: TestContext,
	answer: (words: readonly string[]) => MadeUpReply | undefined,
): Promise<number> {
	const sockets = new Set<net.Socket>();
	// Servers send each reply at once. Otherwise the kernel holds small replies back for 40 ms.
	const server = net.createServer({noDelay: true}, socket => {
		sockets.add(socket);
		let pending = '';
		socket.on('error', () => undefined);
		socket.on('data', data => {
			const {commands, rest} = commandsIn(pending + data.toString('latin1'));
			pending = rest;
			for (const words of commands) {
				const reply = answer(words) ?? {error: `ERR unknown command '${words[0]}'`};
				if (reply !== null && typeof reply === 'object' && 'close' in reply) {
					socket.destroy();
					return;
				}

				socket.write(textOf(reply));
			}
		});
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.after(() => {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	});
	return (server.address() as net.AddressInfo).port;
}
