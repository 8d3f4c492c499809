import assert from 'node:assert/strict';
import net, {type AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {infoOf, runProgram, serverFor, serverVersions} from './monitor.js';

/**
A load balancer: each new connection to the returned port leads to the next of these ports. A port that is set to `only`
gets all further connections.
*/
async function balancerFor(t: TestContext, ports: readonly number[]) {
	const state: {only: number | undefined} = {only: undefined};
	const sockets = new Set<net.Socket>();
	let count = 0;
	const server = net.createServer(client => {
		const port = state.only ?? ports[count % ports.length] ?? 0;
		count += 1;
		const behind = net.connect({host: '127.0.0.1', port});
		for (const [socket, other] of [
			[client, behind],
			[behind, client],
		] as const) {
			sockets.add(socket);
			socket.on('error', () => other.destroy()).on('close', () => other.destroy());
			socket.pipe(other);
		}
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.after(() => {
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return {port: (server.address() as AddressInfo).port, state};
}

for (const {name, program} of await serverVersions()) {
	test(`an address that leads to a primary and its replica is told, and not after a failover: ${name}`, async t => {
		const primary = await serverFor(t, {server: program});
		const replica = await serverFor(t, {server: program, args: ['--replicaof', '127.0.0.1', `${primary.port}`]});
		await eventually('the replica has its data', async () =>
			(await infoOf(replica, 'replication')).get('master_link_status') === 'up' ? true : undefined,
		);
		const {port, state} = await balancerFor(t, [primary.port, replica.port]);
		const check = async () => runProgram(t, ['check', `127.0.0.1:${port}`, '--json']);
		const told = /127\.0\.0\.1:\d+ leads to a primary and a replica in turn: some writes fail/;
		const {stdout, code} = await check();
		const report = JSON.parse(stdout) as {readonly verdict: string; readonly findings: ReadonlyArray<{rule: string}>};
		assert.match(report.verdict, told);
		assert.equal(code, 1, stdout);
		state.only = replica.port;
		assert.doesNotMatch((await check()).stdout, /leads to .* in turn/);
		state.only = primary.port;
		assert.doesNotMatch((await check()).stdout, told);
	});
}
