import assert from 'node:assert/strict';
import {existsSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {
	addressOf,
	at,
	auditOf,
	chooseAction,
	closeBox,
	deadTimeOver,
	folderFor,
	infoOf,
	openBox,
	openMonitor,
	polledAgain,
	serverFor,
	serverVersions,
	typeKeys,
} from './monitor.js';

const esc = '\u{1B}';
const paste = (text: string) => `${esc}[200~${text}${esc}[201~`;

for (const {name, program} of await serverVersions()) {
	test(`BGSAVE is proved: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		await server.command('SET', 'key', 'value');
		const before = await infoOf(server, 'persistence');
		assert.equal(before.get('rdb_changes_since_last_save'), '1');
		const address = addressOf(server);
		const screen = await openMonitor(t, at(server));
		await screen.waitFor(/ok .*answers/);
		await openBox(screen, 'b', address);
		await screen.waitFor(/target +\S+ +run_id \w+/);
		await screen.waitFor(/1 unsaved change\b/);
		await deadTimeOver();
		screen.press('b');
		await screen.waitFor(/verified: saved at/);

		const after = await infoOf(server, 'persistence');
		assert.equal(after.get('rdb_changes_since_last_save'), '0');
		assert.equal(after.get('rdb_last_bgsave_status'), 'ok');
		assert.equal(Number(after.get('rdb_saves')), Number(before.get('rdb_saves')) + 1);
		assert.ok(statSync(path.join(server.dir, 'dump.rdb')).size > 0);
		assert.match((await infoOf(server, 'commandstats')).get('cmdstat_bgsave') ?? '', /^calls=1,/);

		const runId = (await infoOf(server, 'server')).get('run_id');
		const lines = auditOf(screen);
		assert.deepEqual(
			lines.map(({phase}) => phase),
			['unlocked', 'intent', 'outcome', 'verified'],
		);
		for (const line of lines) {
			assert.partialDeepStrictEqual(line, {target: address, runId, action: 'bgsave', command: 'BGSAVE'});
		}

		const file = path.join(screen.home, 'state', 'redis-top', 'audit.ndjson');
		assert.equal(statSync(file).mode & 0o777, 0o600);
		assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
		await closeBox(screen);
		screen.press('0');
		await screen.waitFor(/BGSAVE: sent once/);
	});
}

test('a paste, Enter, several keys at once or another key send nothing', async t => {
	const server = await serverFor(t);
	const address = addressOf(server);
	const lastSave = await server.command('LASTSAVE');
	const screen = await openMonitor(t, at(server));
	await screen.waitFor(/ok .*answers/);

	await chooseAction(screen, 'Sb');
	await screen.waitFor(/Actions are locked/);
	await deadTimeOver();
	for (const pasted of [paste(address), address, `${address}\r`, paste(`${address}\rb`)]) {
		screen.press(pasted);
		await screen.waitFor(/pasted text, are ignored/);
		await screen.waitFor(/> _/);
		// The next key removes the notice, so that the next notice can be seen.
		screen.press('x');
		await screen.waitFor(/> x_/);
		screen.press('\u{7F}');
		await screen.waitFor(/> _/);
	}

	// Enter cancels, even when only the last character of the name is missing.
	await typeKeys(screen, address.slice(0, -1));
	screen.press('\r');
	await screen.waitFor(lines => !/Actions are locked/.test(lines.join('\n')), {what: 'cancelled'});
	assert.match(screen.lines()[0] ?? '', /\[LOCKED\]/);

	await openBox(screen, 's', address);
	await deadTimeOver();
	for (const pasted of [paste(address), address, 'y\r', `${address}s`, paste(`${address}\rs`)]) {
		screen.press(pasted);
		await screen.waitFor(/pasted text, are ignored/);
		screen.press('x');
		await screen.waitFor(/> x_/);
		screen.press('\u{7F}');
		await screen.waitFor(/> _/);
	}

	// Without the name, the letter is text. The name and one more key are another name.
	screen.press('s');
	await screen.waitFor(/> s_/);
	screen.press('\u{7F}');
	await typeKeys(screen, `${address}0`);
	await screen.waitFor(lines => /type \S+, then s/.test(lines.join('\n')) && !/press s to/.test(lines.join('\n')), {
		what: 'another name',
	});
	screen.press('\u{7F}');
	await screen.waitFor(/press s to send SHUTDOWN SAVE/);
	await deadTimeOver();
	screen.press('\r');
	await screen.waitFor(/Enter sends nothing: s does, Esc cancels/);
	screen.press('\u{1B}');
	await screen.waitFor(lines => !/sends +SHUTDOWN/.test(lines.join('\n')), {what: 'cancelled'});

	// In a box without a field, only the letter sends. Two letters in one delivery do nothing.
	await chooseAction(screen, 'Sb');
	await screen.waitFor(/press b to send BGSAVE/);
	await deadTimeOver();
	for (const pasted of [paste('b'), 'bb', 'b\r', 'y\r']) {
		screen.press(pasted);
		await screen.waitFor(/pasted text, are ignored/);
		screen.press('x');
		await screen.waitFor(
			lines => !/pasted text, are/.test(lines.join('\n')) && /press b to send/.test(lines.join('\n')),
		);
	}

	screen.press('\r');
	await screen.waitFor(lines => !/press b to send/.test(lines.join('\n')), {what: 'cancelled'});
	screen.press('q');
	await screen.exited;

	assert.deepEqual(
		auditOf(screen).filter(({phase}) => phase === 'intent' || phase === 'outcome'),
		[],
	);
	assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_bgsave'), undefined);
	assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_shutdown'), undefined);
	assert.equal(await server.command('LASTSAVE'), lastSave);
	assert.ok(!existsSync(path.join(server.dir, 'dump.rdb')));
	assert.equal(await server.command('PING'), 'PONG');
});

test('--read-only cannot be unlocked', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '--read-only']);
	await screen.waitFor(/\[READ-ONLY\][\s\S]*ok .*answers/);
	await chooseAction(screen, 'Sb');
	await screen.waitFor(/BGSAVE: refused, nothing was sent[\s\S]*was started with --read-only/);
	assert.doesNotMatch(screen.text(), /to unlock|press b to send/);
	assert.match(screen.lines()[0] ?? '', /\[READ-ONLY\]/);
	assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_bgsave'), undefined);
});

test('without an audit log no action can be sent', async t => {
	const server = await serverFor(t);
	const file = path.join(folderFor(t), 'a-file');
	writeFileSync(file, '');
	const screen = await openMonitor(t, [...at(server), '--allow-actions'], {env: {XDG_STATE_HOME: file}});
	await screen.waitFor(/\[UNLOCKED[\s\S]*ok .*answers/);
	await chooseAction(screen, 'Sb');
	await screen.waitFor(/audit log|press b to send/);
	if (/press b to send/.test(screen.text())) {
		await deadTimeOver();
		screen.press('b');
	}

	await screen.waitFor(/audit log[\s\S]*cannot be written/);
	assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_bgsave'), undefined);
});

// Ink splits a delivery at backspaces and escape sequences, so the letter seems to have come alone.
test('a letter that arrives together with other keys sends nothing', async t => {
	for (const keys of ['b\u{7F}', 'b\u{8}', `b${esc}[A`, `${esc}[Ab`]) {
		const server = await serverFor(t);
		const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
		await screen.waitFor(/ok .*answers/);
		await openBox(screen, 'b', addressOf(server));
		await deadTimeOver();
		screen.press(keys);
		await polledAgain(server);
		await screen.waitFor(/press b to send BGSAVE/);
		assert.ok(!auditOf(screen).some(({phase}) => phase === 'intent'));
		assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_bgsave'), undefined, JSON.stringify(keys));
	}
});
