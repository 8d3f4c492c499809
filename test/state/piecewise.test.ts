import assert from 'node:assert/strict';
import test from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {newRecord} from '../../source/state/new-record.js';
import {Piecewise} from '../../source/state/piecewise.js';

const stateOf = (nodes: number): MonitorState => ({
	target: 'a',
	nodes: new Map(
		Array.from({length: nodes}, (_, index) => {
			const address = `10.0.0.1:${index + 1}` as NodeAddress;
			return [address, newRecord(address, {kind: 'tcp', host: '10.0.0.1', port: index + 1}, 'cluster', 1000, 10)];
		}),
	),
	events: [],
	findings: [],
	blindRules: [],
	isInsecure: false,
	user: undefined,
	isFromMemory: false,
	startedAtMs: 0,
});

function shown() {
	const states: MonitorState[] = [];
	return {states, piecewise: new Piecewise(state => states.push(state))};
}

test('a state of few nodes is shown at once, and so is a last one of many', () => {
	const {states, piecewise} = shown();
	const [few, many] = [stateOf(200), stateOf(201)];
	piecewise.show(few, false);
	piecewise.show(many, true);
	assert.deepEqual(states, [few, many]);
});

/** More than the pieces take. */
async function turns() {
	for (let turn = 0; turn < 10; turn++) {
		await nextTurn();
	}
}

test('a state of many nodes is shown some turns later', async () => {
	const {states, piecewise} = shown();
	const many = stateOf(201);
	piecewise.show(many, false);
	assert.deepEqual(states, []);
	await turns();
	assert.deepEqual(states, [many]);
});

test('a state that comes while one is in the making is shown at once in its place', async () => {
	const {states, piecewise} = shown();
	const [first, second, few] = [stateOf(201), stateOf(300), stateOf(1)];
	piecewise.show(first, false);
	piecewise.show(second, false);
	assert.deepEqual(states, [second]);
	piecewise.show(first, false);
	piecewise.show(few, false);
	await turns();
	assert.deepEqual(states, [second, few]);
});
