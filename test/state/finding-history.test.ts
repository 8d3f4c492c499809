import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {BlindRule, Finding} from '../../source/rules/finding.js';
import {findingText} from '../../source/rules/finding.js';
import {FindingHistory} from '../../source/state/finding-history.js';
import {latchMs} from '../../source/state/finding-tracks.js';
import {historyMs} from '../../source/state/history.js';
import {findingOf} from '../harness/findings.js';

const second = 1000;
const at = (seconds: number) => 1_000_000_000 + seconds * second;
const memory = (percent: number, parts: Partial<Finding> = {}): Finding =>
	findingOf('mem.max', percent >= 90 ? 'critical' : 'warning', '10.0.1.11:6379', {
		problem: `memory at ${percent}%`,
		sinceMs: at(10),
		evidence: [{name: 'used', value: percent}],
		...parts,
	});
const said = (findings: readonly Finding[]) =>
	findings.map(
		finding => `${finding.severity} ${findingText(finding)}${finding.clearedAtMs === undefined ? '' : ' ended'}`,
	);

test('findingsAt returns each finding with the text and the values of that moment', () => {
	const history = new FindingHistory(historyMs);
	history.add([memory(85)], [], at(10));
	history.add([memory(85)], [], at(20));
	history.add([memory(95)], [], at(30));
	history.add([memory(81)], [], at(40));
	history.add([memory(81, {clearedAtMs: at(50)})], [], at(50));
	const shown = (seconds: number) => said(history.findingsAt(at(seconds)));
	assert.deepEqual(shown(9), []);
	assert.deepEqual(shown(10), ['warning memory at 85%']);
	assert.deepEqual(shown(35), ['critical memory at 95%']);
	assert.deepEqual(shown(45), ['warning memory at 81%']);
	assert.deepEqual(shown(55), ['warning memory at 81% ended']);
	assert.deepEqual(shown(50 + latchMs / second), ['warning memory at 81% ended']);
	assert.deepEqual(shown(51 + latchMs / second), []);
	assert.deepEqual(history.findingsAt(at(45))[0]?.evidence, [{name: 'used', value: 81}]);
	assert.match(String(history.findingsAt(at(35))[0]?.evidence[0]?.value), /not kept/);
});

test('an ended finding is kept as long as the history reaches back, and is forgotten then', () => {
	const history = new FindingHistory(historyMs);
	history.add([memory(85)], [], at(10));
	history.add([memory(85, {clearedAtMs: at(20)})], [], at(20));
	const later = at(20) + historyMs;
	history.add([memory(99, {sinceMs: later})], [], later);
	assert.deepEqual(said(history.findingsAt(at(15))), ['warning memory at 85%']);
	assert.deepEqual(said(history.findingsAt(later)), ['critical memory at 99%']);
	history.add([], [], later + latchMs + second);
	assert.deepEqual(said(history.findingsAt(at(15))), []);
});

test('an ended info finding is not in later moments, and is forgotten when the history ends before it', () => {
	const history = new FindingHistory(historyMs);
	const advice = (seconds: number) => memory(50, {severity: 'info', sinceMs: at(seconds)});
	history.add([advice(10)], [], at(10));
	history.add([], [], at(20));
	assert.deepEqual(said(history.findingsAt(at(15))), ['info memory at 50%']);
	assert.deepEqual(said(history.findingsAt(at(20))), []);
	history.add([], [], at(20) + historyMs);
	assert.deepEqual(said(history.findingsAt(at(15))), ['info memory at 50%']);
	let most = 0;
	for (let minutes = 60; minutes < 600; minutes++) {
		history.add([advice(60 * minutes)], [], at(60 * minutes));
		history.add([], [], at(60 * minutes + 30));
		most = Math.max(most, history.size);
	}

	assert.ok(most <= historyMs / 60_000 + 2, `${most} kept`);
});

test('of a finding whose text changes all the time, some texts from the whole period and the newest are kept', () => {
	const history = new FindingHistory(historyMs);
	const count = 50_000;
	for (let step = 0; step < count; step++) {
		history.add([memory(80, {problem: `step ${step}`})], [], at(10) + step);
	}

	for (const step of [0, 5000, 20_000, 49_999]) {
		const [finding] = history.findingsAt(at(10) + step);
		const shown = Number(/^step (\d+)$/.exec(finding === undefined ? '' : findingText(finding))?.[1]);
		assert.ok(shown <= step && shown > step - 5000, `${finding?.problem} for ${step}`);
	}

	assert.equal(history.findingsAt(at(10) + count)[0]?.problem, `step ${count - 1}`);
});

test('blindRulesAt returns the rules that were not evaluated at that moment', () => {
	const blind = (rule: BlindRule['rule']): BlindRule => ({
		rule,
		node: undefined,
		reason: 'pending',
		why: 'wait',
		grant: undefined,
	});
	const history = new FindingHistory(historyMs);
	history.add([], [blind('mem.max'), blind('per.dir')], at(10));
	history.add([], [blind('mem.max'), blind('per.dir')], at(20));
	history.add([], [blind('per.dir')], at(30));
	const rules = (seconds: number) => history.blindRulesAt(at(seconds)).map(({rule}) => rule);
	assert.deepEqual([rules(5), rules(25), rules(30)], [[], ['mem.max', 'per.dir'], ['per.dir']]);
});
