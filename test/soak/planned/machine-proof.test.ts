import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type MachineFacts, machineProof, type ReportedFinding} from './machine-proof.js';
import type {ThreadTime} from './thread-times.js';

const nowMs = 1_000_000;

/** Readings 20 ms apart, up to now. `did` tells what the thread did before the moment that many milliseconds ago. */
function readings(did: (agoMs: number) => 'run' | 'wait' | 'sleep'): ThreadTime[] {
	const times: ThreadTime[] = [];
	let [runMs, waitMs] = [0, 0];
	for (let atMs = nowMs - 80_000; atMs <= nowMs; atMs += 20) {
		times.push({atMs, runMs, waitMs});
		const now = did(nowMs - atMs);
		runMs += now === 'run' ? 20 : 0;
		waitMs += now === 'wait' ? 20 : 0;
	}

	return times;
}

const idle = readings(() => 'sleep');
const facts: MachineFacts = {
	nowMs,
	server: idle,
	replica: [],
	watch: idle,
	slowlog: undefined,
	processorPressure: 5,
	diskPressure: 0,
};
const finding = (rule: string, evidence: ReportedFinding['evidence'] = []): ReportedFinding => ({
	rule,
	severity: 'warning',
	node: '127.0.0.1:1',
	title: '',
	evidence,
});
const isOfMachine = (found: ReportedFinding, more: Partial<MachineFacts>) =>
	machineProof(found, {...facts, ...more})?.isOfMachine;

test('a rule about something else than the machine is never the machine’s', () => {
	assert.equal(machineProof(finding('rep.lost'), {...facts, processorPressure: 99}), undefined);
	assert.equal(machineProof(finding('cpu.main'), {...facts, processorPressure: 99}), undefined);
});

test('slow commands are the machine’s only where the thread waited while each of them ran, whatever the pressure', () => {
	const second = nowMs / 1000;
	const entry = (took: number, agoSeconds: number) => [1, second - agoSeconds, took * 1000, ['SET', 'a', 'b'], 'x', ''];
	const waitedAt10 = readings(ago => (ago > 9400 && ago <= 9600 ? 'wait' : 'sleep'));
	const slow = finding('lat.slowlog_new');
	const more = {server: waitedAt10, processorPressure: 99};
	assert.equal(isOfMachine(slow, {...more, slowlog: [entry(150, 10)]}), true);
	assert.equal(isOfMachine(slow, {...more, slowlog: [entry(150, 10), entry(150, 20)]}), false);
	assert.equal(isOfMachine(slow, {...more, slowlog: [entry(150, 10), entry(150, 200)]}), true);
	const halfAt10 = readings(ago => (ago > 9400 && ago <= 9600 ? (ago % 40 === 0 ? 'run' : 'wait') : 'sleep'));
	assert.equal(isOfMachine(slow, {...more, server: halfAt10, slowlog: [entry(90, 10)]}), false);
	assert.equal(isOfMachine(slow, {...more, server: halfAt10, slowlog: [entry(90, 10), entry(110, 10)]}), true);
	const ranAt10 = readings(ago => (ago > 9400 && ago <= 9600 ? 'run' : 'sleep'));
	assert.equal(isOfMachine(slow, {server: ranAt10, processorPressure: 99, slowlog: [entry(150, 10)]}), false);
	assert.equal(isOfMachine(slow, {...more, slowlog: []}), false);
	assert.equal(isOfMachine(slow, {...more, slowlog: undefined}), false);
});

test('a slow fork is the machine’s if the thread waited', () => {
	const fork = finding('per.fork_slow', [{name: 'latest_fork_usec', value: 300_000}]);
	assert.equal(isOfMachine(fork, {server: readings(ago => (ago > 2000 && ago <= 2300 ? 'wait' : 'sleep'))}), true);
	assert.equal(isOfMachine(fork, {server: readings(ago => (ago > 2000 && ago <= 2300 ? 'run' : 'sleep'))}), false);
	assert.equal(isOfMachine(fork, {server: []}), false);
});

test('long means are the machine’s if the thread had no processor for most of its time', () => {
	const cycle = finding('lat.eventloop');
	assert.equal(isOfMachine(cycle, {server: readings(ago => (ago % 60 === 0 ? 'run' : 'wait'))}), true);
	assert.equal(isOfMachine(cycle, {server: readings(ago => (ago % 60 === 0 ? 'wait' : 'run'))}), false);
	assert.equal(isOfMachine(cycle, {server: []}), false);
});

test('a replica is behind by the machine’s fault if it had no processor for most of its time', () => {
	const behind = finding('rep.lag_bytes');
	assert.equal(isOfMachine(behind, {replica: readings(ago => (ago % 60 === 0 ? 'run' : 'wait'))}), true);
	assert.equal(isOfMachine(behind, {replica: idle, server: readings(() => 'wait')}), false);
	assert.equal(isOfMachine(behind, {}), false);
});

test('silence is the machine’s if the server or the onlooker waited, and not if the server is gone', () => {
	const stale = finding('conn.stale', [{name: 'age', value: 10}]);
	const waited = readings(ago => (ago <= 8000 ? 'wait' : 'sleep'));
	assert.equal(isOfMachine(stale, {server: waited}), true);
	assert.equal(isOfMachine(stale, {watch: waited}), true);
	assert.equal(isOfMachine(stale, {processorPressure: 99}), false);
	assert.equal(isOfMachine(stale, {server: [], watch: waited}), false);
	const ended = waited.filter(({atMs}) => atMs < nowMs - 4000);
	assert.equal(isOfMachine(stale, {server: ended, watch: waited}), false);
});

test('figures of the machine are measured here too', () => {
	const waits = finding('os.runq', [{name: 'schedstat, time in the run queue', value: 0.3}]);
	assert.equal(isOfMachine(waits, {server: readings(ago => (ago % 40 === 0 ? 'wait' : 'run'))}), true);
	assert.equal(isOfMachine(waits, {}), false);
	const short = finding('os.psi', [{name: 'cpu some avg10', value: 0.7}]);
	assert.equal(isOfMachine(short, {processorPressure: 60}), true);
	assert.equal(isOfMachine(short, {processorPressure: 10}), false);
	assert.equal(isOfMachine(short, {processorPressure: undefined}), false);
	assert.equal(isOfMachine(finding('per.fsync'), {diskPressure: 30}), true);
	assert.equal(isOfMachine(finding('per.fsync'), {diskPressure: 1}), false);
});
