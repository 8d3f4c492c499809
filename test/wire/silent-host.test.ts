import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
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

/** The reason of a failed connection at a time; `isCut`: packets of an open connection are lost, too. */
function watched() {
	let [asked, elapsedMs] = [0, 0];
	const host = new SilentHost({elapsed: () => elapsedMs}, async () => {
		asked += 1;
		return 6380;
	});
	return {
		asked: () => asked,
		async at(atMs: number, isCut = false, error = late) {
			elapsedMs = atMs;
			const {reason = ''} = await host.failureOf(error, remote, isCut);
			return messageText(reason);
		},
	};
}

const hedged = 'filtered or queue full, port 6380 answers';
const certain = 'the port is filtered, port 6380 answers';
const refused = {code: 'ECONNREFUSED', message: ''};

test('a silent host is asked once in ten seconds', async () => {
	const host = watched();
	for (const [atMs, expected] of [
		[0, 1],
		[9000, 1],
		[10_000, 2],
	] as const) {
		assert.equal(await host.at(atMs), hedged);
		assert.equal(host.asked(), expected);
	}

	await host.at(10_000, false, refused);
	await host.at(10_000);
	assert.equal(host.asked(), 3, 'the host has answered since');
});

test('an open connection that is cut off shows that no accept queue is full, as long as the silence lasts', async () => {
	const host = watched();
	assert.equal(await host.at(0, true), certain);
	assert.equal(await host.at(15_000), certain);
	assert.equal(await host.at(30_000), certain);
	assert.equal(await host.at(60_000), hedged, 'it may have answered in between');
	assert.equal(await host.at(61_000, true), certain);
	await host.at(62_000, false, refused);
	assert.equal(await host.at(63_000), hedged, 'it has answered in between');
});
