import assert from 'node:assert/strict';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, {type TestContext} from 'node:test';
import {AuditFailure, auditLog} from '../../../source/actions/execute/audit-log.js';
import type {AuditFact} from '../../../source/domain/audit.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {auditFileName} from '../../../source/host/audit-files.js';
import {FakeClock} from '../../harness/fake-clock.js';

const actor = {session: 'one', osUser: 'alice', sshConnection: '10.0.4.20 50001 10.0.1.11 22', pid: 42};
const fact: AuditFact = {
	phase: 'intent',
	target: '10.0.1.11:6379' as NodeAddress,
	runId: 'a'.repeat(40),
	action: 'bgsave',
	command: 'BGSAVE',
	detail: undefined,
};

function temporaryFolder(context: TestContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-audit-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

test('a line a fact, in a file that only its owner reads, in a folder that is made', async context => {
	const folder = path.join(temporaryFolder(context), 'state', 'redis-top');
	const log = auditLog(folder, actor, new FakeClock());
	await Promise.all([log.append(fact), log.append({...fact, phase: 'outcome', detail: 'a\nb'})]);

	const lines = readFileSync(log.file, 'utf8').trimEnd().split('\n');
	assert.equal(lines.length, 2);
	assert.deepEqual(JSON.parse(lines[0] ?? ''), {
		at: '2026-11-23T14:00:00.000Z',
		...actor,
		phase: 'intent',
		target: '10.0.1.11:6379',
		runId: 'a'.repeat(40),
		action: 'bgsave',
		command: 'BGSAVE',
	});
	assert.equal(JSON.parse(lines[1] ?? '').detail, 'a\nb');
	assert.equal(statSync(log.file).mode & 0o777, 0o600);
	assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a file and a folder that others could read are closed to them', async context => {
	const folder = temporaryFolder(context);
	writeFileSync(path.join(folder, auditFileName), '');
	chmodSync(path.join(folder, auditFileName), 0o644);
	chmodSync(folder, 0o755);
	await auditLog(folder, actor, new FakeClock()).append(fact);
	assert.equal(statSync(path.join(folder, auditFileName)).mode & 0o777, 0o600);
	assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a line that was cut short does not swallow the next, and several sessions share a file', async context => {
	const folder = temporaryFolder(context);
	writeFileSync(path.join(folder, auditFileName), '{"at":"2026-');
	const logs = ['one', 'two'].map(session => auditLog(folder, {...actor, session}, new FakeClock()));
	await logs[0]?.append(fact);
	await Promise.all(Array.from({length: 40}, (_, index) => logs[index % 2]?.append(fact)));
	const lines = readFileSync(path.join(folder, auditFileName), 'utf8').trimEnd().split('\n');
	assert.equal(lines.length, 42);
	assert.equal(lines.slice(1).filter(text => JSON.parse(text).phase === 'intent').length, 41);
});

test('after the file was renamed a new file begins', async context => {
	const folder = temporaryFolder(context);
	const log = auditLog(folder, actor, new FakeClock());
	await log.append(fact);
	rmSync(log.file);
	await log.append(fact);
	assert.equal(readFileSync(log.file, 'utf8').split('\n').length, 2);
});

test('where it cannot be written, it says so, and goes on when it can', async context => {
	const folder = temporaryFolder(context);
	const log = auditLog(folder, actor, new FakeClock());
	mkdirSync(log.file);
	await assert.rejects(log.append(fact), (error: unknown) => {
		assert.ok(error instanceof AuditFailure);
		assert.match(error.message, /audit\.ndjson cannot be written: illegal operation on a directory/);
		return true;
	});
	rmSync(log.file, {recursive: true});
	await log.append(fact);
	assert.equal(statSync(log.file).isFile(), true);

	const inFile = auditLog(path.join(log.file, 'below'), actor, new FakeClock());
	await assert.rejects(inFile.append(fact), AuditFailure);
});

test('a log that keeps nothing is a failure', {skip: !existsSync('/dev/null')}, async context => {
	const folder = temporaryFolder(context);
	symlinkSync('/dev/null', path.join(folder, auditFileName));
	await assert.rejects(auditLog(folder, actor, new FakeClock()).append(fact), /no regular file/);
	assert.equal(statSync('/dev/null').mode & 0o777, 0o666);
});
