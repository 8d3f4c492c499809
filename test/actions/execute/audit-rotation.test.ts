import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {fileURLToPath} from 'node:url';
import {auditLog} from '../../../source/actions/execute/audit-log.js';
import type {AuditEntry, AuditFact} from '../../../source/domain/audit.js';
import {systemClock} from '../../../source/domain/clock.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {auditFileName, lineDeadlineMs, readAuditTrail} from '../../../source/host/audit-files.js';
import {FakeClock} from '../../harness/fake-clock.js';

const fact: AuditFact = {
	phase: 'intent',
	target: '10.0.1.11:6379' as NodeAddress,
	runId: 'a'.repeat(40),
	action: 'bgsave',
	command: 'BGSAVE',
	detail: undefined,
};

const linesEach = 1000;
const sessions = ['one', 'two', 'three', 'four'];
const limitBytes = 30_000;

/** This file is also the program that several processes run: it writes its lines and ends. */
async function writeLines(folder: string, session: string): Promise<void> {
	const actor = {session, osUser: 'alice', sshConnection: undefined, pid: process.pid};
	const log = auditLog(folder, actor, systemClock, limitBytes);
	for (let index = 0; index < linesEach; index++) {
		await log.append({...fact, detail: `line ${index} ${'x'.repeat(index % 300)}`});
	}
}

const {AUDIT_FOLDER: childFolder, AUDIT_SESSION: childSession} = process.env;
if (childFolder !== undefined && childSession !== undefined) {
	await writeLines(childFolder, childSession);
	process.exit(0);
}

function temporaryFolder(context: TestContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-audit-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

function writer(folder: string, session: string, shell?: string): Promise<{code: number | null; errors: string}> {
	const env = {...process.env, AUDIT_FOLDER: folder, AUDIT_SESSION: session, NODE_TEST_CONTEXT: undefined};
	const words = [process.execPath, fileURLToPath(import.meta.url)];
	const [file = '', ...args] = shell === undefined ? words : ['sh', '-c', `${shell}; exec "$0" "$@"`, ...words];
	const child = spawn(file, args, {env, stdio: ['ignore', 'ignore', 'pipe']});
	let errors = '';
	child.stderr.on('data', chunk => {
		errors += chunk;
	});
	return new Promise(resolve => child.once('close', code => resolve({code, errors})));
}

/** @param laterMs As if it was read so much later. */
async function entriesIn(
	folder: string,
	laterMs = 0,
): Promise<{readonly entries: readonly AuditEntry[]; readonly broken: number}> {
	const trail = await readAuditTrail(folder, systemClock.now() + laterMs);
	assert.equal(trail.kind, 'read');
	const lines = trail.kind === 'read' ? trail.lines : [];
	return {
		entries: lines.flatMap(line => (line.kind === 'entry' ? [line.entry] : [])),
		broken: lines.filter(({kind}) => kind === 'broken').length,
	};
}

test('several processes write while the file is moved aside again and again: no line is lost or torn', async context => {
	const folder = temporaryFolder(context);
	let areWriting = true;
	const all = Promise.all(sessions.map(session => writer(folder, session))).finally(() => {
		areWriting = false;
	});
	// Whoever reads meanwhile sees each line once, too.
	let looks = 0;
	while (areWriting) {
		const {entries, broken} = await entriesIn(folder);
		assert.equal(broken, 0);
		assert.equal(new Set(entries.map(({session, detail}) => `${session} ${detail}`)).size, entries.length);
		looks += 1;
	}

	assert.deepEqual(
		(await all).map(({code}) => code),
		sessions.map(() => 0),
	);
	assert.ok(looks > 1);
	const {entries, broken} = await entriesIn(folder);
	assert.equal(broken, 0);
	for (const session of sessions) {
		const numbers = entries.filter(entry => entry.session === session).map(({detail}) => Number(detail?.split(' ')[1]));
		assert.deepEqual(
			numbers.toSorted((a, b) => a - b),
			Array.from({length: linesEach}, (_, index) => index),
		);
	}

	const files = readdirSync(folder);
	assert.ok(files.length > 20, `${files.length} files`);
	assert.ok(files.every(file => statSync(path.join(folder, file)).size < limitBytes + 2000));
	assert.ok(files.every(file => (statSync(path.join(folder, file)).mode & 0o777) === 0o600));
});

test('a disk that takes only a part of a line: the action is refused with the reason, the next line is whole', async context => {
	const folder = temporaryFolder(context);
	// 512-byte blocks: the second or third line doesn't fit any more.
	const {code, errors} = await writer(folder, 'one', "trap '' XFSZ; ulimit -f 1");
	assert.notEqual(code, 0);
	assert.match(
		errors,
		/AuditFailure: the audit log \S+ cannot be written: (?:only a part of the line fitted|file too large)/,
	);
	const meanwhile = await entriesIn(folder);
	assert.equal(meanwhile.broken, 0, 'it might still be being written');
	const before = await entriesIn(folder, lineDeadlineMs);
	assert.ok(before.entries.length > 0);
	assert.deepEqual(before, {entries: meanwhile.entries, broken: 1});
	await auditLog(folder, {session: 'two', osUser: 'bob', sshConnection: undefined, pid: 1}, new FakeClock()).append(
		fact,
	);
	const after = await entriesIn(folder);
	assert.equal(after.entries.length, before.entries.length + 1);
	assert.equal(after.broken, before.broken);
});

test('a line behind a torn one is read, and the torn one is told', async context => {
	const folder = temporaryFolder(context);
	const log = auditLog(folder, {session: 'one', osUser: 'a', sshConnection: undefined, pid: 1}, new FakeClock());
	await log.append(fact);
	const whole = JSON.stringify({at: '2026-11-23T14:00:01.000Z', ...fact, session: 'two', osUser: 'b', pid: 2});
	const text = `{"at":"2026-11-23T13:59:59.000Z","sess${whole}\nno json\n\n[]\n{"at":"soon"}\n`;
	writeFileSync(path.join(folder, 'audit-20261123T135959000Z-00000000.ndjson'), text);
	const {entries, broken} = await entriesIn(folder);
	assert.deepEqual(
		entries.map(({session}) => session),
		['one', 'two'],
	);
	assert.equal(broken, 4);
});

for (const name of [auditFileName, 'audit-20261123T135959000Z-00000000.ndjson']) {
	test(`a last line without its end is being written while ${name} is young, and torn when it is old`, async context => {
		const folder = temporaryFolder(context);
		const file = path.join(folder, name);
		const line = JSON.stringify({at: '2026-11-23T14:00:01.000Z', ...fact, session: 'two', osUser: 'b', pid: 2});
		const changedAtMs = 1_795_442_400_000;
		const kindsAt = async (nowMs: number) => {
			utimesSync(file, changedAtMs / 1000, changedAtMs / 1000);
			const trail = await readAuditTrail(folder, nowMs);
			return trail.kind === 'read' ? [trail.lines.map(({kind}) => kind), trail.isUnfinished] : trail;
		};
		writeFileSync(file, `${line}\n${line.slice(0, 40)}`);
		assert.deepEqual(await kindsAt(changedAtMs), [['entry'], true]);
		assert.deepEqual(await kindsAt(changedAtMs + lineDeadlineMs - 1), [['entry'], true]);
		assert.deepEqual(await kindsAt(changedAtMs + lineDeadlineMs), [['entry', 'broken'], false]);
		writeFileSync(file, `${line}\n${line}\n`);
		assert.deepEqual(await kindsAt(changedAtMs), [['entry', 'entry'], false]);
	});
}

test('what is not there is empty, what cannot be read says why', async context => {
	const folder = temporaryFolder(context);
	const nowMs = systemClock.now();
	assert.deepEqual(await readAuditTrail(path.join(folder, 'none'), nowMs), {
		kind: 'read',
		lines: [],
		files: [],
		isUnfinished: false,
	});
	writeFileSync(path.join(folder, 'file'), '');
	const trail = await readAuditTrail(path.join(folder, 'file'), nowMs);
	assert.ok(trail.kind === 'unreadable');
	assert.equal(trail.why, 'not a directory');
	assert.equal(path.basename(trail.file), auditFileName);
});
