import assert from 'node:assert/strict';
import test from 'node:test';
import {QuietTimes} from '../../source/app/quiet-times.js';
import type {RecordedChange} from '../../source/record/entry.js';

const change = (atMs: number, parts: Partial<RecordedChange> = {}): RecordedChange => ({
	...{atMs, what: 'event', severity: 'warning', node: undefined, id: 'node-lost', text: ''},
	...parts,
});

test('the seconds before and after a noted change are not quiet', () => {
	const {isQuiet} = new QuietTimes([change(100_000), change(104_000), change(200_000)]);
	const expected: ReadonlyArray<readonly [atMs: number, quiet: boolean]> = [
		[0, true],
		[93_999, true],
		[94_000, false],
		[103_000, false],
		[105_499, false],
		[105_500, true],
		[193_999, true],
		[194_000, false],
		[201_500, true],
		[500_000, true],
	];
	assert.deepEqual(
		expected.map(([atMs]) => [atMs, isQuiet(atMs)]),
		expected,
	);
});

test('routine events, advice and the load of the machine do not end a quiet time', () => {
	const quiet = [
		change(1000, {id: 'save-done', severity: 'info'}),
		change(1000, {id: 'finding-opened'}),
		change(1000, {what: 'finding-opened', id: 'sec.exposed', severity: 'info'}),
		change(1000, {what: 'finding-closed', id: 'os.psi'}),
	];
	assert.equal(new QuietTimes(quiet).isQuiet(1000), true);
	for (const one of [
		change(1000),
		change(1000, {what: 'action', severity: 'info'}),
		change(1000, {what: 'finding-closed', id: 'mem.oom'}),
	]) {
		assert.equal(new QuietTimes([one]).isQuiet(1000), false);
	}

	assert.equal(new QuietTimes([]).isQuiet(1000), true);
});
