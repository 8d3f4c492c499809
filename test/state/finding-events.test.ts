import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MonitorEvent} from '../../source/domain/event.js';
import {messageText, nameOf} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Finding} from '../../source/rules/finding.js';
import {FindingEvents} from '../../source/state/finding-events.js';
import {findingOf} from '../harness/findings.js';
import {sampledAtMs} from '../harness/records.js';

const node = '10.0.1.11:6379' as NodeAddress;
const full = findingOf('mem.max', 'warning', node, {problem: 'memory at 91% of maxmemory'});
const over = (finding: Finding): Finding => ({...finding, clearedAtMs: sampledAtMs});
const words = ({kind, severity, node: of, text}: MonitorEvent) => `${kind} ${severity} ${of}: ${messageText(text)}`;

/** The events of one list of findings after another, as text. */
function told(lists: ReadonlyArray<readonly Finding[]>, known: readonly MonitorEvent[] = []): string[] {
	const events = new FindingEvents();
	return lists.flatMap(list => events.of(list, known, sampledAtMs).map(words));
}

test('a finding above info is an event when it opens, worsens, ends and opens again', () => {
	const worse: Finding = {...full, severity: 'critical', problem: 'memory at 99% of maxmemory'};
	assert.deepEqual(told([[], [full], [{...full}], [worse], [full], [over(full)], [over(full)], [full]]), [
		`finding-opened warning ${node}: memory at 91% of maxmemory`,
		`finding-worse critical ${node}: worse: memory at 99% of maxmemory`,
		`finding-over info ${node}: ended after 1m00s: memory at 91% of maxmemory`,
		`finding-opened warning ${node}: memory at 91% of maxmemory`,
	]);
});

test('an info finding is no event until it becomes a warning', () => {
	const note: Finding = {...full, severity: 'info'};
	assert.deepEqual(told([[note], [], [note], [full], [note]]), [
		`finding-opened warning ${node}: memory at 91% of maxmemory`,
	]);
});

test('an event names the culprit that the text of the finding does not name', () => {
	const by = (culprit: Finding['culprit'], problem = 'evicts 500 keys/s') =>
		told([[findingOf('mem.evict_storm', 'warning', node, {problem, culprit})]])[0]?.split(': ')[1];
	assert.equal(
		by({client: nameOf('client', 'export-7'), command: 'SET'}),
		'evicts 500 keys/s, by client export-7, command SET',
	);
	assert.equal(by({client: nameOf('client', 'export-7')}, 'evicts keys for export-7'), 'evicts keys for export-7');
	assert.equal(by(undefined), 'evicts 500 keys/s');
	// A narrow list cuts the end, so the culprit stands before the details.
	const [text] = told([
		[
			findingOf('mem.evict_storm', 'warning', node, {
				problem: 'evicts 500 keys/s',
				detail: '2.8% of its keys',
				reason: 'it is full',
				culprit: {client: nameOf('client', 'export-7')},
			}),
		],
	]);
	assert.match(text ?? '', /evicts 500 keys\/s, by client export-7, 2\.8% of its keys: it is full$/);
});

test('findings of one rule that open at once on several nodes are one event', () => {
	const on = (port: number) => findingOf('mem.max', 'warning', `10.0.1.11:${port}`, {problem: 'is full'});
	assert.deepEqual(told([[on(1), on(2), on(3), {...on(4), severity: 'critical'}]]), [
		'finding-opened warning 10.0.1.11:1: is full; 2 more nodes too',
		'finding-opened critical 10.0.1.11:4: is full',
	]);
});

test('a fact that another event reports already gets no second event on the same node', () => {
	const event = (kind: string, at: NodeAddress, atMs = sampledAtMs - 61_000): MonitorEvent => ({
		atMs,
		node: at,
		kind,
		severity: 'critical',
		text: 'said',
	});
	const other = '10.0.1.12:6379' as NodeAddress;
	const failed = findingOf('per.rdb_fail', 'critical', node);
	const opened = [`finding-opened critical ${node}: has per.rdb_fail`];
	assert.deepEqual(told([[failed]], [event('save-failed', node)]), []);
	assert.deepEqual(told([[failed]], [event('save-failed', other)]), opened);
	assert.deepEqual(told([[failed]], [event('node-lost', node)]), opened);
	assert.deepEqual(told([[failed]], [event('save-failed', node, sampledAtMs - 600_000)]), opened);
	assert.deepEqual(told([[failed], [over(failed)]], [event('save-done', node, sampledAtMs)]), opened);
	const split = findingOf('clu.split', 'critical', node);
	assert.deepEqual(told([[split]], [event('split-brain', other)]), []);
});

test('a finding from before the start opens without an event and ends with one; a command that exits has no events', () => {
	const events = new FindingEvents();
	events.expect([{rule: 'mem.max', node, subject: undefined, sinceMs: sampledAtMs - 60_000}]);
	assert.deepEqual(events.of([full], [], sampledAtMs), []);
	assert.deepEqual(events.of([over(full)], [], sampledAtMs).map(words), [
		`finding-over info ${node}: ended after 1m00s: memory at 91% of maxmemory`,
	]);
	assert.deepEqual(new FindingEvents('confirm').of([full], [], sampledAtMs), []);
});
