import assert from 'node:assert/strict';
import {test} from 'node:test';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';
import {exampleOf} from '../../source/actions/execute/read-denials.js';
import {panelTable} from '../../source/state/panel-table.js';
import {sentinelChannel} from '../../source/wire/read-commands.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {PtyScreen} from '../harness/pty.js';
import {callsOf, commandsOf} from '../harness/server-words.js';
import type {TestServer} from '../harness/servers.js';
import {makeUser, password} from './acl-users.js';
import {at, openMonitor, polledAgain, runProgram, serverFor, serverVersions} from './monitor.js';

/** All commands that the user may run, as the server itself reports them by ACL DRYRUN. */
async function allowedTo(server: TestServer, user: string): Promise<string[]> {
	const allowed: string[] = [];
	for (const {name, arity} of (await commandsOf(server)).values()) {
		const words = name.split('|');
		const dummy = name === 'subscribe' ? sentinelChannel : '1';
		const dummies = Array.from({length: Math.max(0, Math.abs(arity) - words.length)}, () => dummy);
		const answer = await server.command('ACL', 'DRYRUN', user, ...words, ...dummies);
		if (!/has no permissions|can't be accessed/i.test(String(answer))) {
			allowed.push(name);
		}
	}

	return allowed.sort();
}

/** Commands that need no right: a server lets every client call them. */
const free = new Set(['auth', 'hello', 'reset', 'quit']);

/**
Commands that are asked for only on occasion. These are while slots move or take time, with the latency monitor on, while a function
blocks the server, or with Sentinels around.
*/
const onOccasion = new Set([
	'cluster|countkeysinslot',
	'cluster|getkeysinslot',
	'cluster|getslotmigrations',
	'latency|latest',
	'latency|history',
	'pubsub|numsub',
	'subscribe',
	'function|stats',
]);

/** Opens every panel for at least two polls, until every right was used once. */
async function touchEveryPanel(screen: PtyScreen, server: TestServer, rights: readonly string[]): Promise<void> {
	await eventually('every right to be used', async () => {
		for (const {key: digit} of panelTable) {
			screen.press(digit);
			await polledAgain(server);
		}

		const calls = await callsOf(server);
		return rights.every(right => onOccasion.has(right) || (calls.get(right) ?? 0) > 0) || undefined;
	});
}

for (const {name, program} of await serverVersions()) {
	test(`${name}: the printed user may run every command of the panels, and no other`, async t => {
		const server = await serverFor(t, {
			server: program,
			args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
		});
		const rights = await makeUser(t, server);
		const access = ['--user', 'redistop-mon', ...at(server), '-i', '200ms'];
		const screen = await openMonitor(t, access, {cols: 120, rows: 40, env: {REDISCLI_AUTH: password}});
		await screen.waitFor(/primary/);
		await touchEveryPanel(screen, server, rights);
		assert.deepEqual(await server.command('ACL', 'LOG', '100'), []);
		const allowed = await allowedTo(server, 'redistop-mon');
		assert.deepEqual(
			allowed.filter(command => !free.has(command)),
			[...rights].sort(),
		);
		const client = await server.connect();
		assert.equal(await client.command('AUTH', 'redistop-mon', password), 'OK');
		for (const words of ['GET a', 'SET a b', 'KEYS *', 'FLUSHALL', 'CONFIG SET maxmemory 100', 'SHUTDOWN', 'BGSAVE']) {
			assert.match(String(await client.command(...words.split(' '))), /NOPERM/, words);
		}
	});

	test(`${name}: the printed user for actions may run the actions, and access no key`, async t => {
		const server = await serverFor(t, {server: program});
		const rights = await makeUser(t, server, '--actions');
		const allowed = await allowedTo(server, 'redistop-act');
		assert.deepEqual(
			allowed.filter(command => !free.has(command)),
			[...rights].sort(),
		);
		for (const row of catalogue.filter(({server: kind}) => kind !== 'sentinel')) {
			const command = exampleOf(row);
			const answer = await server.command('ACL', 'DRYRUN', 'redistop-act', ...command);
			// Some commands exist in only one of the two products.
			assert.match(answer instanceof Error ? answer.message : String(answer), /^OK$|not found/, command.join(' '));
		}
	});
}

for (const {name, program} of await serverVersions()) {
	test(`${name}: a Sentinel gets ACL lines of its own, and accepts them`, async t => {
		const sentinel = await serverFor(t, {server: program, sentinel: ['sentinel monitor main 127.0.0.1 1 1']});
		for (const [user, args] of [
			['redistop-mon', []],
			['redistop-act', ['--actions']],
		] as const) {
			const rights = await makeUser(t, sentinel, ...args);
			assert.deepEqual(
				(await allowedTo(sentinel, user)).filter(command => !free.has(command)),
				[...rights].sort(),
			);
		}

		for (const row of catalogue.filter(({server}) => server === 'sentinel')) {
			const command = exampleOf(row);
			assert.equal(await sentinel.command('ACL', 'DRYRUN', 'redistop-act', ...command), 'OK', command.join(' '));
			assert.match(String(await sentinel.command('ACL', 'DRYRUN', 'redistop-mon', ...command)), /no permissions/);
		}
	});
}

test('acl prints no line for a server that is down, an unknown product, or a version without ACL users', async t => {
	const port = String(await freePort());
	const unreachable = await runProgram(t, ['acl', '-p', port]);
	assert.deepEqual([unreachable.code, unreachable.stdout], [69, '']);
	assert.match(unreachable.stderr, /^# 127\.0\.0\.1:\d+ refuses connections.*--for/);
	const old = await runProgram(t, ['acl', '--for', 'redis-5.0']);
	assert.deepEqual(
		[old.code, old.stdout, old.stderr],
		[69, '', '# redis 5.0 has no users: they came with Redis 6.0\n'],
	);
	const unknown = await runProgram(t, ['acl', '--for', 'memcached-1']);
	assert.deepEqual([unknown.code, unknown.stdout], [64, '']);
});
