import assert from 'node:assert/strict';
import {readdirSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {recordedText} from '../harness/recorded-text.js';
import {addressOf, at, folderFor, openMonitor, runProgram, serverFor, startProgram} from './monitor.js';

const recordingsIn = (folder: string): string[] =>
	readdirSync(folder)
		.filter(name => name.endsWith('.rtr'))
		.map(name => path.join(folder, name));

const sizeOf = (folder: string): number => recordingsIn(folder).reduce((sum, file) => sum + statSync(file).size, 0);

/** Waits until a recording holds something that was written after now. */
async function grown(folder: string): Promise<void> {
	const before = sizeOf(folder);
	await eventually('the recording grows', () => sizeOf(folder) > before || undefined);
}

/** Resolves once a recorder has written replies of a session of its own. */
async function recording(t: TestContext, folder: string, args: readonly string[]) {
	const known = recordingsIn(folder).length;
	const recorder = await startProgram(t, ['record', ...args, '--to', folder, '-i', '500ms']);
	await eventually('a file of its own', () => recordingsIn(folder).length > known || undefined);
	await grown(folder);
	await grown(folder);
	return recorder;
}

test('an outage is recorded by a recorder that is killed and started again three times, and is found in what it wrote', async t => {
	const primary = await serverFor(t);
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	const folder = path.join(folderFor(t), 'recordings');
	const args = at(primary);
	const first = await startProgram(t, ['record', ...args, '--to', folder, '-i', '500ms']);
	await eventually('the folder', () => recordingsInOrNone(folder).length > 0 || undefined);
	await grown(folder);
	await grown(folder);
	first.kill('SIGKILL');
	const second = await recording(t, folder, args);
	await primary.stop();
	await grown(folder);
	await grown(folder);
	second.kill('SIGKILL');
	const third = await recording(t, folder, at(replica));
	third.kill('SIGKILL');
	const last = await recording(t, folder, at(replica));
	// The polls of an earlier recorder count for some seconds after its end, and it knew the primary's last reply: the node
	// might be in a restart. The last recorder never had a reply of it.
	const checked = () => runProgram(t, ['replay', folder, '--check']);
	const verdicts: string[] = [];
	const isCritical = async () => {
		const {code, stdout} = await checked();
		verdicts.push(stdout);
		return code === 2 || undefined;
	};
	await eventually('the outage as the last recorder saw it', isCritical).catch((error: unknown) => {
		assert.fail(`${String(error)}, after ${verdicts.length} checks: ${verdicts.at(-1)}`);
	});
	last.kill('SIGTERM');
	assert.equal(await last.exited, 143);
	assert.equal(recordingsIn(folder).length, 4);
	const check = await checked();
	assert.equal(check.code, 2, check.stdout);
	assert.match(check.stdout, /^CRITICAL: /);
	const lines = await runProgram(t, ['replay', folder, '--watch']);
	assert.equal(lines.code, 0);
	// The first look after the outage finds it as a warning or, after a gap between two recorders, as critical.
	assert.match(
		lines.stdout,
		new RegExp(`OPENED {3}(?:warning {3}|critical {2})conn\\.refused {2}${addressOf(primary)}`),
	);
	assert.match(
		lines.stdout,
		new RegExp(`(?:CHANGED {2}|OPENED {3})warning {3}rep\\.link_down {2}${addressOf(replica)}`),
	);
	assert.equal(lines.stderr, '');
});

const recordingsInOrNone = (folder: string): string[] => {
	try {
		return recordingsIn(folder);
	} catch {
		return [];
	}
};

const client = 'zq-payments-client';
const key = 'zq-customer-4711';
const password = 'zq-hunter2';

test('passwords are in no recording; keys, values and client names in none that was not asked to keep them', async t => {
	const server = await serverFor(t, {args: ['--requirepass', password]});
	await server.command('AUTH', password);
	await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
	await server.command('CLIENT', 'SETNAME', client);
	await server.command('SET', key, 'zq-value');
	const folder = folderFor(t);
	const environment = {REDISCLI_AUTH: password};
	const recorded = async (name: string, ...flags: readonly string[]) => {
		const file = path.join(folder, name);
		await server.command('SET', key, 'zq-value');
		const done = await runProgram(
			t,
			['snapshot', ...at(server), '--record', file, '-i', '200ms', ...flags],
			environment,
		);
		assert.equal(done.code, 0, done.stderr);
		assert.equal(statSync(file).mode & 0o777, 0o600);
		return recordedText(file);
	};

	const usual = await recorded('usual.rtr');
	const kept = await recorded('kept.rtr', '--record-arguments');
	const masked = await recorded('masked.rtr', '--mask');
	for (const text of [usual, kept, masked]) {
		assert.ok(!text.includes(password));
	}

	for (const secret of [client, key, 'zq-value']) {
		assert.ok(kept.includes(secret) && !usual.includes(secret) && !masked.includes(secret), secret);
	}

	assert.ok(usual.includes('127.0.0.1') && !masked.includes('127.0.0.1'));
	const check = await runProgram(t, ['replay', path.join(folder, 'masked.rtr'), '--json']);
	assert.match(check.stdout, /host-[\da-f]{12}:\d+/);
});

test('on the screen L begins and ends a file, D writes the last half hour, and --record begins with the screen', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '--record', 'whole.rtr', '-i', '500ms'], {cols: 120, rows: 40});
	await screen.waitFor(/REC \d/);
	screen.press('L');
	await screen.waitFor(/recorded: .*whole\.rtr/);
	screen.press('L');
	await screen.waitFor(/recording into /);
	await screen.waitFor(/REC \d/);
	screen.press('D');
	await screen.waitFor(/written: .*\.txt, \.json and \.rtr/);
	screen.press('q');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
	const files = recordingsIn(screen.home);
	assert.equal(files.length, 3, files.join(' '));
	for (const file of files) {
		const check = await runProgram(t, ['replay', file, '--check', '--json']);
		assert.equal(check.stderr, '', file);
		assert.equal(JSON.parse(check.stdout).nodes[0].address, addressOf(server), file);
	}
});

test('what can not be recorded or replayed is one line, with exit code 64 or 77', async t => {
	const server = await serverFor(t);
	const folder = folderFor(t);
	const file = path.join(folder, 'one.rtr');
	const text = path.join(folder, 'text.rtr');
	writeFileSync(text, 'no recording\n');
	const made = await runProgram(t, ['snapshot', ...at(server), '--record', file, '-i', '200ms']);
	assert.equal(made.code, 0);
	const cases: ReadonlyArray<readonly [args: readonly string[], code: number, line: RegExp]> = [
		[
			['snapshot', ...at(server), '--record', file],
			77,
			/one\.rtr: it exists already, and no recording is overwritten$/,
		],
		[['watch', ...at(server), '--record', path.join(folder, 'no', 'x.rtr')], 77, /x\.rtr: the folder does not exist$/],
		[['record', ...at(server), '--to', text], 77, /text\.rtr: it exists already|a part of its path is no folder/],
		[['record', ...at(server)], 64, /needs a folder: add --to DIR$/],
		[
			['record', ...at(server), '--to', folder, '--keep', 'some'],
			64,
			/is neither a time nor a size; write 48h, 7d or 2GB$/,
		],
		[['replay'], 64, /needs a recording: name a file or a folder$/],
		[['replay', text, '--check'], 64, /text\.rtr is no recording of redis-top$/],
		[['replay', path.join(folder, 'none'), '--check'], 64, /none does not exist$/],
		[
			['replay', file, '--check', '--at', '2020-01-01'],
			64,
			/--at 2020-01-01: lies outside of the recording, which is from /,
		],
		[['replay', file, '--check', '--at', 'noon'], 64, /--at noon: is not a moment; write 03:12, -5m or /],
		[['replay', file, '--check', '--watch'], 64, /contradict each other: keep one$/],
	];
	for (const [args, code, line] of cases) {
		const run = await runProgram(t, args);
		assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
		assert.match(run.stderr.trim(), line);
		assert.equal(run.stderr.trim().split('\n').length, 1, run.stderr);
	}
});
