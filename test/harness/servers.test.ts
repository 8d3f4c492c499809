import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {test} from 'node:test';
import {serverBinaries, startServer} from './servers.js';

test('a server starts, answers, shows errors as values and leaves nothing behind', async () => {
	const server = await startServer({args: ['--maxmemory', '10mb']});
	assert.equal(await server.command('SET', 'key', 'wert €'), 'OK');
	assert.equal(await server.command('GET', 'key'), 'wert €');
	assert.deepEqual(await server.command('CONFIG', 'GET', 'maxmemory'), ['maxmemory', '10485760']);
	const reply = await server.command('NONSENSE');
	assert.ok(reply instanceof Error);
	assert.match(reply.message, /^ERR unknown command/);
	assert.match(String(await server.command('INFO', 'server')), new RegExp(`process_id:${server.pid}\\r`));
	await server.stop();
	assert.ok(!existsSync(server.dir));
	assert.throws(() => process.kill(server.pid, 0));
});

test('a stopped (SIGSTOP) server is ended too', async () => {
	const server = await startServer();
	process.kill(server.pid, 'SIGSTOP');
	await server.stop();
	assert.throws(() => process.kill(server.pid, 0));
});

test('a server that wants a password counts as started', async () => {
	const server = await startServer({args: ['--requirepass', 'secret']});
	const reply = await server.command('PING');
	assert.ok(reply instanceof Error && reply.message.startsWith('NOAUTH'));
	const client = await server.connect();
	assert.equal(await client.command('AUTH', 'secret'), 'OK');
	assert.equal(await client.command('PING'), 'PONG');
	void client.command('SHUTDOWN', 'NOSAVE').catch(() => undefined);
	assert.equal(await server.exited, 0);
	await assert.rejects(client.command('PING'));
	await server.stop();
});

test('a server that cannot start says why', async () => {
	await assert.rejects(startServer({args: ['--no-such-setting', '1']}), /ended at once: .*no-such-setting/s);
});

for (const [name, program] of serverBinaries()) {
	test(`${name} runs`, async () => {
		const server = await startServer({server: program});
		assert.equal(await server.command('PING'), 'PONG');
		await server.stop();
	});
}
