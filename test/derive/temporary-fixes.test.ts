import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {costOf, fixState, temporaryFixes} from '../../source/derive/temporary-fixes.js';
import type {AuditEntry} from '../../source/domain/audit.js';
import type {NodeAddress} from '../../source/domain/node.js';

const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);

const sent = (seconds: number, command: string, parts: Partial<AuditEntry> = {}): AuditEntry => ({
	at: new Date(startMs + seconds * 1000).toISOString(),
	phase: 'outcome',
	outcome: 'replied',
	target: '10.0.1.11:6379' as NodeAddress,
	runId: 'a'.repeat(40),
	action: 'bgsave',
	command,
	detail: 'sent once, the server replied: OK',
	session: 'one',
	osUser: 'alice',
	sshConnection: undefined,
	pid: 42,
	...parts,
});

const open = (...entries: readonly AuditEntry[]) => temporaryFixes(entries).map(({command}) => command);

test('what is a temporary fix, and what ends it', () => {
	assert.deepEqual(open(sent(0, 'CONFIG SET save ""')), ['CONFIG SET save ""']);
	assert.deepEqual(open(sent(0, 'config set APPENDONLY no')), ['config set APPENDONLY no']);
	assert.deepEqual(open(sent(0, 'CONFIG SET stop-writes-on-bgsave-error no')).length, 1);
	assert.deepEqual(open(sent(0, 'CONFIG SET maxmemory 1gb')), []);
	assert.deepEqual(open(sent(0, 'CONFIG SET save ""'), sent(5, 'CONFIG SET save "3600 1"')), []);
	assert.deepEqual(open(sent(0, 'CONFIG SET save ""'), sent(5, 'CONFIG SET appendonly yes')).length, 1);
	assert.deepEqual(open(sent(0, 'CONFIG SET save "" appendonly no')).length, 2);
	assert.deepEqual(open(sent(0, 'CLIENT PAUSE 60000 WRITE')).length, 1);
	assert.deepEqual(open(sent(0, 'CLIENT PAUSE 60000 WRITE'), sent(2, 'CLIENT UNPAUSE')), []);
	assert.deepEqual(open(sent(0, 'CLIENT PAUSE soon')), []);
});

test('a change that was refused or never sent is not listed, one with an unknown outcome is', () => {
	for (const [outcome, count] of [
		['refused', 0],
		['not-sent', 0],
		['unknown', 1],
	] as const) {
		assert.equal(open(sent(0, 'CONFIG SET appendonly no', {outcome})).length, count, outcome);
	}

	for (const phase of ['intent', 'aborted', 'verified'] as const) {
		assert.deepEqual(open(sent(0, 'CONFIG SET appendonly no', {phase})), []);
	}

	// A revert that was refused reverts nothing.
	assert.equal(
		open(sent(0, 'CONFIG SET appendonly no'), sent(1, 'CONFIG SET appendonly yes', {outcome: 'refused'})).length,
		1,
	);
});

test('another server’s revert is not this one’s, and the age is that of the first', () => {
	const other = '10.0.1.12:6379' as NodeAddress;
	const fixes = temporaryFixes([
		sent(0, 'CONFIG SET appendonly no', {revert: 'CONFIG SET appendonly yes'}),
		sent(5, 'CONFIG SET appendonly no'),
		sent(9, 'CONFIG SET appendonly yes', {target: other}),
	]);
	assert.deepEqual(
		fixes.map(({sinceMs, revert}) => [sinceMs, revert]),
		[[startMs, 'CONFIG SET appendonly yes']],
	);
});

test('what the server reports decides, if it is newer', () => {
	const [fix] = temporaryFixes([sent(0, 'CONFIG SET save ""')]);
	assert.ok(fix);
	const seen = (seconds: number, value: string) => ({
		atMs: startMs + seconds * 1000,
		value: new Map([['save', value]]),
	});
	assert.equal(fixState(fix, undefined, startMs), 'unchecked');
	assert.equal(fixState(fix, seen(-5, '3600 1'), startMs), 'unchecked');
	assert.equal(fixState(fix, seen(5, ''), startMs), 'stands');
	assert.equal(fixState(fix, seen(5, '3600 1'), startMs), 'over');
	assert.equal(fixState(fix, {atMs: startMs + 5000, value: new Map()}, startMs), 'unchecked');
	assert.equal(costOf(fix), 'no snapshots are made');

	const [pause] = temporaryFixes([sent(0, 'CLIENT PAUSE 60000 WRITE')]);
	assert.ok(pause);
	assert.equal(fixState(pause, undefined, startMs + 59_000), 'stands');
	assert.equal(fixState(pause, undefined, startMs + 60_000), 'over');
});

test('whatever stands in the log, it is read without an error', () => {
	const entry = fc.record({command: fc.string(), outcome: fc.constantFrom('replied', 'unknown', 'refused')});
	fc.assert(
		fc.property(fc.array(entry), entries => {
			temporaryFixes(entries.map(({command, outcome}) => sent(0, command, {outcome} as Partial<AuditEntry>)));
		}),
	);
});
