import assert from 'node:assert/strict';
import test from 'node:test';
import type {Severity} from '../../source/domain/finding.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RuleId} from '../../source/rules/all-rules.js';
import type {RuleResult} from '../../source/rules/engine.js';
import {pending} from '../../source/rules/needs.js';
import {clear, type NodeRule} from '../../source/rules/rule.js';
import {FindingTracks, latchMs, type TrackingMode} from '../../source/state/finding-tracks.js';

const node = '10.0.1.11:6379' as NodeAddress;

const ruleOf = (timing: Partial<NodeRule<RuleId>> = {}): NodeRule<RuleId> => ({
	id: 'mem.max' as const,
	scope: 'node',
	docs: {looksAt: 'nothing', since: 'any', falsePositives: []},
	raiseAfter: 2,
	raiseAfterMs: 0,
	clearAfter: 3,
	countsAtOnce: false,
	evaluate: () => clear,
	...timing,
});

const fired = (rule: NodeRule<RuleId>, severity: Severity, problem = 'full'): RuleResult => ({
	rule,
	node,
	subject: undefined,
	evaluation: {kind: 'fires', severity, problem, evidence: [], meaning: 'm', next: []},
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

test('is raised by the second evaluation in a row, and remembers the first', () => {
	assert.deepEqual(run('.w.ww'), ['-', '-', '-', '-', 'warning since 3']);
});

test('ends with the third good evaluation, and stays listed as cleared', () => {
	assert.deepEqual(run('ww...').slice(1), [
		'warning since 0',
		'warning since 0',
		'warning since 0',
		'warning cleared since 0',
	]);
});

test('one good evaluation between is no end', () => {
	assert.equal(run('ww..ww..w').at(-1), 'warning since 0');
});

test('what can’t be evaluated cures nothing', () => {
	assert.equal(run('ww????').at(-1), 'warning since 0');
	assert.equal(run('ww.?.?.').at(-1), 'warning cleared since 0');
});

test('gets worse at once, and better as slowly as it ends', () => {
	assert.deepEqual(run('ww!www').slice(1), [
		'warning since 0',
		'critical since 0',
		'critical since 0',
		'critical since 0',
		'warning since 0',
	]);
});

test('comes back as a new one once it was over', () => {
	assert.equal(run('ww...ww').at(-1), 'warning since 5');
	assert.equal(run('ww...w').at(-1), 'warning cleared since 0');
});

test('info that ended is forgotten', () => {
	assert.equal(run('ii...').at(-1), '-');
});

test('must hold for as long as the rule says', () => {
	const rule = ruleOf({raiseAfterMs: 3000});
	assert.deepEqual(run('wwwww', {rule}), ['-', '-', '-', 'warning since 0', 'warning since 0']);
	assert.deepEqual(run('ww.www', {rule}).at(-1), '-');
});

test('one look raises at once, but not what must hold for a while', () => {
	assert.deepEqual(run('w', {mode: 'once'}), ['warning since 0']);
	assert.deepEqual(run('w', {mode: 'once', rule: ruleOf({raiseAfterMs: 3000})}), ['-']);
	const hasty = ruleOf({raiseAfterMs: 3000, countsAtOnce: true});
	assert.deepEqual(run('w', {mode: 'once', rule: hasty}), ['warning since 0']);
	assert.deepEqual(run('w', {rule: hasty}), ['-']);
});

test('is listed for a quarter of an hour after its end', () => {
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

test('says whether anything changed, and how long a condition has held', () => {
	const rule = ruleOf();
	const tracks = new FindingTracks();
	assert.equal(tracks.step([fired(rule, 'warning')], 1000), false);
	assert.equal(tracks.step([fired(rule, 'warning')], 3000), true);
	assert.equal(tracks.heldMs({rule: 'mem.max', node}, 3500), 2500);
	assert.equal(tracks.step([], 4000), false);
});

test('a finding that says the same stays the same object, and nothing changed', () => {
	const rule = ruleOf();
	const tracks = new FindingTracks();
	tracks.step([fired(rule, 'info', 'old')], 1000);
	assert.equal(tracks.step([fired(rule, 'info', 'old')], 2000), true);
	const [before] = tracks.findings();
	assert.equal(tracks.step([fired(rule, 'info', 'old')], 3000), false);
	assert.equal(tracks.findings()[0], before);
	assert.equal(tracks.step([fired(rule, 'info', 'new')], 4000), true);
	assert.equal(tracks.findings()[0]?.problem, 'new');
});

test('another look is urgent where a condition waits to be seen again, less so where it waits for its time or is raised', () => {
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
