import assert from 'node:assert/strict';
import test from 'node:test';
import {eventually} from '../../harness/eventually.js';
import {RespClient} from '../../harness/resp-client.js';
import {act, assertProved, assertRefused, serverFor, testedServers, twoServers} from '../workbench.js';

for (const name of twoServers()) {
	test(`clients are killed, unblocked and paused: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		const victim = await server.connect();
		const id = String(await victim.command('CLIENT', 'ID'));
		assertProved(await act(t, server, 'client-kill', id), /no longer in CLIENT LIST/);
		await assert.rejects(victim.command('PING'));

		const listener = await server.connect();
		await listener.command('SUBSCRIBE', 'news');
		const progress = await act(t, server, 'client-kill-filter', 'type pubsub');
		assert.equal(progress.plan.phrase, 'kill 1');
		assertProved(progress, /none of the 1/);

		const waiting = await server.connect();
		const waitingId = String(await waiting.command('CLIENT', 'ID'));
		const answer = waiting.command('BLPOP', 'nothing', '0');
		await eventually('it waits', async () =>
			/flags=b/.test(String(await server.command('CLIENT', 'LIST', 'ID', waitingId))) ? true : undefined,
		);
		assertProved(await act(t, server, 'client-unblock', `${waitingId} error`), /unblocked/);
		assert.match(String(await answer), /UNBLOCKED/);

		const paused = await act(t, server, 'client-pause', '20000');
		assert.deepEqual(paused.plan.command, ['CLIENT', 'PAUSE', '20000', 'WRITE']);
		assertProved(paused);
		const writer = await server.connect();
		const written = writer.command('SET', 'key', 'value');
		assertProved(await act(t, server, 'client-unpause'));
		assert.equal(await written, 'OK');
	});

	test(`a kind of client is killed, and nobody else: ${name}`, async t => {
		const server = await serverFor(t, {server: name, args: ['--bind', '127.0.0.1 127.0.0.2']});
		await server.command('ACL', 'SETUSER', 'app', 'on', 'nopass', '+@all', '~*');
		const bystander = await server.connect();
		const victimOf = async (host = '127.0.0.1') => {
			const client = await RespClient.connect({host, port: server.port});
			t.after(() => client.close());
			return client;
		};
		const killed = async (victim: RespClient, filter: string) => {
			const progress = await act(t, server, 'client-kill-filter', filter);
			assert.equal(progress.plan.phrase, 'kill 1');
			assertProved(progress, /none of the 1 is in CLIENT LIST any more/);
			await assert.rejects(victim.command('PING'));
			assert.equal(await bystander.command('PING'), 'PONG');
		};

		const user = await victimOf();
		assert.equal(await user.command('AUTH', 'app', 'x'), 'OK');
		await killed(user, 'USER app');
		const here = await victimOf();
		const address = /addr=(\S+)/.exec(String(await here.command('CLIENT', 'INFO')))?.[1] ?? '';
		await killed(here, `ADDR ${address}`);
		await killed(await victimOf('127.0.0.2'), `LADDR 127.0.0.2:${server.port}`);
		assertRefused(await act(t, server, 'client-kill-filter', 'USER nobody'), /^ERR No such user '?nobody'?/);
	});
}

test('clients of an age are killed where the server knows ages, refused where it does not', async t => {
	const [old = 'path'] = twoServers();
	assertRefused(await act(t, await serverFor(t, {server: old}), 'client-kill-filter', 'MAXAGE 1'), /^ERR syntax error/);
	const young = testedServers().findLast(name => /^(?:redis-8|valkey)/.test(name));
	if (young === undefined) {
		t.skip('no server that knows ages');
		return;
	}

	const server = await serverFor(t, {server: young});
	const [victim, harness] = [await server.connect(), await server.connect()];
	const ages = async () =>
		[...String(await harness.command('CLIENT', 'LIST')).matchAll(/ age=(\d+)/g)].map(([, age]) => Number(age));
	await eventually('all are old', async () => (await ages()).every(age => age >= 1) || undefined);
	// Its own connection, which is new, is among the young.
	const progress = await act(
		t,
		{port: server.port, command: harness.command.bind(harness)},
		'client-kill-filter',
		'MAXAGE 1',
	);
	assert.equal(progress.plan.phrase, 'kill 2');
	assertProved(progress, /none of the 2 is in CLIENT LIST any more/);
	await assert.rejects(victim.command('PING'));
});
