import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {clusterFor} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import {
	addressOf,
	at,
	auditOf,
	chooseAction,
	closeBox,
	deadTimeOver,
	infoOf,
	oneServer,
	openMonitor,
	serverFor,
	typeKeys,
} from './monitor.js';

const small = {cols: 80, rows: 24};

/** The rows of the box on the screen. Fails when the frame is not whole or when a row is cut. */
function boxOn(screen: PtyScreen): string[] {
	const rows = screen.lines();
	assert.ok(rows.length <= 24 && rows.every(row => [...row].length <= 80));
	const bottom = rows.findIndex(row => /╰─ > Cancel < {2}Enter or Esc; .*, \d+ s ─*╯/.test(row));
	assert.ok(bottom > 0, `Cancel is not to be seen:\n${screen.text()}`);
	const left = rows[bottom]?.indexOf('╰─ > Cancel') ?? 0;
	const right = rows[bottom]?.indexOf('╯', left) ?? 0;
	const top = rows.findLastIndex((row, index) => index < bottom && row[left] === '╭');
	const box = rows.slice(top, bottom + 1).map(row => row.slice(left, right + 1));
	for (const row of box.slice(1, -1)) {
		assert.match(row, /^│.*│$/);
		assert.doesNotMatch(row, /(?:…|\.\.\.) *│$/, `something is cut:\n${box.join('\n')}`);
	}

	return box;
}

/** Waits for the box of an action, and checks that it has the target, its command and each of `says`. */
async function readBox(screen: PtyScreen, command: string, says: readonly RegExp[]): Promise<void> {
	await screen.waitFor(new RegExp(`sends +${command}[\\s\\S]*> Cancel <`));
	const text = boxOn(screen).join('\n');
	for (const pattern of [/│ target +127\.0\.0\.1:\d+ +run_id \w{8} +(?:Redis|Valkey) \d/, ...says]) {
		assert.match(text, pattern);
	}
}

async function unlock(screen: PtyScreen, address: string): Promise<void> {
	await screen.waitFor(/Actions are locked[\s\S]*type \S+ to unlock/);
	boxOn(screen);
	await typeKeys(screen, address);
}

/** Presses the letter, which alone sends once the confirmation is typed, and waits for the proof. */
async function send(screen: PtyScreen, letter: string, command: string, proof: RegExp): Promise<void> {
	await screen.waitFor(new RegExp(`press ${letter} to send ${command}`));
	await deadTimeOver();
	screen.press(letter);
	await screen.waitFor(new RegExp(`verified: ${proof.source}[\\s\\S]*Enter or Esc closes`));
}

test('at 80x24 an action of each class is confirmed as its class demands, up to its proof', async t => {
	const server = await serverFor(t, {args: ['--slowlog-log-slower-than', '0']});
	const address = addressOf(server);
	await server.command('SET', 'key', 'value');
	const listener = await server.connect();
	await listener.command('SUBSCRIBE', 'news');
	const screen = await openMonitor(t, at(server), small);
	await screen.waitFor(/ok .*answers/);

	// An action of the class *local*: there is no box, no name to type, and nothing reaches the server.
	screen.press(' ');
	await screen.waitFor(/PAUSED/);
	screen.press(' ');
	await screen.waitFor(lines => !/PAUSED/.test(lines.join('\n')), {what: 'the live screen'});

	// An action of the class *bounded*: its own letter sends it.
	await chooseAction(screen, 'El', address);
	await unlock(screen, address);
	await readBox(screen, 'SLOWLOG RESET', [/│ entries +\d+/, /Deletes entries that others may still need/]);
	await deadTimeOver();
	screen.press('b');
	await send(screen, 'l', 'SLOWLOG RESET', /\d+ entries before, \d+ now/);
	await closeBox(screen);

	// An action of the class *disruptive*: the target's name must be typed.
	await chooseAction(screen, 'Ez', address);
	await readBox(screen, 'CONFIG RESETSTAT', [/other monitor’s counters break/, new RegExp(`type ${address}, then z`)]);
	await typeKeys(screen, address);
	await send(screen, 'z', 'CONFIG RESETSTAT', /[\d,]+ commands counted before/);
	await closeBox(screen);

	// A disruptive action on several clients: their number must be typed.
	await chooseAction(screen, 'Ca', address);
	await screen.waitFor(/Enter goes on/);
	await typeKeys(screen, 'type pubsub');
	screen.press('\r');
	await readBox(screen, 'CLIENT KILL TYPE pubsub SKIPME yes', [
		/│ hits +1 client of \d+ clients/,
		/│ such as +127\.0\.0\.1:\d+/,
		/type kill 1, then a/,
	]);
	await typeKeys(screen, 'kill 1');
	await send(screen, 'a', 'CLIENT KILL TYPE pubsub', /none of the 1 is in CLIENT LIST any more/);
	await closeBox(screen);

	// An action of the class *outage*: the name must be typed, and the box says what will be lost.
	await chooseAction(screen, 'Tn', address);
	await readBox(screen, 'SHUTDOWN NOSAVE', [
		/EXITS at once, saves nothing/,
		/\[VETO\] no AOF: 1 change since the last dump will be lost, of 1 key/,
		new RegExp(`type ${address}, then n`),
	]);
	await typeKeys(screen, address);
	await screen.waitFor(/type lose 1 change, then n/);
	await typeKeys(screen, 'lose 1 change');
	// With the whole confirmation typed, Enter neither sends nor cancels.
	await screen.waitFor(/press n to send SHUTDOWN NOSAVE/);
	await deadTimeOver();
	screen.press('\r');
	await screen.waitFor(/Enter sends nothing/);
	screen.press('\u001B');
	await screen.waitFor(lines => !/> Cancel </.test(lines.join('\n')), {what: 'cancelled'});
	assert.equal(await server.command('PING'), 'PONG');
	await chooseAction(screen, 'Tn', address);
	await screen.waitFor(/type \S+, then n/);
	await typeKeys(screen, address);
	await screen.waitFor(/type lose 1 change, then n/);
	await typeKeys(screen, 'lose 1 change');
	await send(screen, 'n', 'SHUTDOWN NOSAVE', /the server is gone/);
	assert.equal(await server.exited, 0);
	assert.deepEqual(
		auditOf(screen)
			.filter(({phase}) => phase === 'verified' || phase === 'aborted')
			.map(({phase, command}) => `${phase} ${command}`),
		[
			'verified SLOWLOG RESET',
			'verified CONFIG RESETSTAT',
			'verified CLIENT KILL TYPE pubsub SKIPME yes',
			'aborted SHUTDOWN NOSAVE',
			'verified SHUTDOWN NOSAVE',
		],
	);
});

test('at 80x24 a slot is closed at both ends, a restart fails over, and another node forgets a dead one', async t => {
	const {primaries, replicas, ids} = await clusterFor(t, {server: (await oneServer()).program});
	const [m1, m2] = primaries;
	const [r1, r2] = replicas;
	assert.ok(m1 && m2 && r1 && r2);
	// `bar` is in slot 5061, which belongs to the first primary.
	await m1.command('SET', 'bar', 'value');
	await m1.command('CLUSTER', 'SETSLOT', 5061, 'MIGRATING', ids.get(m2) ?? '');
	await m2.command('CLUSTER', 'SETSLOT', 5061, 'IMPORTING', ids.get(m1) ?? '');
	const screen = await openMonitor(t, [...at(m1), '--panel', '8', '-i', '500ms'], small);
	await screen.waitFor(/5061/);

	// The slot is closed at both ends, with one command and one box for each. It is selected, so no group comes first.
	screen.press('A');
	await screen.waitFor(new RegExp(`Actions on ${addressOf(m1)}`));
	screen.press('s');
	await unlock(screen, addressOf(m1));
	await screen.waitFor(/> 5061_/);
	await deadTimeOver();
	// Enter just after the unlocking name has no effect. A key shows that Enter is meant for this form.
	screen.press('\u007F');
	await screen.waitFor(/> 506_/);
	screen.press('1');
	await screen.waitFor(/> 5061_/);
	screen.press('\r');
	await readBox(screen, 'CLUSTER SETSLOT 5061 STABLE', [
		new RegExp(`target +${addressOf(m1)}`),
		new RegExp(`slot +5061 migrating, other end ${addressOf(m2)}`),
		/Keys that have moved already stay there,[\s│]+unreachable/,
	]);
	await typeKeys(screen, addressOf(m1));
	await send(screen, 's', 'CLUSTER SETSLOT 5061 STABLE', /the slot is no longer marked here/);
	await screen.waitFor(new RegExp(`o does the same at the other end, ${addressOf(m2)}`));
	assert.match(String(await m2.command('CLUSTER', 'NODES')), /\[5061-<-/);
	screen.press('o');
	await readBox(screen, 'CLUSTER SETSLOT 5061 STABLE', [
		new RegExp(`target +${addressOf(m2)}`),
		new RegExp(`slot +5061 importing, other end ${addressOf(m1)}`),
	]);
	await typeKeys(screen, addressOf(m2));
	await send(screen, 's', 'CLUSTER SETSLOT 5061 STABLE', /the slot is no longer marked here/);
	for (const node of [m1, m2]) {
		assert.doesNotMatch(String(await node.command('CLUSTER', 'NODES')), /\[5061-/);
	}

	await closeBox(screen);

	// The replica carries out the failover of a restart. The step is done when the monitor observes the new primary.
	screen.press('A');
	await screen.waitFor(/R restarts it step by step/);
	screen.press('R');
	await screen.waitFor(/press g to begin/);
	await deadTimeOver();
	screen.press('g');
	await screen.waitFor(new RegExp(`> \\[ \\] 1 fail over[\\s\\S]*f opens CLUSTER FAILOVER on ${addressOf(r1)}`));
	screen.press('f');
	await readBox(screen, 'CLUSTER FAILOVER', [new RegExp(`primary +${addressOf(m1)}, 5,461 slots`), /Nothing/]);
	await typeKeys(screen, addressOf(r1));
	await send(screen, 'h', 'CLUSTER FAILOVER', /it is a primary with 5,461 slots/);
	assert.equal((await infoOf(m1, 'replication')).get('role'), 'slave');
	screen.press('\r');
	await screen.waitFor(/\[x\] 1 fail over to a replica: it is a replica now[\s\S]*> \[ \] 2 save/);
	screen.press('x');
	await screen.waitFor(/press x again to abandon it/);
	screen.press('x');
	await screen.waitFor(lines => !/Restart \S+, begun/.test(lines.join('\n')), {what: 'given up'});

	// A dead replica can't forget itself. Its finding leads to the menu of a node that marks it FAIL.
	process.kill(r2.pid, 'SIGKILL');
	screen.press('9');
	await screen.waitFor(new RegExp(`:${r2.port}.*is marked FAIL`));
	screen.press('/');
	await screen.waitFor(/Enter keeps it/);
	screen.press('node_fail');
	await screen.waitFor(/node_fail/);
	screen.press('\r');
	await eventually('the finding by itself', () => (/>.*is marked FAIL/.test(screen.text()) ? true : undefined));
	screen.press('A');
	await screen.waitFor(/Actions on /);
	const [, node = ''] = /Actions on (\S+)/.exec(screen.text()) ?? [];
	assert.notEqual(node, addressOf(r2));
	await screen.waitFor(/> z {2}CLUSTER FORGET/);
	screen.press('\r');
	await screen.waitFor(new RegExp(`> ${ids.get(r2)}_`));
	await deadTimeOver();
	screen.press('\u{1B}');
	await screen.waitFor(lines => !/node id; Enter/.test(lines.join('\n')), {what: 'left'});
});
