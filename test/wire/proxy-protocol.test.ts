import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import {openPort} from '../../source/wire/ioredis-port.js';
import {settingsFor} from '../harness/live.js';
import {serverBinaries, startServer} from '../harness/servers.js';

const header = 'PROXY TCP4 10.0.1.1 10.0.1.2 40000 6379\r\n';

/** A load balancer in front of a server. It sends the header at once, or with the first bytes of the client. */
async function balancer(port: number, isLate: boolean): Promise<{readonly port: number; readonly close: () => void}> {
	const sockets: net.Socket[] = [];
	const server = net.createServer(client => {
		const backend = net.connect(port, '127.0.0.1');
		sockets.push(client, backend);
		for (const socket of [client, backend]) {
			socket.on('error', () => undefined);
		}

		backend.pipe(client);
		if (isLate) {
			client.once('data', first => {
				backend.write(Buffer.concat([Buffer.from(header), first]));
				client.pipe(backend);
			});
		} else {
			backend.write(header);
			client.pipe(backend);
		}
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === 'object');
	return {
		port: address.port,
		close() {
			server.close();
			for (const socket of sockets) {
				socket.destroy();
			}
		},
	};
}

// Valkey 9.1 answers any command before a login with NOAUTH, also one that it does not know.
for (const name of serverBinaries().keys()) {
	for (const [when, isLate, password] of [
		['at once', false, undefined],
		['with the first command', true, undefined],
		...(name === 'valkey-9.1' ? [] : ([['before the login', true, 'hunter2']] as const)),
	] as const) {
		test(`${name}: a header of the PROXY protocol ${when} ends the connection with that reason`, async suite => {
			const server = await startServer({
				server: name,
				args: password === undefined ? [] : ['--requirepass', password],
			});
			suite.after(() => server.stop());
			const front = await balancer(server.port, isLate);
			suite.after(() => front.close());
			const port = openPort({...settingsFor({host: '127.0.0.1', port: front.port}), password});
			const session = async () => {
				await port.open();
				for (let turn = 0; turn < 5; turn += 1) {
					await port.ask([['PING']], 2000);
				}
			};
			await assert.rejects(session(), {code: 'PROXY_PROTOCOL'});
			port.close();
		});
	}
}
