import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import {readDenials} from '../../source/actions/execute/read-denials.js';
import {runAction} from '../../source/actions/execute/run-action.js';
import {startServer} from '../harness/servers.js';
import {benchFor, prepare, settingsFor, testedServers} from './workbench.js';

const [oldest = 'path'] = testedServers();

test('what the user may not do is said by the server in advance', async t => {
	const server = await startServer({server: oldest});
	t.after(() => server.stop());
	await server.command('ACL', 'SETUSER', 'guest', 'on', '>word', '~*', '+@all', '-bgsave', '-config|set');
	const settings = {...settingsFor(server.port), username: 'guest', password: 'word'};
	const denials = await readDenials(settings, benchFor(t).gate);
	for (const id of ['bgsave', 'bgsave-schedule', 'set-maxmemory', 'set-save'] as const) {
		assert.match(denials.get(id) ?? '', /no permissions/);
	}

	assert.equal(denials.get('slowlog-reset'), undefined);
	assert.equal(denials.get('client-kill'), undefined);
});

test('a connection cut at any byte of request or reply: sent once, carried out at most once, and called unknown', async t => {
	const server = await startServer({server: oldest});
	t.after(() => server.stop());
	const [request, reply] = ['*2\r\n$7\r\nSLOWLOG\r\n$5\r\nRESET\r\n', '+OK\r\n'];
	const cutAt = async (bytes: number) => {
		const cutter = await cutting(server.port, 'RESET', bytes);
		const bench = benchFor(t);
		const prepared = await prepare(bench, {port: cutter.port, command: server.command}, 'slowlog-reset');
		const {outcome} = await runAction(prepared, bench.gate, () => undefined, AbortSignal.timeout(1500));
		cutter.close();
		assert.equal(bench.sent.length, 1);
		// Without its last line feed a reply can be read already.
		const isRead = bytes === request.length + reply.length - 1;
		assert.equal(outcome?.kind, isRead ? 'replied' : 'unknown', `${bytes}: ${JSON.stringify(outcome)}`);
		assert.equal(cutter.requestBytes(), request.length);
	};

	await Promise.all(Array.from({length: request.length + reply.length}, (_, bytes) => cutAt(bytes)));
	// Those that reached the server whole, whatever came back of the reply.
	const stats = String(await server.command('INFO', 'commandstats'));
	assert.match(stats, new RegExp(`cmdstat_slowlog\\|reset:calls=${reply.length},`));
});

/** A proxy that ends the connection after so many bytes of the chunk that holds the word, and then of its answer. */
async function cutting(port: number, word: string, cutAfter: number) {
	const sockets = new Set<net.Socket>();
	let requestBytes = 0;
	const proxy = net.createServer(client => {
		const upstream = net.connect(port, '127.0.0.1');
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				client.destroy();
				upstream.destroy();
			});
		}

		upstream.pipe(client);
		client.on('data', chunk => {
			if (!chunk.includes(word) || chunk.includes('DRYRUN')) {
				upstream.write(chunk);
				return;
			}

			requestBytes = chunk.length;
			upstream.unpipe(client);
			if (cutAfter < chunk.length) {
				upstream.write(chunk.subarray(0, cutAfter), () => client.destroy());
				return;
			}

			upstream.write(chunk);
			upstream.once('data', answer =>
				client.write(answer.subarray(0, cutAfter - chunk.length), () => client.destroy()),
			);
			upstream.resume();
		});
	});
	await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
	return {
		port: (proxy.address() as net.AddressInfo).port,
		requestBytes: () => requestBytes,
		close() {
			for (const socket of sockets) {
				socket.destroy();
			}

			proxy.close();
		},
	};
}
