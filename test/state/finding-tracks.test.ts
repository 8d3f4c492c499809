import assert from 'node:assert/strict';
import test from 'node:test';
import type {Severity} from '../../source/domain/finding.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {checkOf} from '../../source/report/check/check.js';
import {allRules, type RuleId} from '../../source/rules/all-rules.js';
import type {RuleResult} from '../../source/rules/engine.js';
import {pending} from '../../source/rules/needs.js';
import {clear, type NodeRule} from '../../source/rules/rule.js';
import {everyRule} from '../../source/rules/rule-choice.js';
import {FindingTracks, latchMs, type TrackingMode} from '../../source/state/finding-tracks.js';
import {recordFrom, stateOf} from '../harness/records.js';

const node = '10.0.1.11:6379' as NodeAddress;

const ruleOf = (timing: Partial<NodeRule<RuleId>> = {}): NodeRule<RuleId> => ({
	id: 'mem.max' as const,
	scope: 'node',
	docs: {looksAt: 'nothing', since: 'any', falsePositives: []},
	thresholds: {},
	raiseAfter: 2,
	raiseAfterMs: 0,
	clearAfter: 3,
	countsAtOnce: false,
	evaluate: () => clear,
	...timing,
});

const fired = (
	rule: NodeRule<RuleId>,
	severity: Severity,
	{problem = 'full', isCertain}: {readonly problem?: string; readonly isCertain?: boolean} = {},
): RuleResult => ({
	rule,
	node,
	subject: undefined,
	evaluation: {kind: 'fires', severity, problem, isCertain, evidence: [], meaning: 'm', next: []},
});

const unknown = (rule: NodeRule<RuleId>): RuleResult => ({
	rule,
	node,
	subject: undefined,
	evaluation: pending('no data'),
});

/** One step a second: `!` critical, `w` warning, `i` info, `.` clear, `?` not evaluated. What is listed after each. */
function run(pattern: string, {rule = ruleOf(), mode}: {rule?: NodeRule<RuleId>; mode?: TrackingMode} = {}): string[] {
	const tracks = new FindingTracks(mode);
	const severities: Readonly<Record<string, Severity>> = {'!': 'critical', w: 'warning', i: 'info'};
	return [...pattern].map((sign, index) => {
		const severity = severities[sign];
		const results = severity === undefined ? (sign === '?' ? [unknown(rule)] : []) : [fired(rule, severity)];
		tracks.step(results, index * 1000);
		const [finding] = tracks.findings();
		return finding === undefined
			? '-'
			: `${finding.severity}${finding.clearedAtMs === undefined ? '' : ' cleared'} since ${finding.sinceMs / 1000}`;
	});
}

test('a finding is raised by the second evaluation in a row, and begins with the first', () => {
	assert.deepEqual(run('.w.ww'), ['-', '-', '-', '-', 'warning since 3']);
});

test('an evaluation that is certain by itself is listed at once on the screen, and check waits for its samples', () => {
	const result = fired(ruleOf({raiseAfter: 3}), 'warning', {isCertain: true});
	const watched = new FindingTracks();
	watched.step([result], 1000);
	assert.deepEqual(
		watched.findings().map(({severity, sinceMs, isCertain}) => [severity, sinceMs, isCertain]),
		[['warning', 1000, undefined]],
	);
	const checked = new FindingTracks('confirm');
	checked.step([result], 1000);
	assert.deepEqual(checked.findings(), []);
});

test('a finding ends with the third clear evaluation, and stays listed as cleared', () => {
	assert.deepEqual(run('ww...').slice(1), [
		'warning since 0',
		'warning since 0',
		'warning since 0',
		'warning cleared since 0',
	]);
});

test('what was forecast begins when it happens', () => {
	const tracks = new FindingTracks();
	const rule = ruleOf({raiseAfter: 1});
	const sinceAt = (atMs: number, tells: 'forecast' | undefined): number | undefined => {
		const result = fired(rule, 'critical');
		tracks.step([{...result, evaluation: {...result.evaluation, tells} as typeof result.evaluation}], atMs);
		return tracks.findings()[0]?.sinceMs;
	};
	assert.equal(sinceAt(0, 'forecast'), 0);
	assert.equal(sinceAt(1000, 'forecast'), 0);
	assert.equal(sinceAt(2000, undefined), 2000);
	assert.equal(sinceAt(3000, undefined), 2000);
});

test('one clear evaluation in between does not end a finding', () => {
	assert.equal(run('ww..ww..w').at(-1), 'warning since 0');
});

test('an evaluation without a result does not end a finding', () => {
	assert.equal(run('ww????').at(-1), 'warning since 0');
	assert.equal(run('ww.?.?.').at(-1), 'warning cleared since 0');
});

test('a finding worsens at once, and improves as slowly as it ends', () => {
	assert.deepEqual(run('ww!www').slice(1), [
		'warning since 0',
		'critical since 0',
		'critical since 0',
		'critical since 0',
		'warning since 0',
	]);
});

test('a condition that returns after the end of its finding is a new finding', () => {
	assert.equal(run('ww...ww').at(-1), 'warning since 5');
	assert.equal(run('ww...w').at(-1), 'warning cleared since 0');
});

test('an info finding is forgotten when it ends', () => {
	assert.equal(run('ii...').at(-1), '-');
});

test('a finding is raised only after its condition held as long as the rule requires', () => {
	const rule = ruleOf({raiseAfterMs: 3000});
	assert.deepEqual(run('wwwww', {rule}), ['-', '-', '-', 'warning since 0', 'warning since 0']);
	assert.deepEqual(run('ww.www', {rule}).at(-1), '-');
});

test('a single evaluation raises findings, but not those whose condition must hold for some time', () => {
	assert.deepEqual(run('w', {mode: 'once'}), ['warning since 0']);
	assert.deepEqual(run('w', {mode: 'once', rule: ruleOf({raiseAfterMs: 3000})}), ['-']);
	const hasty = ruleOf({raiseAfterMs: 3000, countsAtOnce: true});
	assert.deepEqual(run('w', {mode: 'once', rule: hasty}), ['warning since 0']);
	assert.deepEqual(run('w', {rule: hasty}), ['-']);
});

const confirmed = (pattern: string, timing: Partial<NodeRule<RuleId>> = {}): string[] =>
	run(pattern, {mode: 'confirm', rule: ruleOf(timing)});

test("a few samples raise conditions that hold in all of them, with the screen's delays of up to five seconds", () => {
	assert.deepEqual(confirmed('ww'), ['-', 'warning since 0']);
	assert.deepEqual(confirmed('.w.'), ['-', '-', '-']);
	assert.deepEqual(confirmed('w.w'), ['-', '-', '-']);
	assert.deepEqual(confirmed('www', {raiseAfter: 3}), ['-', '-', 'warning since 0']);
	assert.deepEqual(confirmed('!', {raiseAfter: 1}), ['critical since 0']);
	assert.deepEqual(confirmed('i'), ['info since 0']);
	assert.deepEqual(confirmed('www', {raiseAfterMs: 2000}), ['-', '-', 'warning since 0']);
	assert.deepEqual(confirmed('ww', {raiseAfterMs: 60_000, countsAtOnce: true}), ['-', 'warning since 0']);
	assert.deepEqual(confirmed('wwwwwwwww', {raiseAfterMs: 30_000}).at(-1), '-');
});

test('after the last sample, conditions that held in all samples are raised, without a needless wait', () => {
	const cases: ReadonlyArray<readonly [string, Partial<NodeRule<RuleId>>, boolean, number]> = [
		['w', {}, true, 1],
		['i', {raiseAfterMs: 2000}, false, 0],
		['ww', {raiseAfterMs: 2000}, true, 1],
		['w', {raiseAfterMs: 2000}, true, 0],
		['w.', {}, false, 0],
		['ww', {}, false, 1],
		['ww', {raiseAfterMs: 30_000}, false, 0],
	];
	for (const [pattern, timing, isUnconfirmed, count] of cases) {
		const tracks = new FindingTracks('confirm');
		const rule = ruleOf(timing);
		for (const [index, sign] of [...pattern].entries()) {
			tracks.step(sign === '.' ? [] : [fired(rule, sign === 'i' ? 'info' : 'warning')], index * 1000);
		}

		assert.equal(tracks.isUnconfirmed, isUnconfirmed, pattern);
		tracks.conclude();
		assert.equal(tracks.findings().length, count, `${pattern} ${JSON.stringify(timing)}`);
	}
});

/** Beside each, why it needs the time: its condition passes by itself in a healthy deployment. */
const notInCheck: Readonly<Record<string, string>> = {
	'srv.loading_stuck': 'one huge key loads',
	'mem.defrag': 'a large deletion',
	'mem.lazyfree': 'UNLINK, FLUSHALL ASYNC',
	'rep.state': 'any full resync',
	'cli.blocked': 'consumers of queues',
	'cpu.steal': 'a busy moment of the host',
	'key.expire_lag': 'keys that expire together',
	'mod.fork': 'a garbage collection of RediSearch',
	'cli.few': 'a rolling deployment of the application',
	'clu.key_skew': 'a burst of commands on one shard',
	'clu.orphan_keys': 'a node that deletes the keys of a slot that it lost',
	'clu.orphan_replica': 'a replica that turns to the new primary after a failover',
	'clu.raft_leaderless': 'an election',
	'clu.replica_skew': 'a replica that restarts',
	'clu.replica_unfit': 'the full resync of a new replica',
	'clu.trim': 'a pause in the deletion of keys',
	'clu.role_lie': 'nodes that learn of a new role one after the other',
};

test('check raises each rule whose condition holds in its samples, except those it reports as not evaluated', () => {
	const left = allRules.filter(rule => {
		const tracks = new FindingTracks('confirm');
		const result: RuleResult = {...fired(ruleOf(), 'critical'), rule};
		for (let atMs = 0; atMs <= 6000; atMs += 1000) {
			tracks.step([result], atMs);
		}

		tracks.conclude();
		return tracks.findings().length === 0;
	});
	assert.deepEqual(left.map(({id}) => id).sort(), Object.keys(notInCheck).sort());
	assert.deepEqual(
		[...checkOf(stateOf([recordFrom({})]), 0, everyRule).notEvaluated].sort(),
		Object.keys(notInCheck).sort(),
	);
});

test('a finding is listed for a quarter of an hour after its end', () => {
	const rule = ruleOf();
	const tracks = new FindingTracks();
	for (const [atMs, sign] of [...'ww...'].entries()) {
		tracks.step(sign === 'w' ? [fired(rule, 'warning')] : [], atMs * 1000);
	}

	tracks.step([], 4000 + latchMs - 1);
	assert.equal(tracks.findings().length, 1);
	assert.equal(tracks.step([], 4000 + latchMs), true);
	assert.deepEqual(tracks.findings(), []);
});

test('an update says whether anything changed, and how long a condition has held', () => {
	const rule = ruleOf();
	const tracks = new FindingTracks();
	assert.equal(tracks.step([fired(rule, 'warning')], 1000), false);
	assert.equal(tracks.step([fired(rule, 'warning')], 3000), true);
	assert.equal(tracks.heldMs({rule: 'mem.max', node}, 3500), 2500);
	assert.equal(tracks.step([], 4000), false);
});

test('an unchanged finding stays the same object, and the update reports no change', () => {
	const rule = ruleOf();
	const tracks = new FindingTracks();
	tracks.step([fired(rule, 'info', {problem: 'old'})], 1000);
	assert.equal(tracks.step([fired(rule, 'info', {problem: 'old'})], 2000), true);
	const [before] = tracks.findings();
	assert.equal(tracks.step([fired(rule, 'info', {problem: 'old'})], 3000), false);
	assert.equal(tracks.findings()[0], before);
	assert.equal(tracks.step([fired(rule, 'info', {problem: 'new'})], 4000), true);
	assert.equal(tracks.findings()[0]?.problem, 'new');
});

test('the next evaluation is most urgent while a condition needs to be confirmed, less so once it waits or is raised', () => {
	const urgencyAfter = (steps: ReadonlyArray<RuleResult[]>) => {
		const tracks = new FindingTracks();
		for (const [index, results] of steps.entries()) {
			tracks.step(results, index * 1000);
		}

		return tracks.urgency;
	};

	const [rule, slow, slower] = [ruleOf(), ruleOf({raiseAfterMs: 10_000}), ruleOf({raiseAfterMs: 60_000})];
	assert.equal(urgencyAfter([]), 'none');
	assert.equal(urgencyAfter([[fired(rule, 'info')]]), 'now');
	assert.equal(urgencyAfter([[fired(rule, 'info')], []]), 'none');
	assert.equal(urgencyAfter([[fired(rule, 'info')], [fired(rule, 'info')]]), 'none');
	assert.equal(urgencyAfter([[fired(rule, 'warning')], [fired(rule, 'warning')]]), 'soon');
	assert.equal(urgencyAfter([[fired(slow, 'info')]]), 'soon');
	assert.equal(urgencyAfter([[fired(slower, 'info')]]), 'none');
	const twice = [[fired(rule, 'warning')], [fired(rule, 'warning')]];
	assert.equal(urgencyAfter([...twice, [], [], []]), 'none');
});

test('a condition that one evaluation showed is a suspicion until the next one confirms it or not', () => {
	const tracks = new FindingTracks();
	const rule = ruleOf();
	tracks.step([fired(rule, 'critical', {problem: 'serves no slots'})], 0);
	assert.deepEqual(tracks.suspicion, {node, problem: 'serves no slots'});
	tracks.step([fired(rule, 'critical', {problem: 'serves no slots'})], 1000);
	assert.equal(tracks.suspicion, undefined);
	const others = new FindingTracks();
	others.step([fired(rule, 'info')], 0);
	assert.equal(others.suspicion, undefined);
	const mild = new FindingTracks();
	mild.step([fired(rule, 'warning')], 0);
	assert.equal(mild.suspicion, undefined, 'warnings come and go in the first samples');
	tracks.step([fired(ruleOf({id: 'clu.coverage'}), 'critical')], 2000);
	assert.notEqual(tracks.suspicion, undefined);
	tracks.step([], 3000);
	assert.equal(tracks.suspicion, undefined);
});

test('while polling is slowed down, a finding ends with the second clear evaluation', () => {
	const tracks = new FindingTracks();
	const rule = ruleOf();
	const step = (results: readonly RuleResult[], atMs: number) => {
		tracks.step(results, atMs);
		return tracks.findings()[0]?.clearedAtMs;
	};
	step([fired(rule, 'warning')], 0);
	step([fired(rule, 'warning')], 8000);
	assert.equal(step([], 16_000), undefined);
	assert.equal(step([], 24_000), 24_000);
});
