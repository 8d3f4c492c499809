import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import {test} from 'node:test';
import {folderFor, serverFor, serverVersions} from '../e2e/monitor.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {RespClient} from '../harness/resp-client.js';
import {assertVerdict, climbed, rungsOf} from './climbed.js';

/** The oldest Redis and the newest Valkey: their words differ most. */
const versions = (await serverVersions()).filter(
	({name}, index, all) => index === 0 || index === all.length - 1 || name === 'path',
);

const secret = 'correct-horse-battery';

for (const {name, program} of versions) {
	test(`a healthy server: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		const ladder = await climbed(server.port);
		assert.equal(ladder.verdict.status, 'ok', JSON.stringify(ladder.verdict));
		assert.match(rungsOf(ladder, 'state')[0]?.result ?? '', /^(?:redis|valkey) \d+\.\d+\.\d+, primary, serves$/);
		assert.equal(rungsOf(ladder, 'rights')[0]?.status, 'ok');
		assert.equal(ladder.hosting.kind, 'self-hosted');
		assert.ok(ladder.rungs.every(({status, tookMs}) => status === 'skipped' || tookMs === undefined || tookMs >= 0));
	});

	test(`credentials: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--requirepass', secret]});
		const admin = await server.connect();
		await admin.command('AUTH', secret);
		await admin.command('ACL', 'SETUSER', 'off', 'off', `>${secret}`, '+@all');
		await admin.command('ACL', 'SETUSER', 'narrow', 'on', `>${secret}`, 'resetchannels', '-@all', '+ping', '+info');
		await admin.command('ACL', 'SETUSER', 'blind', 'on', `>${secret}`, 'resetchannels', '-@all', '+ping');
		await admin.command('ACL', 'SETUSER', 'mute', 'on', `>${secret}`, 'resetchannels', '-@all');
		assertVerdict(await climbed(server.port), 'critical', 'auth', 'NOAUTH');
		assertVerdict(await climbed(server.port, {password: 'staple'}), 'critical', 'auth', 'WRONGPASS');
		// The server's words are the same for all three: the explanation names each, and the command that tells them apart.
		for (const username of ['off', 'nobody', 'narrow']) {
			const password = username === 'narrow' ? 'staple' : secret;
			const ladder = await climbed(server.port, {username, password});
			assertVerdict(ladder, 'critical', 'auth', 'WRONGPASS');
			const explained = JSON.stringify(rungsOf(ladder, 'auth'));
			assert.match(explained, /a wrong password, a user that does not exist and a user that is off/);
			assert.match(explained, new RegExp(`--user ADMIN --askpass ACL GETUSER ${username}"`));
		}

		assertVerdict(await climbed(server.port, {username: 'mute', password: secret}), 'critical', 'ping', 'NOPERM');
		const blind = await climbed(server.port, {username: 'blind', password: secret});
		assertVerdict(blind, 'unknown', 'state', 'NOPERM');
		const narrow = await climbed(server.port, {username: 'narrow', password: secret});
		assertVerdict(narrow, 'warning', 'rights', 'NOPERM');
		assert.match(JSON.stringify(narrow.verdict.next), /\+slowlog\|get/);
		const good = await climbed(server.port, {password: secret});
		assert.equal(good.verdict.status, 'ok', JSON.stringify(good.verdict));
		assert.doesNotMatch(JSON.stringify([good, narrow, blind]), new RegExp(secret));
		await admin.command('ACL', 'SETUSER', 'default', 'off');
		assertVerdict(await climbed(server.port), 'critical', 'auth', 'NOAUTH');
	});

	test(`a password where none is needed is no outage: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		const ladder = await climbed(server.port, {password: secret});
		assert.equal(rungsOf(ladder, 'auth')[0]?.code, 'NEEDLESS_PASSWORD');
		assert.equal(ladder.verdict.status, 'ok');
	});

	test(`maxclients: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--maxclients', '1']});
		const holder = await eventually('the one place', async () => {
			const client = await RespClient.connect({port: server.port});
			return client.command('PING').then(
				reply => (reply === 'PONG' ? client : undefined),
				() => undefined,
			);
		});
		t.after(() => holder.close());
		assertVerdict(await climbed(server.port), 'critical', 'greeting', 'MAXCLIENTS');
	});

	test(`protected mode: ${name}`, async t => {
		const own = Object.values(os.networkInterfaces())
			.flatMap(addresses => addresses ?? [])
			.find(({internal, family}) => !internal && family === 'IPv4');
		if (own === undefined) {
			t.skip('this machine has no address but loopback');
			return;
		}

		const server = await serverFor(t, {server: program, args: ['--bind', '0.0.0.0', '--protected-mode', 'yes']});
		assertVerdict(await climbed(server.port, {host: own.address}), 'critical', 'greeting', 'DENIED');
		const withPassword = await climbed(server.port, {host: own.address, password: 'secret'});
		assertVerdict(withPassword, 'critical', 'greeting', 'LOST_PASSWORD');
		assert.match(JSON.stringify(withPassword.verdict.next[0]), /see on its host how it was started/);
	});

	test(`loading, with progress: ${name}`, async t => {
		const dir = folderFor(t);
		const first = await serverFor(t, {server: program, dir, args: ['--enable-debug-command', 'local']});
		await first.command('DEBUG', 'POPULATE', '20000', 'key', '100');
		await first.command('SAVE');
		await first.stop();
		const args = ['--key-load-delay', '500', '--loading-process-events-interval-bytes', '1024'];
		const server = await serverFor(t, {server: program, dir, args});
		const ladder = await eventually('a share read', async () => {
			const found = await climbed(server.port);
			return /% read/.test(found.verdict.text) ? found : undefined;
		});
		assertVerdict(ladder, 'warning', 'state', 'LOADING');
		assert.match(ladder.verdict.text, /is loading its data set: [\d.]+% read/);
	});

	test(`busy with a script: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--busy-reply-threshold', '100']});
		const runner = await server.connect();
		runner.command('EVAL', 'while true do end', '0').catch(() => undefined);
		const ladder = await eventually('BUSY', async () => {
			const found = await climbed(server.port, {timeoutMs: 1000});
			return found.verdict.code === 'BUSY' ? found : undefined;
		});
		assertVerdict(ladder, 'critical', 'state', 'BUSY');
		assert.match(JSON.stringify(ladder.verdict.next[0]), /SCRIPT KILL/);
		await server.command('SCRIPT', 'KILL');
	});

	test(`a replica without its primary: ${name}`, async t => {
		const replicaOf = ['--replicaof', '127.0.0.1', String(await freePort())];
		const strict = await serverFor(t, {server: program, args: [...replicaOf, '--replica-serve-stale-data', 'no']});
		assertVerdict(await climbed(strict.port), 'critical', 'state', 'MASTERDOWN');
		const lenient = await serverFor(t, {server: program, args: replicaOf});
		const ladder = await climbed(lenient.port);
		assertVerdict(ladder, 'warning', 'state', 'MASTERDOWN');
		assert.ok(rungsOf(ladder, 'state').some(({code, status}) => code === 'READONLY' && status === 'info'));
	});

	test(`a failed save: ${name}`, async t => {
		const dir = folderFor(t);
		const server = await serverFor(t, {server: program, dir, args: ['--save', '3600 1']});
		rmSync(dir, {recursive: true});
		await server.command('BGSAVE');
		const ladder = await eventually('MISCONF', async () => {
			const found = await climbed(server.port);
			return found.verdict.status === 'critical' ? found : undefined;
		});
		assertVerdict(ladder, 'critical', 'state', 'MISCONF_RDB');
	});

	test(`over maxmemory with nothing to evict: ${name}`, async t => {
		const args = ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'];
		const server = await serverFor(t, {server: program, args});
		await server.command('EVAL', 'for i=1,20000 do redis.call("set","k"..i,string.rep("x",100)) end', '0');
		assertVerdict(await climbed(server.port), 'critical', 'state', 'OOM');
	});

	test(`too few replicas: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--min-replicas-to-write', '1']});
		assertVerdict(await climbed(server.port), 'critical', 'state', 'NOREPLICAS');
	});

	test(`a cluster without slots: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--cluster-enabled', 'yes']});
		assertVerdict(await climbed(server.port), 'critical', 'state', 'CLUSTERDOWN');
	});
}

test('the append-only file on a full disk', {
	skip: process.platform !== 'linux' || process.getuid?.() !== 0,
}, async t => {
	const {execFileSync} = await import('node:child_process');
	const dir = folderFor(t);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir], {stdio: 'pipe'});
	} catch {
		t.skip('no file system can be mounted here');
		return;
	}

	try {
		const server = await serverFor(t, {dir, args: ['--appendonly', 'yes', '--appendfsync', 'always']});
		await server.command('CONFIG', 'SET', 'appendfsync', 'everysec');
		await eventually('a full disk', async () => {
			const reply = await server.command('SET', `k${Math.random()}`, 'x'.repeat(100_000));
			return reply instanceof Error ? true : undefined;
		});
		const ladder = await climbed(server.port);
		assertVerdict(ladder, 'critical', 'state', 'MISCONF_AOF');
		assert.match(ladder.verdict.text, /the disk of \S+ is full: \S+ of \S+ free/);
		await server.stop();
	} finally {
		execFileSync('umount', ['-l', dir], {stdio: 'pipe'});
	}
});
