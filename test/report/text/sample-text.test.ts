import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sampleText} from '../../../source/report/text/sample-text.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../../harness/records.js';
import {cluster, nowMs, replicated} from '../states.js';

const cellsOf = (line: string): ReadonlyMap<string, string> =>
	new Map(line.split(/\s+/).flatMap(cell => (cell.includes('=') ? [cell.split('=') as [string, string]] : [])));

test('each node has one line, with the same cells in the same columns', () => {
	const lines = sampleText(replicated, nowMs).split('\n');
	assert.equal(lines.length, 4);
	const [primary = '', replica = '', lost = '', never = ''] = lines;
	assert.match(primary, /^2026-11-23T14:02:31Z {2}10\.0\.1\.11:6379 {3}primary {2}up {8}ops=47\.9k\/s/);
	assert.deepEqual(Object.fromEntries(cellsOf(primary)), {
		ops: '47.9k/s',
		hit: '91%',
		mem: '5.46G/6.00G',
		cpu: '12%',
		clients: '12',
		blocked: '0',
		in: '-',
		out: '-',
		evicted: '12/s',
		rejected: '-',
		keys: '1.23k',
		link: '-',
		behind: '1.17K',
		behind_s: '<1s',
		rtt: '0.4ms',
		age: '0s',
	});
	assert.equal(cellsOf(replica).get('link'), 'up');
	assert.equal(cellsOf(replica).get('behind'), '1.17K', 'as its primary says');
	assert.equal(cellsOf(lost).get('ops'), '-');
	assert.equal(cellsOf(lost).get('age'), '1m00s');
	assert.ok(lost.endsWith('  # refuses connections: nothing listens on the port'));
	assert.match(never, /10\.0\.1\.14:6379 {3}unknown {2}down /);
	for (const name of cellsOf(primary).keys()) {
		const places = new Set(lines.map(line => line.indexOf(` ${name}=`)));
		assert.equal(places.size, 1, name);
	}

	assert.deepEqual([...cellsOf(never).keys()], [...cellsOf(primary).keys()]);
});

test('columns don’t move while values change', () => {
	const start = (operations: number, usedMemory: number) =>
		sampleText(
			stateOf([recordFrom({info: {memory: {used_memory: usedMemory, maxmemory: 4096}}, values: {operations}})]),
			nowMs,
		).indexOf('clients=');
	assert.equal(start(0, 1), start(123_456, 999_999_999));
});

test('every line is printable, without escape sequences, and an unknown value is always a dash', () => {
	const states = [replicated, cluster, stateOf([]), stateOf([emptyRecord('h:1')])];
	for (const state of states) {
		const text = sampleText(state, sampledAtMs);
		assert.match(text, /^(?:[^\p{C}]|\n)+$/u);
		assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
		assert.ok(text.split('\n').every(line => line.startsWith('2026-11-23T14:02:31Z  ')));
	}
});
