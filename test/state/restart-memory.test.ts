import assert from 'node:assert/strict';
import test from 'node:test';
import type {Failure} from '../../source/domain/sample.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {newRuleMemory, type RuleMemory} from '../../source/rules/node-facts.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {restartMemory, unitMemory} from '../../source/state/restart-memory.js';
import {recordFrom, refusedConnection} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';

const loading = replyFailure('LOADING Redis is loading the dataset in memory');
const closed = socketFailure('CLOSED', '');
const unreachable = socketFailure('EHOSTUNREACH', '');

const seen = (what: string | Failure): NodeRecord =>
	typeof what === 'string'
		? recordFrom({info: {server: {run_id: what}}})
		: {...recordFrom({failure: what}), sample: undefined};

/** How many restarts are counted when polls see this, one after the other. A failure keeps the last sample, as the store does. */
function restartsIn(polls: ReadonlyArray<string | Failure>): number {
	let memory: RuleMemory = newRuleMemory(0);
	let before: NodeRecord | undefined;
	for (const [index, poll] of polls.entries()) {
		const now = seen(poll);
		const after = {...now, sample: now.sample ?? before?.sample};
		memory = before === undefined ? memory : {...memory, ...restartMemory(memory, before, after, index)};
		before = after;
	}

	return memory.restartsAtMs.length;
}

test('another server that ran before answers at the address: no restart', () => {
	const at = (runId: string, uptime: number) =>
		recordFrom({info: {server: {run_id: runId, uptime_in_seconds: uptime}}});
	const restarts = (uptime: number) => restartMemory(newRuleMemory(0), at('a', 50), at('b', uptime), 9).restartsAtMs;
	assert.equal(restarts(90_000), undefined);
	assert.deepEqual(restarts(1), [9]);
});

test('the settings before a restart are remembered, those of the last process whose settings were read', () => {
	const config = {atMs: 0, value: new Map([['maxmemory', '100']])};
	const [one, two, three] = ['a', 'b', 'c'].map(id => recordFrom({info: {server: {run_id: id}}}));
	assert.ok(one !== undefined && two !== undefined && three !== undefined);
	const first = restartMemory(newRuleMemory(0), {...one, config}, two, 9);
	assert.equal(first.settingsBeforeRestart, config.value);
	const second = {...newRuleMemory(0), ...first, ...restartMemory(newRuleMemory(0), two, three, 10)};
	assert.equal(second.settingsBeforeRestart, config.value, 'the second process ended before CONFIG GET');
});

const down = refusedConnection;
const cases: ReadonlyArray<readonly [name: string, polls: ReadonlyArray<string | Failure>, restarts: number]> = [
	['it answers', ['a', 'a', 'a'], 0],
	['it ended', ['a', down, down], 0],
	['another process answers', ['a', 'b', 'b'], 1],
	['it was down between', ['a', down, 'b'], 1],
	['it loads before its first reply', ['a', down, loading, loading, 'b', 'b'], 1],
	['it dies while it loads, twice', ['a', down, loading, down, loading, down], 2],
	['it never answers', [down, closed, down, loading, down, closed], 3],
	['a firewall rejects for a while', ['a', down, 'a', down, 'a'], 0],
	['the network is gone for a while', ['a', unreachable, down, unreachable, down], 0],
	['it dies while it loads, then lives, then is replaced', [down, loading, down, loading, 'b', 'c'], 3],
];
for (const [name, polls, restarts] of cases) {
	test(`restarts that polls see: ${name}`, () => {
		assert.equal(restartsIn(polls), restarts);
	});
}

const first = recordFrom({
	address: '10.0.1.1:6379',
	role: 'primary',
	info: {server: {run_id: 'a'}, replication: {role: 'master', master_replid: 'x'.repeat(40)}},
});
const restarted = recordFrom({
	address: '10.0.1.1:6379',
	role: 'primary',
	info: {server: {run_id: 'b'}, replication: {role: 'master', master_replid: 'z'.repeat(40)}},
});
for (const [name, history, downMs, role] of [
	['a failover before it, which no poll saw', 'x'.repeat(40), 2000, 'replica'],
	['a failover while it was down', 'x'.repeat(40), 16_000, 'primary'],
	['no failover', '0'.repeat(40), 2000, 'primary'],
] as const) {
	test(`the role before a restart: ${name}`, () => {
		const other = recordFrom({
			address: '10.0.1.2:6379',
			role: 'primary',
			info: {replication: {role: 'master', master_replid: 'y'.repeat(40), master_replid2: history}},
		});
		const nodes = new Map([first, other].map(record => [record.address, record]));
		const down = {...first, failingSinceMs: 1000};
		assert.equal(restartMemory(newRuleMemory(0), down, restarted, 1000 + downMs, nodes).roleBeforeRestart, role);
	});
}

const replicaAt = (atMs: number, more: Parameters<typeof recordFrom>[0] = {}): NodeRecord =>
	recordFrom({
		address: '10.0.1.2:6379',
		role: 'replica',
		atMs,
		info: {replication: {role: 'slave', master_host: '10.0.1.1', master_port: '6379', master_replid: 'x'.repeat(40)}},
		...more,
	});
const takenOverAt = (atMs: number): NodeRecord =>
	replicaAt(atMs, {
		role: 'primary',
		info: {replication: {role: 'master', master_replid: 'y'.repeat(40), master_replid2: 'x'.repeat(40)}},
	});
const otherReplica = replicaAt(500, {
	address: '10.0.1.3:6379',
	info: {replication: {role: 'slave', master_host: '10.0.9.9', master_port: '6379'}},
});
const restartedAtMs = 1000;

/** The memory after polls of the restarted node, each with what its other node said last. */
function memoryAfter(others: ReadonlyArray<readonly [nowMs: number, other: NodeRecord]>): RuleMemory {
	let memory = newRuleMemory(0);
	let before = first;
	for (const [nowMs, other] of others) {
		const nodes = new Map([first, other].map(record => [record.address, record]));
		memory = {...memory, ...restartMemory(memory, before, restarted, nowMs, nodes)};
		before = restarted;
	}

	return memory;
}

for (const [name, others, role, isOpen] of [
	['a replica that has not answered since', [[restartedAtMs, replicaAt(900)]], 'primary', true],
	[
		'a replica that answers as a replica since',
		[
			[restartedAtMs, replicaAt(900)],
			[2000, replicaAt(1500)],
		],
		'primary',
		false,
	],
	[
		'a replica that tells a second later that it took over',
		[
			[restartedAtMs, replicaAt(900)],
			[2000, takenOverAt(1500)],
		],
		'replica',
		false,
	],
	[
		'a replica that tells after it had answered',
		[
			[restartedAtMs, replicaAt(900)],
			[2000, replicaAt(1500)],
			[3000, takenOverAt(2500)],
		],
		'primary',
		false,
	],
	[
		'a replica that gives no answer for five seconds',
		[
			[restartedAtMs, replicaAt(900)],
			[4000, replicaAt(900)],
			[6000, replicaAt(900)],
		],
		'primary',
		false,
	],
	[
		'a replica that gives no answer for four seconds',
		[
			[restartedAtMs, replicaAt(900)],
			[5000, replicaAt(900)],
		],
		'primary',
		true,
	],
	[
		'a replica that is polled each eight seconds',
		[
			[restartedAtMs, replicaAt(900)],
			[9000, {...replicaAt(900), every: 8}],
		],
		'primary',
		true,
	],
	[
		'a replica that has been down for long',
		[[restartedAtMs + 20_000, {...replicaAt(900), failure: refusedConnection, failingSinceMs: 950}]],
		'primary',
		false,
	],
	['no replica', [[restartedAtMs, otherReplica]], 'primary', false],
] as const) {
	test(`the role before a restart with ${name}`, () => {
		const {roleBeforeRestart, historyBeforeRestart} = memoryAfter(others);
		assert.deepEqual([roleBeforeRestart, historyBeforeRestart !== undefined], [role, isOpen]);
	});
}

test("restarts that systemd counts are counted from the first reading on, and only of the server's own unit", () => {
	const looks = (isGuess: boolean, ...counts: readonly number[]): number => {
		let memory: RuleMemory = newRuleMemory(0);
		for (const [index, restarts] of counts.entries()) {
			const supervisor = {kind: 'systemd', unit: 'redis.service', state: undefined, lastExit: undefined} as const;
			const host = {atMs: index, value: {...emptyHost, supervisor: {...supervisor, restarts, isGuess}}};
			memory = {...memory, ...unitMemory(memory, recordFrom({host}), index)};
		}

		return memory.unitRestartsAtMs.length;
	};
	assert.equal(looks(false, 12, 12, 13, 15), 3);
	assert.equal(looks(false, 12, 0, 1), 1);
	assert.equal(looks(true, 12, 15), 0);
});
