import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {catalogue, groupLetter, groupOf} from '../../source/actions/catalogue/catalogue.js';
import {exampleOf} from '../../source/actions/execute/read-denials.js';
import {panelTable} from '../../source/state/panel-table.js';
import {readCommands} from '../../source/wire/read-commands.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {PtyScreen} from '../harness/pty.js';
import {callsOf, commandsOf, onlyReads, warnings} from '../harness/server-words.js';
import type {TestServer} from '../harness/servers.js';
import {aclLog, makeUser, password} from './acl-users.js';
import {
	addressOf,
	at,
	auditOf,
	closeBox,
	deadTimeOver,
	openMonitor,
	polledAgain,
	runProgram,
	serverFor,
	startProgram,
} from './monitor.js';
import {twoVersions} from './scenario.js';

// These tests press every key in every mode of a program that may only read. They compare the commands that arrive at a
// real server with the server's own command flags.

/** The names of the commands that a program sent during `during`. The test itself sends only `INFO` meanwhile. */
async function arrivedAt(servers: readonly TestServer[], during: () => Promise<void>): Promise<ReadonlySet<string>> {
	const before = await Promise.all(servers.map(server => callsOf(server)));
	await during();
	const after = await Promise.all(servers.map(server => callsOf(server)));
	return new Set(
		after.flatMap((calls, index) =>
			[...calls].filter(([name, count]) => count > (before[index]?.get(name) ?? 0)).map(([name]) => name),
		),
	);
}

const mayRead: ReadonlySet<string> = new Set(readCommands.map(({name}) => name));

/**
Fails unless every command that arrived is in redis-top's list of reads, and no write by the server's flags. A command
that the server calls dangerous must have a reason in `onlyReads`.
*/
async function assertOnlyReads(server: TestServer, arrived: ReadonlySet<string>): Promise<void> {
	assert.ok(arrived.has('info') && arrived.size > 5, [...arrived].join(' '));
	const commands = await commandsOf(server);
	for (const name of arrived) {
		const command = commands.get(name);
		assert.ok(command !== undefined, `${name} is no command of the server`);
		assert.ok(mayRead.has(name), `${name} is not on the list of reads`);
		const words = warnings(command);
		assert.ok(!words.includes('write') && !words.includes('@write'), `${name} writes`);
		assert.ok(words.length === 0 || onlyReads.has(name), `${name} is ${words.join(' ')}`);
	}
}

/** Fails if a command that changes something, such as an action's command, was called or tried. */
function assertNoAction(arrived: ReadonlySet<string>): void {
	const names = catalogue.flatMap(row => {
		const [name = '', subcommand = ''] = exampleOf(row).map(word => word.toLowerCase());
		return [`${name}|${subcommand}`, name];
	});
	assert.deepEqual(
		names.filter(name => arrived.has(name)),
		[],
	);
}

/** Opens each panel for two polls. */
async function lookAtEverything(screen: PtyScreen, server: TestServer): Promise<void> {
	for (const {key: digit} of panelTable) {
		screen.press(digit);
		await polledAgain(server);
	}
}

/** Presses the letter of each action in the menu, until the audit log says of each that it was refused. */
async function pressEveryAction(
	screen: PtyScreen & {readonly home: string},
	server: TestServer,
	greyed = /./,
): Promise<void> {
	const menu = async () => {
		screen.press('A');
		await screen.waitFor(new RegExp(`Actions on ${addressOf(server)}`));
		await screen.waitFor(greyed);
	};
	const refused = () => auditOf(screen).filter(({phase}) => phase === 'refused');
	await menu();
	for (const {id, letter} of catalogue) {
		const before = refused().length;
		const ofGroup = new RegExp(`${groupOf(id)} actions on`);
		// The letter of another group opens it from within a group too. The next letter is pressed when the screen shows the
		// group: two keys at once would be taken for a paste.
		if (!ofGroup.test(screen.text())) {
			screen.press(groupLetter(groupOf(id)) ?? '');
			await screen.waitFor(ofGroup);
		}

		screen.press(letter);
		const last = await eventually(`${id} refused`, () => refused()[before]);
		// An action that the node can't do is greyed, and the menu stays open.
		if (/started with/.test(last.detail ?? '')) {
			await closeBox(screen);
			await menu();
		}
	}

	assert.deepEqual(
		auditOf(screen)
			.filter(({phase}) => phase !== 'refused')
			.map(({phase}) => phase),
		[],
	);
	// The restart is several actions in a row. If its box opens, the box has letters of its own.
	screen.press('R');
	await screen.waitFor(/Restart \S+, step by step/);
	await deadTimeOver();
	for (const key of ['f', 'b', 's']) {
		screen.press(key);
		await polledAgain(server);
	}

	screen.press('\r');
	await screen.waitFor(lines => !/Restart \S+,/.test(lines.join('\n')), {what: 'the box closed'});
	for (const key of ['R', '\u{1B}']) {
		screen.press(key);
		await polledAgain(server);
	}
}

async function twoKinds(t: TestContext, program: string): Promise<readonly [TestServer, TestServer]> {
	const args = ['--latency-monitor-threshold', '1', '--enable-debug-command', 'yes'];
	const alone = await serverFor(t, {server: program, args});
	const clustered = await serverFor(t, {
		server: program,
		args: [...args, '--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
	});
	await clustered.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
	for (const server of [alone, clustered]) {
		await server.command('DEBUG', 'SLEEP', '0.01');
	}

	return [alone, clustered];
}

const newest = (await twoVersions()).at(-1);

for (const {name, program} of await twoVersions()) {
	test(`only reads arrive from a read-only program, whatever is pressed: ${name}`, async t => {
		const servers = await twoKinds(t, program);
		const [alone, clustered] = servers;
		const targets = servers.map(addressOf);

		const reports = await arrivedAt(servers, async () => {
			for (const command of ['check', 'snapshot', 'diagnose', 'acl']) {
				await runProgram(t, [command, ...targets, '-i', '200ms']);
			}

			for (const command of [[], ['watch']]) {
				const {kill, exited} = await startProgram(t, [...command, ...targets, '-i', '200ms']);
				await polledAgain(alone);
				await polledAgain(clustered);
				kill('SIGTERM');
				await exited;
			}
		});
		await assertOnlyReads(alone, reports);
		assertNoAction(reports);

		const readOnly = await arrivedAt(servers, async () => {
			for (const server of servers) {
				const screen = await openMonitor(t, [...at(server), '--read-only', '-i', '200ms'], {cols: 120, rows: 40});
				await screen.waitFor(/\[READ-ONLY\].*rtt +[\d.]+ ms/);
				await lookAtEverything(screen, server);
				if (server === alone && name === newest?.name) {
					await pressEveryAction(screen, server);
				}

				await screen.dispose();
			}
		});
		await assertOnlyReads(alone, readOnly);
		assertNoAction(readOnly);
		assert.ok(readOnly.has('slowlog|get') && readOnly.has('client|list') && readOnly.has('cluster|nodes'));
		assert.ok(readOnly.has('latency|histogram') && readOnly.has('config|get') && readOnly.has('acl|log'));
		assert.equal(await clustered.command('PING'), 'PONG');
	});
}

test('neither the wall nor a user without rights sends an action, whatever is pressed', async t => {
	const {program} = newest ?? assert.fail();
	const server = await serverFor(t, {server: program});
	await makeUser(t, server);
	await server.command('ACL', 'SETUSER', 'few', 'on', `>${password}`, '-@all', '+ping', '+info');
	const arrived = await arrivedAt([server], async () => {
		const wall = await openMonitor(t, [...at(server), '--wall', '-i', '200ms']);
		await wall.waitFor(/no incident: nothing critical now/);
		for (const {letter} of catalogue.filter(row => row.letter !== 'w')) {
			wall.press('A');
			wall.press(letter);
		}

		await wall.waitFor(/the wall is view-only/);
		// The panels behind the wall display are as read-only as with --read-only.
		wall.press('w');
		await wall.waitFor(/9Find/);
		wall.press('A');
		await wall.waitFor(/started with --wall/);
		await wall.dispose();

		for (const user of ['redistop-mon', 'few']) {
			const args = ['--user', user, ...at(server), '--allow-actions', '-i', '200ms'];
			const screen = await openMonitor(t, args, {env: {REDISCLI_AUTH: password}});
			await screen.waitFor(/\[UNLOCKED[\s\S]*ok .*answers/);
			await lookAtEverything(screen, server);
			// The user's rights are checked while the menu is open.
			if (user === 'redistop-mon') {
				await pressEveryAction(screen, server, /BGSAVE: not allowed: /);
			} else {
				screen.press('6');
				await eventually('both were refused', async () => {
					const tried = (await aclLog(server)).map(({user: asker, command}) => `${asker} ${command}`);
					return tried.includes('few slowlog|get') && tried.includes('few config|get') ? true : undefined;
				});
			}

			await screen.dispose();
		}
	});
	await assertOnlyReads(server, arrived);
	assertNoAction(arrived);
	// The server logs refused commands. For the printed user there is only the question for its rights.
	const log = await aclLog(server);
	const ofFacts = new Set(readCommands.filter(({need}) => need === 'actions').map(read => read.name));
	assert.deepEqual(
		log.filter(({user, command}) => user === 'redistop-mon' && !ofFacts.has(command)),
		[],
	);
	const tried = log.filter(({user}) => user === 'few').map(({command}) => command);
	assert.ok(tried.includes('slowlog|get') && tried.includes('config|get'), tried.join(' '));
	assert.deepEqual(
		tried.filter(command => !mayRead.has(command)),
		[],
	);
});

test('Sentinels and the nodes that they monitor deny no command to the printed read-only users', async t => {
	const {program} = newest ?? assert.fail();
	const primary = await serverFor(t, {server: program});
	const replica = await serverFor(t, {server: program, args: ['--replicaof', `127.0.0.1 ${primary.port}`]});
	const lines = [`sentinel monitor main 127.0.0.1 ${primary.port} 2`];
	const sentinels = [
		await serverFor(t, {server: program, sentinel: lines}),
		await serverFor(t, {server: program, sentinel: lines}),
	] as const;
	const all = [primary, replica, ...sentinels];
	for (const server of all) {
		const rights = await makeUser(t, server);
		assert.deepEqual(
			rights.filter(right => !mayRead.has(right)),
			[],
		);
	}

	await eventually(
		'the Sentinels',
		async () => /^OK 2/.test(String(await sentinels[0].command('SENTINEL', 'CKQUORUM', 'main'))) || undefined,
	);
	for (const target of [sentinels[0], primary]) {
		const args = ['--user', 'redistop-mon', ...at(target), '-i', '200ms'];
		const screen = await openMonitor(t, args, {cols: 120, rows: 60, env: {REDISCLI_AUTH: password}});
		await screen.waitFor(text => all.every(server => text.join('\n').includes(addressOf(server))), {what: 'all four'});
		await lookAtEverything(screen, primary);
		await screen.dispose();
	}

	for (const server of all) {
		assert.deepEqual(await aclLog(server), []);
	}
});
