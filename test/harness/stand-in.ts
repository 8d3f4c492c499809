import net from 'node:net';
import type {TestContext} from 'node:test';

/** A made-up reply: text is a bulk string, `{status}` a simple string, `{error}` an error; `'close'` ends the connection. */
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

/** The complete commands in `text`, and what is left of it. */
function commandsIn(text: string): {readonly commands: string[][]; readonly rest: string} {
	const commands: string[][] = [];
	let rest = text;
	for (;;) {
		const parts = rest.split('\r\n');
		const count = Number(/^\*(\d+)$/.exec(parts[0] ?? '')?.[1] ?? Number.NaN);
		// Each word has a line with its length; the text ends with a line break.
		if (Number.isNaN(count) || parts.length < 2 * count + 2) {
			return {commands, rest};
		}

		commands.push(Array.from({length: count}, (_, index) => parts[2 * index + 2] ?? ''));
		rest = parts.slice(2 * count + 1).join('\r\n');
	}
}

/**
A server that answers from a table, for products and versions of which no server is there. It ends with the test.

@param answer The reply to a command, whose words are as they were sent. Undefined: `ERR unknown command`.
@returns Its port on 127.0.0.1.
*/
export async function standIn(
	t: TestContext,
	answer: (words: readonly string[]) => MadeUpReply | undefined,
): Promise<number> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer(socket => {
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
