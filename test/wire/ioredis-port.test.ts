import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import {parseInfo} from '../../source/parse/info.js';
import {clientName, openActionPort, openPort} from '../../source/wire/ioredis-port.js';
import {sentinelChannel} from '../../source/wire/read-commands.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../../source/wire/redis-port.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {settingsFor} from '../harness/live.js';
import {callsOf} from '../harness/server-words.js';
import {serverBinaries, startServer, type TestServer} from '../harness/servers.js';

const secret = 'hunter2-and-more';

/** Runs with an open port and closes it again. */
async function withPort<T>(port: RedisPort, use: (port: RedisPort) => Promise<T>): Promise<T> {
	try {
		await port.open();
		return await use(port);
	} finally {
		port.close();
	}
}

/** The error that `open` rejects with. */
async function refusalOf(port: RedisPort): Promise<ReplyFailure | WireFailure> {
	try {
		await port.open();
	} catch (error) {
		assert.ok(error instanceof ReplyFailure || error instanceof WireFailure, String(error));
		return error;
	} finally {
		port.close();
	}

	return assert.fail('the port opened');
}

/** All that a failure says, wherever it could be hidden. */
const sayings = (error: Error): string =>
	[error.message, error.stack, JSON.stringify(error), JSON.stringify(Object.getOwnPropertyDescriptors(error))].join(
		'\n',
	);

for (const name of serverBinaries().keys()) {
	test(name, async suite => {
		const guarded = await startServer({server: name, args: ['--requirepass', secret]});
		suite.after(() => guarded.stop());
		const admin = await guarded.connect();
		await admin.command('AUTH', secret);
		await admin.command('ACL', 'SETUSER', 'least', 'on', `>${secret}`, '-@all', '+ping', '+info');

		await suite.test('asks in one write and reads the replies in order', async () => {
			await withPort(openPort(settingsFor(guarded, {password: secret})), async port => {
				const [pong, info, config, missing] = await port.ask(
					[['PING'], ['INFO', 'server'], ['CONFIG', 'GET', 'maxmemory'], ['CLUSTER', 'NODES']],
					5000,
				);
				assert.equal(pong, 'PONG');
				assert.equal(parseInfo(String(info)).number('server', 'process_id'), guarded.pid);
				assert.deepEqual(config, ['maxmemory', '0']);
				assert.ok(missing instanceof ReplyFailure, 'cluster mode is off');
				assert.ok(port.traffic.bytesOut > 50 && port.traffic.bytesIn > 500);
			});
		});

		await suite.test('is known to the server by its name, on a server with a password too', async () => {
			await withPort(openPort(settingsFor(guarded, {password: secret})), async port => {
				await port.ask([['PING']], 5000);
				assert.deepEqual(await port.ask([['CLIENT', 'GETNAME']], 5000), [clientName]);
			});
		});

		await suite.test('a wrong password, a wrong user, and none', async () => {
			for (const parts of [{password: 'wrong-password'}, {username: 'nobody', password: 'wrong-password'}]) {
				const failure = await refusalOf(openPort(settingsFor(guarded, parts)));
				assert.ok(failure instanceof ReplyFailure);
				assert.equal(failure.code, 'WRONGPASS');
				assert.doesNotMatch(sayings(failure), /wrong-password/);
			}

			await withPort(openPort(settingsFor(guarded)), async port => {
				const [reply] = await port.ask([['INFO']], 5000);
				assert.ok(reply instanceof ReplyFailure && reply.code === 'NOAUTH');
			});
		});

		await suite.test('a user of few rights: what is denied is a value among the replies', async () => {
			const settings = settingsFor(guarded, {username: 'least', password: secret});
			await withPort(openPort(settings), async port => {
				const [info, slowlog, clients] = await port.ask([['INFO'], ['SLOWLOG', 'GET', '16'], ['CLIENT', 'LIST']], 5000);
				assert.equal(typeof info, 'string');
				for (const denied of [slowlog, clients]) {
					assert.ok(denied instanceof ReplyFailure && denied.code === 'NOPERM', String(denied));
				}
			});
		});

		await suite.test(
			'the sentinels’ channel is listened to, without the right not, and no longer than the connection lives',
			async () => {
				const published = async (text: string) =>
					eventually('somebody to listen', async () =>
						Number(await admin.command('PUBLISH', sentinelChannel, text)) > 0 ? true : undefined,
					);
				const settings = settingsFor(guarded, {password: secret});
				const received: string[] = [];
				await withPort(openPort(settings), async port => {
					const subscription = port.subscribe(60_000, message => {
						received.push(message);
						return received.length === 2;
					});
					await published('one');
					await published('two');
					await subscription;
				});
				assert.deepEqual(received, ['one', 'two']);
				await withPort(openPort(settings), port => port.subscribe(1, () => false));
				await withPort(openPort(settingsFor(guarded, {username: 'least', password: secret})), async port => {
					await assert.rejects(
						port.subscribe(60_000, () => true),
						(error: Error) => error instanceof ReplyFailure && error.code === 'NOPERM',
					);
				});
				await withPort(openPort(settings), async port => {
					const subscription = assert.rejects(
						port.subscribe(60_000, () => false),
						WireFailure,
					);
					await published('three');
					port.close();
					await subscription;
				});
			},
		);

		await suite.test('credentials that are another’s are tried and done without', async () => {
			const open = await startServer({server: name});
			suite.after(() => open.stop());
			const parts = {username: 'nobody', password: 'wrong-password'};
			assert.ok((await refusalOf(openPort(settingsFor(open, parts)))) instanceof ReplyFailure);
			await withPort(openPort(settingsFor(open, {...parts, areBorrowed: true})), async port => {
				assert.deepEqual(await port.ask([['PING']], 5000), ['PONG']);
			});
		});

		await suite.test('nothing that is no read leaves, not even in company', async () => {
			const calls = async (command: string) => {
				const info = parseInfo(String(await admin.command('INFO', 'commandstats')));
				return info.text('commandstats', `cmdstat_${command}`)?.split(',')[0] ?? 'none';
			};
			const [pings, flushes] = [await calls('ping'), await calls('flushall')];
			await withPort(openPort(settingsFor(guarded, {password: secret})), async port => {
				await assert.rejects(port.ask([['PING'], ['FLUSHALL']], 5000), TypeError);
				await assert.rejects(port.ask([['config', 'set', 'maxmemory', '1']], 5000), TypeError);
				await assert.rejects(port.ask([[]], 5000), TypeError);
				await assert.rejects(port.ask([['SUBSCRIBE', sentinelChannel]], 5000), TypeError);
				await port.ask([['TIME']], 5000);
			});
			assert.deepEqual([await calls('ping'), await calls('flushall')], [pings, flushes]);
		});

		await suite.test('frozen: no reply in time, then settled when it wakes, and all goes on', async () => {
			await withPort(openPort(settingsFor(guarded, {password: secret})), async port => {
				await port.ask([['PING']], 5000);
				process.kill(guarded.pid, 'SIGSTOP');
				try {
					await assert.rejects(
						port.ask([['INFO']], 100),
						error => error instanceof WireFailure && error.code === 'TIMEOUT' && error.wasSent,
					);
					assert.ok(port.isOpen);
					const settled = port.settled().then(() => 'settled');
					assert.equal(
						await Promise.race([settled, new Promise(resolve => setImmediate(resolve, 'pending'))]),
						'pending',
					);
					process.kill(guarded.pid, 'SIGCONT');
					assert.equal(await settled, 'settled');
					assert.deepEqual(await port.ask([['PING']], 5000), ['PONG']);
				} finally {
					process.kill(guarded.pid, 'SIGCONT');
				}
			});
		});

		await suite.test('frozen while we log in: the connection is given up, not used without its login', async () => {
			process.kill(guarded.pid, 'SIGSTOP');
			try {
				const port = openPort(settingsFor(guarded, {password: secret, timeoutMs: 200}));
				await assert.rejects(port.open(), error => error instanceof WireFailure && error.code === 'TIMEOUT');
				assert.equal(port.isOpen, false);
			} finally {
				process.kill(guarded.pid, 'SIGCONT');
			}
		});

		await suite.test('an action is sent once; a refusal keeps its words and nothing of its arguments', async () => {
			const port = openActionPort(settingsFor(guarded, {password: secret}));
			await port.open();
			const sets = async () => (await callsOf(admin)).get('config|set') ?? 0;
			const before = await sets();
			assert.equal(await port.send(['CONFIG', 'SET', 'maxmemory', '64mb'], 5000), 'OK');
			assert.equal(await sets(), before + 1);
			await assert.rejects(port.send(['NONSENSE', 'private-argument'], 5000), error => {
				assert.ok(error instanceof ReplyFailure);
				assert.match(error.message, /unknown command/i);
				assert.doesNotMatch(sayings(error), /private-argument/);
				return true;
			});
			port.close();
			assert.deepEqual(await admin.command('CONFIG', 'GET', 'maxmemory'), ['maxmemory', String(64 * 1024 ** 2)]);
		});

		await suite.test('a server that doesn’t know AUTH quotes the password; we don’t', async () => {
			const renamed = await startServer({server: name, args: ['--rename-command', 'AUTH', '']});
			try {
				const raw = await renamed.command('AUTH', secret);
				assert.ok(raw instanceof Error && raw.message.includes(secret), 'it does quote it');
				const failure = await refusalOf(openPort(settingsFor(renamed, {password: secret})));
				assert.ok(failure instanceof ReplyFailure);
				assert.match(failure.message, /unknown command/i);
				assert.doesNotMatch(sayings(failure), new RegExp(secret));
			} finally {
				await renamed.stop();
			}
		});

		await suite.test('a password for a server that wants none, a unix socket, and the server’s end', async () => {
			const open = await startServer({server: name, args: ['--unixsocket', 'redis.sock']});
			try {
				await withPort(openPort(settingsFor(open, {password: secret})), async port => {
					assert.deepEqual(await port.ask([['PING']], 5000), ['PONG']);
				});
				const endpoint = {kind: 'unix', path: `${open.dir}/redis.sock`} as const;
				await withPort(openPort(settingsFor(open, {endpoint})), async port => {
					assert.deepEqual(await port.ask([['CLIENT', 'GETNAME']], 5000), [clientName]);
					await assertLost(port, open);
				});
				await open.exited;
				const failure = await refusalOf(openPort(settingsFor(open, {endpoint})));
				assert.ok(failure instanceof WireFailure && /^(?:ENOENT|ECONNREFUSED)$/.test(failure.code));
			} finally {
				await open.stop();
			}
		});
	});
}

/** A server that dies with a reply pending. */
async function assertLost(port: RedisPort, server: TestServer): Promise<void> {
	process.kill(server.pid, 'SIGSTOP');
	const asked = port.ask([['INFO']], 20_000);
	asked.catch(() => undefined);
	process.kill(server.pid, 'SIGKILL');
	await assert.rejects(asked, error => error instanceof WireFailure && error.code !== 'TIMEOUT' && error.wasSent);
	await assert.rejects(port.settled(), WireFailure);
	assert.equal(port.isOpen, false);
	await assert.rejects(port.ask([['PING']], 1000), error => error instanceof WireFailure && !error.wasSent);
}

test('where nothing listens', async () => {
	const port = await freePort();
	const failure = await refusalOf(openPort(settingsFor({host: '127.0.0.1', port})));
	assert.ok(failure instanceof WireFailure);
	assert.deepEqual([failure.code, failure.wasSent], ['ECONNREFUSED', false]);
});

test('a name that has several addresses fails with a reason', async () => {
	const endpoint = {kind: 'tcp', host: 'localhost', port: await freePort()} as const;
	const failure = await refusalOf(openPort(settingsFor({host: '127.0.0.1', port: 1}, {endpoint})));
	assert.ok(failure instanceof WireFailure);
	assert.equal(failure.code, 'ECONNREFUSED');
	assert.notEqual(failure.message, '');
});
