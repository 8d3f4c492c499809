import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MonitorEvent} from '../../../source/domain/event.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {nothingSaid, screenReaderLines, withoutDrawing} from '../../../source/report/text/screen-reader-lines.js';
import type {Finding} from '../../../source/rules/finding.js';
import {newRecord} from '../../../source/state/new-record.js';
import {stateOf} from '../../harness/records.js';

const address = '127.0.0.1:6379' as NodeAddress;
const endpoint = {kind: 'tcp', host: '127.0.0.1', port: 6379} as const;
const record = {...newRecord(address, endpoint, 'target', 1000), reach: 'up', role: 'primary'} as const;

const finding: Finding = {
	rule: 'mem.max',
	severity: 'warning',
	node: address,
	subject: undefined,
	problem: 'memory at 91% of maxmemory',
	evidence: [],
	meaning: '',
	next: [],
	sinceMs: 0,
	clearedAtMs: undefined,
};

const event: MonitorEvent = {
	atMs: 1_795_356_151_120,
	severity: 'info',
	node: address,
	kind: 'save-done',
	text: 'saved to disk',
};

test('only changes are printed, and each only once', () => {
	const first = screenReaderLines(nothingSaid, {...stateOf([record]), findings: [finding], events: [event]});
	assert.deepEqual(first.lines, [
		'127.0.0.1:6379: primary, up',
		'warning: 127.0.0.1:6379 memory at 91% of maxmemory (mem.max)',
		'event, 14:02:31: 127.0.0.1:6379 saved to disk',
	]);
	const same = screenReaderLines(first.said, {
		...stateOf([{...record, lastReplyAtMs: 5000}]),
		// Only the figure has changed, which is not printed.
		findings: [{...finding, problem: 'memory at 92% of maxmemory'}],
		events: [event],
	});
	assert.deepEqual(same.lines, []);
	const later: MonitorEvent = {...event, text: 'saved again'};
	const next = screenReaderLines(same.said, {
		...stateOf([record]),
		findings: [{...finding, severity: 'critical'}],
		events: [later, event],
	});
	assert.deepEqual(next.lines, [
		'critical: 127.0.0.1:6379 memory at 91% of maxmemory (mem.max)',
		'event, 14:02:31: 127.0.0.1:6379 saved again',
	]);
	const over = screenReaderLines(next.said, {
		...stateOf([record]),
		findings: [{...finding, clearedAtMs: 1}],
		events: [later, event],
	});
	assert.deepEqual(over.lines, ['over: 127.0.0.1:6379 memory at 91% of maxmemory (mem.max)']);
});

test('a panel is read out without frames, charts and meters', () => {
	const panel = [
		'┌─ 2 Memory ───┐',
		'│ used  1.05M  │',
		'│ █████░░░░    │',
		'│>info   1.0 ▁▃│',
		'│              │',
		'└──────────────┘',
	];
	assert.deepEqual(withoutDrawing(panel.join('\n')), ['2 Memory', 'used 1.05M', 'info 1.0']);
});

test('the scale of a chart is not read out, and a text between two lines of a frame is', () => {
	const panel = [
		'┌─ used memory ─┐',
		'│ 1.49M┤  ╭──   │',
		'│      │ ╭╯     │',
		'│ 1.00M┤─╯      │',
		'├─ keys ────────┤',
		'│ db0 12        │',
	];
	assert.deepEqual(withoutDrawing(panel.join('\n')), ['used memory', 'keys', 'db0 12']);
});
