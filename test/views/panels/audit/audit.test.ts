import assert from 'node:assert/strict';
import {test} from 'node:test';
import {temporaryFixes} from '../../../../source/derive/temporary-fixes.js';
import type {AuditEntry} from '../../../../source/domain/audit.js';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {plainText} from '../../../../source/text/line.js';
import {temporaryNote} from '../../../../source/views/chrome/temporary-note.js';
import {auditPanel} from '../../../../source/views/panels/audit/audit.js';
import {auditEntry} from '../../../harness/audits.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, sampledAtMs, stateOf} from '../../../harness/records.js';

const entries: readonly AuditEntry[] = [
	auditEntry({at: '2026-11-21T06:29:00.000Z', phase: 'refused', command: 'SHUTDOWN SAVE', detail: 'it loads'}),
	auditEntry({phase: 'intent', detail: undefined}),
	auditEntry({phase: 'verified', detail: 'saved at 14:00:01Z', osUser: 'bob', target: '10.0.1.12:6379' as NodeAddress}),
];

function input(table: Partial<TableView> = {}, parts: {problem?: string; list?: readonly AuditEntry[]} = {}) {
	const {list = entries, problem} = parts;
	const plain = panelInput([], {table});
	const audit = {entries: list, broken: list.length > 0 ? 2 : 0, fixes: temporaryFixes(list), problem};
	const {nodes} = stateOf(['10.0.1.11:6379', '10.0.1.12:6379'].map(address => emptyRecord(address)));
	return {...plain, state: {...plain.state, nodes, audit}};
}

test('actions on servers of other deployments are counted, and listed by a filter', () => {
	const other = auditEntry({phase: 'verified', detail: 'saved', target: '10.0.9.9:6379' as NodeAddress});
	const rows = (table: Partial<TableView>) =>
		panelText(auditPanel, input(table, {list: [...entries, other]}), {width: 100, height: 8}).join('\n');
	assert.match(rows({}), /finds 1 of other servers .* 1-3 of 3/);
	assert.doesNotMatch(rows({}), /10\.0\.9\.9/);
	assert.match(rows({filter: '9.9'}), /10\.0\.9\.9:6379 +verified/);
	assert.doesNotMatch(rows({filter: '9.9'}), /other servers/);
});

test('at 80 columns the newest entry is first, and broken lines are counted', () => {
	assert.deepEqual(panelText(auditPanel, input(), {width: 80, height: 6}), [
		'┌─ a Audit  ! 2 broken  sort time ────────────────────────────────── 1-3 of 3 ─┐',
		'│ TIME UTC↓     TARGET          PHASE    WHAT                                  │',
		'│>14:00:00      10.0.1.12:6379  verified BGSAVE: saved at 14:00:01Z            │',
		'│ 14:00:00      10.0.1.11:6379  intent   BGSAVE                                │',
		'│ 11-21 06:29   10.0.1.11:6379  refused  SHUTDOWN SAVE: it loads               │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the list is filtered and sorted, and a row has details', () => {
	const rows = (table: Partial<TableView>) => panelText(auditPanel, input(table), {width: 100, height: 6}).join('\n');
	assert.match(rows({filter: 'bob'}), /1-1 of 1/);
	assert.match(rows({sort: 'phase'}), /intent[\s\S]*refused[\s\S]*verified/);
	const [key = ''] = auditPanel.rowKeys(input());
	const details = new Map(auditPanel.details?.(input(), key));
	assert.equal(details.get('user'), 'bob');
	assert.equal(details.get('what'), 'saved at 14:00:01Z');
	assert.equal(auditPanel.details?.(input(), 'gone'), undefined);
});

test('an empty log and an unreadable log have different texts', () => {
	const text = (parts: Parameters<typeof input>[1]) =>
		panelText(auditPanel, input({}, parts), {width: 120, height: 5}).join('\n');
	assert.match(text({list: []}), /No action was done on these nodes through redis-top yet/);
	assert.match(text({list: [], problem: '/state/audit.ndjson: permission denied'}), /no action is possible: \/state/);
	assert.match(panelText(auditPanel, panelInput([]), {width: 80, height: 5}).join('\n'), /is being read/);
});

test('the panel draws at any size', () => {
	assertAnySize(auditPanel, [input(), input({}, {list: []}), panelInput([])]);
});

test('the reminder of a temporary fix stays until the server reports another value', () => {
	const fix = auditEntry({command: 'CONFIG SET appendonly no', revert: 'CONFIG SET appendonly yes'});
	const record = emptyRecord('10.0.1.11:6379');
	const note = (value?: string, secondsLater = 60, width = 200) => {
		const config =
			value === undefined
				? undefined
				: {atMs: Date.parse(fix.at) + secondsLater * 1000, value: new Map([['appendonly', value]])};
		const audit = {entries: [fix], broken: 0, fixes: temporaryFixes([fix]), problem: undefined};
		const line = temporaryNote({...stateOf([{...record, config}]), audit}, record, sampledAtMs, {width, key: 'U'});
		return line === undefined ? undefined : plainText(line);
	};

	assert.equal(
		note('no'),
		'! temporary: CONFIG SET appendonly no, for 2m31s by alice: writes are not logged; U undoes it: CONFIG SET appendonly yes',
	);
	// 80 columns show the command that undoes it, 60 its key, 40 at least the change.
	assert.equal(note('no', 60, 80), '! temporary: CONFIG SET appendonly no; U undoes it: CONFIG SET appendonly yes');
	assert.equal(note('no', 60, 60), '! temporary: CONFIG SET appendonly no; U undoes it');
	assert.equal(note('no', 60, 40), '! temporary: CONFIG SET appendonly no');
	assert.match(note() ?? '', /by alice, not checked yet:/);
	assert.match(note('yes', -60) ?? '', /not checked yet/);
	assert.equal(note('yes'), undefined);

	// A temporary change on a server that is not monitored here is not shown.
	const elsewhere = {...fix, target: '10.0.9.9:6379' as NodeAddress};
	const audit = {entries: [elsewhere], broken: 0, fixes: temporaryFixes([elsewhere]), problem: undefined};
	assert.equal(temporaryNote({...stateOf([record]), audit}, record, sampledAtMs, {width: 200, key: 'U'}), undefined);
});
