import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RecordedChange} from '../../source/record/entry.js';
import {findingSpans, isNotable} from '../../source/record/finding-spans.js';

const node = '10.0.0.1:6379' as NodeAddress;

const change = (
	what: RecordedChange['what'],
	atMs: number,
	severity: RecordedChange['severity'] = 'warning',
	id = 'mem.max',
): RecordedChange => ({
	what,
	atMs,
	severity,
	node,
	id,
	text: 'text',
	finding: what.startsWith('finding') ? {rule: id, node, subject: undefined, sinceMs: atMs} : undefined,
});

test('a finding spans the time from its first moment to its last, or to the end of the recording', () => {
	assert.deepEqual(
		findingSpans(
			[
				change('finding-opened', 10),
				change('finding-opened', 15, 'info', 'advice'),
				change('event', 20),
				change('finding-opened', 30, 'critical', 'conn.refused'),
				change('finding-closed', 40),
				change('finding-closed', 45, 'warning', 'of.before'),
				change('finding-opened', 50),
			],
			100,
		),
		[
			{fromMs: 10, toMs: 40, severity: 'warning'},
			{fromMs: 30, toMs: 100, severity: 'critical'},
			{fromMs: 50, toMs: 100, severity: 'warning'},
		],
	);
});

test('a finding that gets worse is marked with each severity for its own time', () => {
	assert.deepEqual(findingSpans([change('finding-opened', 10), change('finding-opened', 20, 'critical')], 30), [
		{fromMs: 10, toMs: 20, severity: 'warning'},
		{fromMs: 20, toMs: 30, severity: 'critical'},
	]);
});

test('a replay goes to findings, events and actions, not to advice, routine events and ends', () => {
	const cases: ReadonlyArray<readonly [RecordedChange, boolean]> = [
		[change('finding-opened', 1), true],
		[change('finding-opened', 1, 'critical'), true],
		[change('finding-opened', 1, 'info'), false],
		[change('finding-closed', 1), false],
		[change('event', 1, 'info', 'role-changed'), true],
		[change('event', 1, 'info', 'save-done'), false],
		[change('event', 1, 'info', 'node-found'), false],
		[change('action', 1, 'info', 'verified'), true],
	];
	for (const [one, expected] of cases) {
		assert.equal(isNotable(one), expected, `${one.what} ${one.severity} ${one.id}`);
	}
});
