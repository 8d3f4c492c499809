import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import type {Failure} from '../../source/domain/sample.js';
import {findingText} from '../../source/rules/finding.js';
import {defaultRuleSettings} from '../../source/rules/node-facts.js';
import {Health} from '../../source/state/health.js';
import {emptyRecord} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const address = '10.0.1.11:6379';
const down: Failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'};

/** One node among so many, polled once a second with the given counters of rejected connections; what is found after each. */
function watched(nodeCount: number, polls: ReadonlyArray<number | Failure>) {
	const health = new Health();
	const others = Array.from({length: nodeCount - 1}, (_, index) => emptyRecord(`10.0.2.${index}:6379`));
	let before: NodeRecord = emptyRecord(address);
	return polls.map((poll, second) => {
		const nowMs = 1_700_000_000_000 + second * 1000;
		const sample = sampleOf({server: {run_id: 'a'}, stats: {rejected_connections: Number(poll)}}, second * 1000);
		const after: NodeRecord =
			typeof poll === 'number'
				? {...before, reach: 'up', role: 'primary', failure: undefined, lastReplyAtMs: nowMs, sample}
				: {...before, reach: 'down', failure: poll, failingSinceMs: before.failingSinceMs ?? nowMs};
		const nodes = new Map([after, ...others].map(record => [record.address, record]));
		health.ingest({before, after, nodes, nowMs});
		before = after;
		return health.findings().map(finding => `${finding.rule} ${findingText(finding)}`);
	});
}

test('each node is evaluated by the thresholds of its own target', () => {
	const health = new Health('once');
	const sample = sampleOf({server: {run_id: 'a'}, memory: {used_memory: 60, maxmemory: 100}}, 0);
	const strict = {...defaultRuleSettings, thresholds: {...defaultRuleSettings.thresholds, 'mem.max.warning': 0.5}};
	for (const [name, settings] of [
		['10.0.1.11:6379', strict],
		['10.0.1.12:6379', defaultRuleSettings],
	] as const) {
		const before = emptyRecord(name);
		const after: NodeRecord = {...before, reach: 'up', role: 'primary', lastReplyAtMs: sample.atMs, sample};
		health.setRules(before.address, settings);
		health.ingest({before, after, nodes: new Map([[after.address, after]]), nowMs: sample.atMs});
	}

	const found = health.findings().filter(({rule}) => rule === 'mem.max');
	assert.deepEqual(
		found.map(({node}) => node),
		['10.0.1.11:6379'],
	);
});

test('among many nodes a counter that grew between two evaluations is not missed', () => {
	const polls = [5, 5, 5, 9, 9, 9, 9, 9, 9, 9, 9, 9];
	const rejected = (found: readonly string[][]) =>
		found.map(rules => rules.some(rule => rule.startsWith('cli.rejected')));
	assert.ok(rejected(watched(1000, polls)).includes(true));
});

test('a lost node among many is found with the same poll as a single node', () => {
	const polls = [0, 0, 0, down, down, down];
	const firstLoss = (found: readonly string[][]) =>
		found.findIndex(rules => rules.some(rule => rule.startsWith('conn.refused')));
	assert.ok(firstLoss(watched(1, polls)) >= 3);
	assert.equal(firstLoss(watched(1000, polls)), firstLoss(watched(1, polls)));
});

test('a process that is replaced between refusals is a crash loop from the third restart on', () => {
	const health = new Health();
	let before: NodeRecord = emptyRecord(address);
	const found = ['a', down, 'b', down, 'c', down, 'd', down].map((poll, index) => {
		const nowMs = 1_700_000_000_000 + index * 2000;
		const after: NodeRecord =
			typeof poll === 'string'
				? {
						...before,
						reach: 'up',
						role: 'primary',
						failure: undefined,
						lastReplyAtMs: nowMs,
						sample: sampleOf({server: {run_id: poll}}, index * 2000),
					}
				: {...before, reach: 'down', failure: poll};
		health.ingest({before, after, nodes: new Map([[after.address, after]]), nowMs});
		before = after;
		return health.findings().filter(({rule, clearedAtMs}) => rule === 'srv.crash_loop' && clearedAtMs === undefined);
	});
	assert.deepEqual(
		found.map(list => list.length),
		[0, 0, 0, 0, 0, 0, 1, 1],
	);
});

test('check reports a condition that held in all samples, but not for as long as its rule needs', () => {
	const held = (...staleShares: readonly string[]) => {
		const health = new Health('confirm');
		let before: NodeRecord = emptyRecord(address);
		for (const [second, share] of staleShares.entries()) {
			const sample = sampleOf(
				{server: {run_id: 'a'}, stats: {expired_stale_perc: share, expired_time_cap_reached_count: second * 5}},
				second * 1000,
			);
			const after: NodeRecord = {...before, reach: 'up', role: 'primary', sample, lastReplyAtMs: sample.atMs};
			health.ingest({before, after, nodes: new Map([[after.address, after]]), nowMs: sample.atMs});
			before = after;
		}

		return health.blind(0).flatMap(({rule, holds}) => (holds === undefined ? [] : [rule]));
	};
	assert.deepEqual(held('60.00', '60.00', '60.00'), ['key.expire_lag']);
	assert.deepEqual(held('60.00'), []);
	assert.deepEqual(held('60.00', '2.00', '60.00'), []);
	assert.deepEqual(held('60.00', '60.00', '2.00'), []);
});

/** INFO after so many scripts that took so many seconds of the main thread. */
const scripts = (calls: number, seconds: number, elapsedMs: number) =>
	sampleOf(
		{
			server: {run_id: 'a'},
			cpu: {used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0},
			commandstats: {
				cmdstat_eval: `calls=${calls},usec=${seconds * 1_000_000},usec_per_call=0,rejected_calls=0,failed_calls=0`,
			},
		},
		elapsedMs,
	);

/** What is told a second after polls that timed out behind a script, which took so long. */
function afterScript(seconds: number): readonly string[] {
	const health = new Health('once');
	const base: NodeRecord = {
		...emptyRecord(address),
		reach: 'up',
		role: 'primary',
		slowlog: {atMs: 0, value: {entries: [], lost: 0, perMinute: 0}},
		config: {atMs: 0, value: new Map([['slowlog-log-slower-than', '-1']])},
	};
	const late: Failure = {layer: 'command', code: 'TIMEOUT', problem: 'is not responding', state: 'stale'};
	const states = [
		{...base, sample: scripts(0, 0, 0)},
		{...base, sample: scripts(0, 0, 0), failure: late},
		{...base, sample: scripts(1, seconds, 3000)},
		{...base, sample: scripts(1, seconds, 4000)},
	];
	let before: NodeRecord = emptyRecord(address);
	for (const after of states) {
		health.ingest({before, after, nodes: new Map([[after.address, after]]), nowMs: after.sample.atMs});
		before = after;
	}

	return health.findings().map(finding => `${finding.rule} ${findingText(finding)}`);
}

test('a command that let polls time out is told afterwards, although the slow log is off', () => {
	assert.ok(afterScript(1.8).some(text => text.startsWith('lat.slowlog_new ran EVAL for 1.8 s')));
	assert.ok(!afterScript(0.2).some(text => text.startsWith('lat.slowlog_new')));
});
