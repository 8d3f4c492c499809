import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type {Finding} from '../../source/rules/finding.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {shortenings} from '../../source/state/node-problem.js';
import {rankedFindings, verdictOf} from '../../source/state/verdict.js';
import {findingOf} from '../harness/findings.js';
import {recordFrom, refusedConnection, sampledAtMs, stateOf} from '../harness/records.js';

const up = recordFrom({});
const gone = recordFrom({
	address: '10.0.1.12:6379',
	reach: 'down',
	failure: {
		layer: 'tcp',
		code: 'ECONNREFUSED',
		text: 'refuses connections: nothing listens on the port',
		state: 'down',
	},
	failingSinceMs: sampledAtMs - 12_000,
});
const stateWith = (findings: readonly Finding[], records: readonly NodeRecord[] = [up]): MonitorState => ({
	...stateOf(records),
	findings,
});

const cases: ReadonlyArray<readonly [string, MonitorState, string, RegExp, number]> = [
	['all answer', stateWith([]), 'ok', /^10\.0\.1\.11:6379 answers, data 0\.3s old$/, 0],
	['notes are no trouble', stateWith([findingOf('per.none', 'info')]), 'ok', /old, 1 note \(9\)$/, 0],
	['a finding', stateWith([findingOf('mem.max', 'warning')]), 'warning', /^10\.0\.1\.11:6379 has mem\.max$/, 0],
	[
		'the cause, and the writes that are refused for it',
		stateWith([
			findingOf('per.misconf', 'critical', up.address, {problem: 'refuses writes (MISCONF)'}),
			findingOf('per.rdb_fail', 'critical', up.address, {problem: 'last background save failed'}),
		]),
		'critical',
		/^10\.0\.1\.11:6379 last background save failed; it refuses writes \(MISCONF\)$/,
		0,
	],
	[
		'a mild cause is as bad as what follows from it',
		stateWith([findingOf('per.dir', 'warning'), findingOf('per.rdb_fail', 'critical')]),
		'critical',
		/has per\.dir/,
		0,
	],
	[
		'others are counted by their causes',
		stateWith([findingOf('mem.max', 'warning'), findingOf('mem.frag', 'warning'), findingOf('per.none', 'info')]),
		'warning',
		/has mem\.max/,
		1,
	],
	[
		'a node that is gone is said once, with its durations',
		stateWith([findingOf('conn.refused', 'critical', gone.address)], [up, gone]),
		'critical',
		/^10\.0\.1\.12:6379 refuses connections: nothing listens on the port, for 12s/,
		0,
	],
	[
		'the worst goes first, whoever found it',
		stateWith([findingOf('mem.oom', 'critical')], [{...up, reach: 'loading'}]),
		'critical',
		/has mem\.oom/,
		1,
	],
	[
		'what has ended is over',
		stateWith([findingOf('mem.oom', 'critical', up.address, {clearedAtMs: 5})]),
		'ok',
		/answers/,
		0,
	],
	[
		'of the deployment',
		stateWith([findingOf('clu.split', 'critical', up.address, {node: undefined})]),
		'critical',
		/^has clu\.split$/,
		0,
	],
	['nobody has answered', stateOf([]), 'unknown', /^connecting to /, 0],
];

for (const [name, state, severity, words, others] of cases) {
	test(`verdict: ${name}`, () => {
		const verdict = verdictOf(state, sampledAtMs + 300);
		assert.equal(verdict.severity, severity);
		assert.match(verdict.words, words);
		assert.equal(verdict.others.length, others);
	});
}

test('what was found alike on several nodes is one cause', () => {
	const on = (address: string, rule: Finding['rule']): Finding => ({
		...findingOf(rule, 'warning'),
		node: address as never,
	});
	const {nodesToo, others} = verdictOf(
		stateWith([on('10.0.1.11:6379', 'mem.max'), on('10.0.1.12:6379', 'mem.max'), on('10.0.1.11:6379', 'mem.frag')]),
		sampledAtMs + 300,
	);
	assert.equal(nodesToo, 1);
	assert.deepEqual(others, [{severity: 'warning', words: '10.0.1.11:6379 has mem.frag', nodesToo: 0}]);
});

test('writes that a primary refuses go before a replica that is silent, and that before what else was found', () => {
	const primary = recordFrom({address: '10.0.1.11:6379', role: 'primary'});
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		reach: 'down',
		failure: refusedConnection,
	});
	const state = {
		...stateOf([primary, replica]),
		findings: [
			{...findingOf('mem.max', 'critical'), problem: 'memory at 99% of maxmemory', node: '10.0.1.13:6379' as never},
			{...findingOf('conn.refused', 'critical'), node: replica.address},
			{
				...findingOf('mem.oom', 'critical'),
				problem: 'refuses writes (OOM): the policy is noeviction',
				node: primary.address,
			},
		],
	};
	const verdict = verdictOf(state, sampledAtMs + 300);
	assert.match(verdict.words, /^10\.0\.1\.11:6379 refuses writes \(OOM\)/);
	assert.deepEqual(
		rankedFindings(state).map(({finding: {rule}}) => rule),
		['mem.oom', 'conn.refused', 'mem.max'],
	);
	assert.deepEqual(
		verdict.others.map(({words}) => words),
		['10.0.1.12:6379 refuses connections', '10.0.1.13:6379 memory at 99% of maxmemory'],
	);
});

test('shorter words are whole clauses, and say something', () => {
	const told = (words: string) => shortenings(words).slice(1);
	assert.deepEqual(told('a:1 refuses writes (OOM): the policy is noeviction'), [
		'a:1 refuses writes (OOM)',
		'a:1 refuses writes',
	]);
	assert.deepEqual(told('split: slots 0-5460 (5,461 slots) have 2 owners: a:1 (epoch 7: newer) and b:1'), [
		'split: slots 0-5460 (5,461 slots) have 2 owners',
		'split: slots 0-5460',
	]);
	assert.deepEqual(told('a:1, b:1 are cut off from the majority (4 nodes: c:1)'), [
		'a:1, b:1 are cut off from the majority',
	]);
	assert.deepEqual(told('a:1 turns the credentials away: wrong user or password, or the user is off (WRONGPASS)'), [
		'a:1 turns the credentials away: wrong user or password',
		'a:1 turns the credentials away',
	]);
	assert.deepEqual(told('split: all'), []);
	fc.assert(
		fc.property(
			fc.string({unit: fc.oneof(fc.constantFrom(' ', ': ', '; ', ' (', ')'), fc.string({unit: 'grapheme'}))}),
			words => {
				const clauses = shortenings(words);
				assert.equal(clauses[0], words);
				for (const [index, clause] of clauses.entries()) {
					assert.ok(words.startsWith(clause));
					assert.ok(index === 0 || clause.length < (clauses[index - 1] ?? '').length);
				}
			},
		),
	);
});
