import assert from 'node:assert/strict';
import {mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {auditLog} from '../../source/actions/execute/audit-log.js';
import {pollAudit} from '../../source/app/audit-poller.js';
import {systemClock} from '../../source/domain/clock.js';
import type {MonitorEvent} from '../../source/domain/event.js';
import {messageText} from '../../source/domain/message.js';
import {lineDeadlineMs} from '../../source/host/audit-files.js';
import type {AuditView} from '../../source/state/monitor-state.js';
import {auditEntry} from '../harness/audits.js';
import {eventually} from '../harness/eventually.js';

test('new lines of other sessions become events, own and old lines don’t, and a rotation loses no line', async context => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-audit-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	const log = (session: string) =>
		auditLog(folder, {session, osUser: session, sshConnection: undefined, pid: 1}, systemClock);
	const {at: _at, session: _session, osUser: _user, sshConnection: _ssh, pid: _pid, ...fact} = auditEntry();
	await log('other').append({...fact, detail: 'before'});

	const end = new AbortController();
	context.after(() => end.abort());
	const events: MonitorEvent[] = [];
	let audit: AuditView | undefined;
	const watching = pollAudit({
		folder,
		ownSession: 'me',
		clock: {...systemClock, sleep: (_ms, signal) => systemClock.sleep(10, signal)},
		signal: end.signal,
		onChange: next => {
			audit = next;
		},
		onNews: news => events.push(...news),
	});
	await eventually('the first look', () => audit);
	await log('me').append({...fact, detail: 'mine'});
	await log('other').append({...fact, detail: 'first', command: 'CONFIG SET save ""'});
	await eventually('the first event', () => events[0]);
	renameSync(log('other').file, path.join(folder, 'audit-20261123T140000000Z-00000000.ndjson'));
	await log('other').append({...fact, phase: 'intent', detail: undefined});
	await log('other').append({...fact, detail: 'second'});
	await log('other').append({...fact, phase: 'verified', detail: 'verified: third'});
	await eventually('the third event', () => events[2]);
	assert.deepEqual(
		events.map(({text, kind, node}) => [kind, node, messageText(text)]),
		[
			['action', '10.0.1.11:6379', 'other in another redis-top: CONFIG SET save "": outcome: first'],
			['action', '10.0.1.11:6379', 'other in another redis-top: BGSAVE: outcome: second'],
			['action', '10.0.1.11:6379', 'other in another redis-top: BGSAVE: verified: third'],
		],
	);
	assert.equal(audit?.entries.length, 6);
	assert.equal(audit?.fixes.length, 1);
	end.abort();
	await watching;
});

test('an unfinished line is reported as broken once it is old enough, although the file doesn’t change', async context => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-audit-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	writeFileSync(path.join(folder, 'audit.ndjson'), '{"at":"2026-11-23T14:00:00.000Z","sess');
	const end = new AbortController();
	context.after(() => end.abort());
	let nowMs = systemClock.now();
	let audit: AuditView | undefined;
	const watching = pollAudit({
		folder,
		ownSession: 'me',
		clock: {...systemClock, now: () => nowMs, sleep: (_ms, signal) => systemClock.sleep(10, signal)},
		signal: end.signal,
		onChange: next => {
			audit = next;
		},
		onNews: events => assert.deepEqual(events, []),
	});
	const first = await eventually('the first look', () => audit);
	assert.equal(first.broken, 0);
	// The time of a file has parts of a millisecond.
	nowMs += lineDeadlineMs + 1;
	await eventually('a torn line', () => audit?.broken === 1 || undefined);
	end.abort();
	await watching;
});
