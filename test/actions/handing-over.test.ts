import assert from 'node:assert/strict';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {runAction} from '../../source/actions/execute/run-action.js';
import {eventually} from '../harness/eventually.js';
import type {TestReply} from '../harness/resp-client.js';
import type {TestServer} from '../harness/servers.js';
import {act, assertProved, assertRefused, benchFor, fill, prepare, serverFor, twoServers, vetoes} from './workbench.js';

const says = (server: TestServer, section: string, pattern: RegExp) =>
	eventually(`${pattern}`, async () => pattern.test(String(await server.command('INFO', section))) || undefined);

const textOf = (reply: TestReply) => (reply instanceof Error ? reply.message : String(reply));

/** A primary and its replica, after the full resync, with no failover under way. */
async function pairFor(t: TestContext, server: string) {
	const args = ['--repl-diskless-sync-delay', '0', '--shutdown-timeout', '60', '--repl-timeout', '600'];
	const primary = await serverFor(t, {server, args});
	await fill(primary, 50);
	const replica = await serverFor(t, {server, args: [...args, '--replicaof', '127.0.0.1', String(primary.port)]});
	await says(primary, 'replication', /state=online/);
	await says(replica, 'replication', /master_link_status:up/);
	return {primary, replica, freeze: () => process.kill(replica.pid, 'SIGSTOP')};
}

for (const name of twoServers()) {
	test(`a shutdown and a failover that wait are ended, one that waits no longer loses what it said: ${name}`, async t => {
		const {primary, replica, freeze} = await pairFor(t, name);
		freeze();
		await fill(primary, 100);
		const stopper = await primary.connect();
		const stopping = stopper.command('SHUTDOWN', 'NOSAVE');
		await says(primary, 'server', /shutdown_in_milliseconds/);
		assert.deepEqual(await vetoes(t, primary, 'shutdown-abort'), []);
		assertProved(await act(t, primary, 'shutdown-abort'), /no longer shuts down/);
		assert.match(textOf(await stopping), /Errors trying to SHUTDOWN/);
		assert.equal(await primary.command('SET', 'key', 'value'), 'OK');

		const to = `127.0.0.1:${replica.port}`;
		const failover = act(t, primary, 'failover', to);
		await says(primary, 'replication', /master_failover_state:waiting-for-sync/);
		// What the server takes from nobody while it hands over.
		assertRefused(await act(t, primary, 'failover', to), /^ERR FAILOVER already in progress/);
		assertRefused(await act(t, primary, 'replicaof', to), /^ERR REPLICAOF not allowed while failing over/);
		assert.deepEqual(await vetoes(t, primary, 'failover-abort'), []);
		assertProved(await act(t, primary, 'failover-abort'), /no failover is under way, it is the primary/);
		const given = await failover;
		assert.deepEqual(given.verification, {
			kind: 'failed',
			text: 'aborted by the server: it is still the primary, and writes go on',
		});
		assert.equal(await primary.command('SET', 'key', 'value'), 'OK');

		const words = (...more: readonly string[]) => ({
			words: ['TO', '127.0.0.1', String(replica.port), 'TIMEOUT', '300', ...more],
			shown: '',
		});
		// Without FORCE its time ends it, with FORCE it ends the wait.
		const late = await act(t, primary, 'failover', words());
		assert.equal(late.verification?.kind, 'failed', JSON.stringify(late));
		assert.match(primary.log(), /never caught up before timeout/);
		const [veto = ''] = await vetoes(t, primary, 'failover-force', to);
		assert.match(veto, /^it lacks ([\d.]+\w*) of writes \| lose \1$/);
		const forced = act(t, primary, 'failover-force', words('FORCE'));
		await says(primary, 'replication', /role:slave|master_failover_state:failover-in-progress/);
		process.kill(replica.pid, 'SIGCONT');
		const progress = await forced;
		assertProved(progress, new RegExp(`it is now a replica of ${to}, link up, `));
		assert.equal(progress.plan.command.join(' '), `FAILOVER TO 127.0.0.1 ${replica.port} TIMEOUT 300 FORCE`);
		assert.match(String(await replica.command('INFO', 'replication')), /role:master[\s\S]*connected_slaves:1/);
	});
}

test('what FAILOVER refuses by itself', async t => {
	const {primary, replica} = await pairFor(t, twoServers()[0] ?? 'path');
	const alone = await serverFor(t);
	assertRefused(await act(t, alone, 'failover', 'any'), /^ERR FAILOVER requires connected replicas/);
	assertRefused(await act(t, replica, 'failover', 'any'), /^ERR FAILOVER is not valid when server is a replica/);
	assertRefused(
		await act(t, primary, 'failover-force', {words: ['TIMEOUT', '300', 'FORCE'], shown: ''}),
		/^ERR FAILOVER with force option requires both a timeout and target HOST and IP/,
	);
	// The replica that the box was about goes: nothing is sent, and the server would say no.
	const bench = benchFor(t);
	const prepared = await prepare(bench, primary, 'failover', `127.0.0.1:${replica.port}`);
	await replica.command('REPLICAOF', 'NO', 'ONE');
	await says(primary, 'replication', /connected_slaves:0/);
	const {outcome} = await runAction(prepared, bench.gate, () => undefined);
	assert.deepEqual(outcome, {
		kind: 'not-sent',
		why: `since the dialog opened: 127.0.0.1:${replica.port} is not one of its replicas`,
	});
	assert.deepEqual(bench.sent, []);
	assertRefused(await act(t, primary, 'failover', `127.0.0.1:${replica.port}`), /requires connected replicas/);
});
