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
