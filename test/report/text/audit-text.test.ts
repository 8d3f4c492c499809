import assert from 'node:assert/strict';
import test from 'node:test';
import {parseAuditLines} from '../../../source/parse/audit-lines.js';
import {auditJson, auditText} from '../../../source/report/text/audit-text.js';

const nowMs = Date.UTC(2026, 10, 23, 15, 0, 0);
const entry = {
	at: '2026-11-23T14:00:00.000Z',
	phase: 'outcome',
	outcome: 'replied',
	target: '10.0.1.11:6379',
	action: 'set-appendonly',
	command: 'CONFIG SET appendonly no',
	detail: 'sent once, the server replied: OK',
	revert: 'CONFIG SET appendonly yes',
	session: 'one',
	osUser: 'alice',
	sshConnection: '10.0.4.20 50001 10.0.1.11 22',
	pid: 42,
};
const log = (...entries: readonly object[]) => parseAuditLines(entries.map(one => JSON.stringify(one)).join('\n'));

test('the table has a row for each entry and each broken line, and the temporary changes still in force', () => {
	const lines = [
		...log(entry, {
			...entry,
			at: '2026-11-23T14:00:01.000Z',
			phase: 'verified',
			detail: undefined,
			sshConnection: undefined,
		}),
		...parseAuditLines('{"cut'),
	];
	assert.deepEqual(auditText(lines, nowMs).split('\n'), [
		'TIME UTC             WHO                   TARGET          PHASE     WHAT',
		'2026-11-23 14:00:00  alice from 10.0.4.20  10.0.1.11:6379  outcome   CONFIG SET appendonly no: sent once, the server replied: OK',
		'2026-11-23 14:00:01  alice                 10.0.1.11:6379  verified  CONFIG SET appendonly no',
		'-                    -                     -               BROKEN    {"cut',
		'',
		'Temporary, and not taken back as far as this log shows:',
		'  10.0.1.11:6379  CONFIG SET appendonly no  since 2026-11-23 14:00:00 by alice: writes are not logged; undo: CONFIG SET appendonly yes',
	]);
});

test('an undone change gives no reminder, and an empty log says that it is empty', () => {
	const back = {...entry, at: '2026-11-23T14:05:00.000Z', command: 'CONFIG SET appendonly yes'};
	assert.doesNotMatch(auditText(log(entry, back), nowMs), /Temporary/);
	assert.equal(auditText([], nowMs), 'Nothing was done yet.');
});

test('the JSON is parsed back to the same entries', () => {
	const lines = [...log(entry), ...parseAuditLines('x\u{1B}[31m')];
	const [first = '', second = ''] = auditJson(lines).split('\n');
	assert.deepEqual(parseAuditLines(first), log(entry));
	assert.deepEqual(JSON.parse(second), {broken: 'x\\x1b[31m'});
});
