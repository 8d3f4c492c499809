import assert from 'node:assert/strict';
import net from 'node:net';
import os from 'node:os';
import {type TestContext, test} from 'node:test';
import {runProgram} from '../e2e/monitor.js';
import {assertVerdict, climbed} from './climbed.js';

/** An address of this machine to which a packet may be too large, as redis-top sees it; undefined without a network. */
const ownAddress = Object.values(os.networkInterfaces())
	.flatMap(addresses => addresses ?? [])
	.find(({family, internal}) => family === 'IPv4' && !internal)?.address;
const skip = ownAddress === undefined ? 'this machine has no address but its loopback ones' : false;

/**
A service at that address. It answers each command shorter than a whole INFO: PING and INFO with one section. Its other
replies get lost; with `isHung` all but the first PING of a connection.
*/
async function lossyService(t: TestContext, isHung: boolean): Promise<number> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('data', chunk => {
			const text = chunk.toString();
			socket.write('+OK\r\n'.repeat(text.match(/SETNAME|SETINFO/gi)?.length ?? 0));
			if (/INFO\r\n\$3\r\ncpu/i.test(text)) {
				socket.write(isHung ? '' : '$14\r\nused_cpu_sys:1\r\n');
			} else if (/PING/.test(text) && !/INFO/i.test(text)) {
				socket.write('+PONG\r\n');
			}
		});
	});
	t.after(() => {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	});
	await new Promise<void>(resolve => {
		server.listen(0, ownAddress, resolve);
	});
	return (server.address() as net.AddressInfo).port;
}

test('a way that loses large packets is told from a hung server, by diagnose and check', {skip}, async t => {
	const port = await lossyService(t, false);
	const ladder = await climbed(port, {host: ownAddress ?? ''});
	assertVerdict(ladder, 'critical', 'state', 'LARGE_REPLIES');
	assert.match(ladder.verdict.text, /sends small replies only: packet size limit \(MTU\) on the way$/);
	const {stdout} = await runProgram(t, ['check', `${ownAddress}:${port}`]);
	assert.match(stdout.split('\n')[0] ?? '', /sends small replies only: packet size limit \(MTU\) on the way/);
});

test('a server that hangs after its first reply is hung', {skip}, async t => {
	const port = await lossyService(t, true);
	const ladder = await climbed(port, {host: ownAddress ?? ''});
	assertVerdict(ladder, 'unknown', 'state', 'TIMEOUT');
	const {stdout} = await runProgram(t, ['check', `${ownAddress}:${port}`]);
	assert.match(stdout.split('\n')[0] ?? '', /is not responding/);
});
