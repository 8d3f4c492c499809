import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import {answeringPort, SilentHost, withAnsweringPort} from '../../source/wire/silent-host.js';

const late = {code: 'ETIMEDOUT', message: 'connect ETIMEDOUT'};
const remote = {kind: 'tcp', host: '192.0.2.1', port: 6379} as const;
const answers = async ({port}: {readonly port: number}) => port + 1;

test('a port that refuses is an answer, and so is one that accepts', async t => {
	const server = net.createServer(socket => socket.destroy());
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	assert.equal(await answeringPort({host: '127.0.0.1', port: port - 1}), port);
	assert.equal(await answeringPort({host: '127.0.0.1', port: 1}), 2, 'nothing listens on port 2');
});

test('only an error without any answer is asked about', async () => {
	assert.deepEqual(await withAnsweringPort(late, remote, answers), {
		code: 'ETIMEDOUT',
		message: 'connect ETIMEDOUT; answers: 6380',
	});
	assert.deepEqual(await withAnsweringPort(late, remote, async () => undefined), late);
	for (const [error, endpoint] of [
		[{code: 'ECONNREFUSED', message: ''}, remote],
		[{code: 'ETIMEDOUT', message: 'connect ETIMEDOUT; arp: silent'}, remote],
		[late, {...remote, host: '127.0.0.1'}],
		[late, {kind: 'unix', path: '/run/redis.sock'}],
	] as const) {
		assert.equal(await withAnsweringPort(error, endpoint, answers), error);
	}
});

test('a silent host is asked once in ten seconds', async () => {
	let [asked, elapsedMs] = [0, 0];
	const host = new SilentHost({elapsed: () => elapsedMs}, async () => {
		asked += 1;
		return 6380;
	});
	for (const [atMs, expected] of [
		[0, 1],
		[9000, 1],
		[10_000, 2],
	] as const) {
		elapsedMs = atMs;
		assert.equal((await host.explain(late, remote)).message, 'connect ETIMEDOUT; answers: 6380');
		assert.equal(asked, expected);
	}

	await host.explain({code: 'ECONNREFUSED', message: ''}, remote);
	await host.explain(late, remote);
	assert.equal(asked, 3, 'the host has answered since');
});
