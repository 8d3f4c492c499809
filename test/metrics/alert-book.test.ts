import assert from 'node:assert/strict';
import {test} from 'node:test';
import {alertKey, alertOf} from '../../source/metrics/alert.js';
import {AlertBook, resolvedAgainMs, restoredMs} from '../../source/metrics/alert-book.js';
import {findingOf} from '../harness/findings.js';
import {sampledAtMs} from '../harness/records.js';

const delivered = () => true;
const full = findingOf('mem.max', 'warning');
const bookOf = () => new AlertBook('10.0.1.11:6379', new Map(), sampledAtMs);
const endsOf = (book: AlertBook) => [...book.alerts.values()].map(({endsAtMs}) => endsAtMs);

test('the labels of an alert are its identity, and texts that change are annotations', () => {
	const {labels, annotations, startsAtMs} = alertOf(
		findingOf('rep.lag_bytes', 'critical', undefined, {
			subject: '10.0.1.12:6379',
			effect: 'reads-stale',
			problem: 'is 3 s behind',
		}),
		'10.0.1.11:6379',
	);
	assert.deepEqual(labels, {
		alertname: 'rep.lag_bytes',
		severity: 'critical',
		instance: '10.0.1.11:6379',
		subject: '10.0.1.12:6379',
		deployment: '10.0.1.11:6379',
		source: 'redis-top',
	});
	assert.equal(annotations.summary, '10.0.1.11:6379 is 3 s behind');
	assert.equal(annotations.effect, 'reads-stale');
	assert.equal(startsAtMs, sampledAtMs - 60_000);
});

test('a finding of the whole deployment has no label without a value, which Alertmanager would drop', () => {
	const {labels} = alertOf({...findingOf('clu.coverage', 'critical'), node: undefined}, '');
	assert.deepEqual(labels, {alertname: 'clu.coverage', severity: 'critical', source: 'redis-top'});
});

test('a long text is cut, so that a finding of 1,000 nodes does not fill a pager', () => {
	const {annotations} = alertOf(findingOf('mem.max', 'warning', undefined, {problem: 'x'.repeat(10_000)}), 'a');
	assert.equal(annotations.summary?.length, 2000);
});

test('an alert holds, ends, and is forgotten 15 minutes after its end was delivered', () => {
	const book = bookOf();
	book.update([full], sampledAtMs, delivered);
	assert.deepEqual(endsOf(book), [undefined]);
	book.update([], sampledAtMs + 1000, delivered);
	assert.deepEqual(endsOf(book), [sampledAtMs + 1000]);
	book.update([], sampledAtMs + 1000 + resolvedAgainMs - 1, delivered);
	assert.deepEqual(endsOf(book), [sampledAtMs + 1000]);
	book.update([], sampledAtMs + 1000 + resolvedAgainMs, delivered);
	assert.deepEqual(endsOf(book), []);
});

test('an end that nobody took waits for a day', () => {
	const book = bookOf();
	book.update([full], sampledAtMs, delivered);
	book.update([], sampledAtMs, () => false);
	book.update([], sampledAtMs + 86_399_999, () => false);
	assert.equal(book.alerts.size, 1);
	book.update([], sampledAtMs + 86_400_000, () => false);
	assert.equal(book.alerts.size, 0);
});

test('an alert that comes back is open again, and a finding that gets worse ends the milder alert', () => {
	const book = bookOf();
	book.update([full], sampledAtMs, delivered);
	book.update([], sampledAtMs + 1000, delivered);
	book.update([{...full, sinceMs: sampledAtMs + 2000}], sampledAtMs + 2000, delivered);
	assert.deepEqual(
		[...book.alerts.values()].map(({startsAtMs, endsAtMs}) => [startsAtMs, endsAtMs]),
		[[sampledAtMs + 2000, undefined]],
	);
	book.update([{...full, severity: 'critical'}], sampledAtMs + 3000, delivered);
	assert.deepEqual(
		[...book.alerts.values()].map(({labels, endsAtMs}) => [labels.severity, endsAtMs]),
		[
			['critical', undefined],
			['warning', sampledAtMs + 3000],
		],
	);
});

test('notes are no alerts', () => {
	const book = bookOf();
	book.update([findingOf('cfg.lat', 'info')], sampledAtMs, delivered);
	assert.equal(book.alerts.size, 0);
});

test('an alert of an earlier run waits for its finding, then goes on or ends', () => {
	const kept = new Map([[alertKey(full), {...alertOf(full, 'a'), startsAtMs: 1000}]]);
	const book = new AlertBook('a', kept, sampledAtMs);
	book.update([], sampledAtMs + restoredMs - 1, delivered);
	assert.deepEqual(
		[...book.alerts.values()].map(({waitsSinceMs, endsAtMs}) => [waitsSinceMs, endsAtMs]),
		[[sampledAtMs, undefined]],
	);
	book.update([full], sampledAtMs + restoredMs, delivered);
	assert.deepEqual(
		[...book.alerts.values()].map(({startsAtMs, waitsSinceMs}) => [startsAtMs, waitsSinceMs]),
		[[1000, undefined]],
	);
	const worse = new AlertBook('a', kept, sampledAtMs);
	worse.update([{...full, severity: 'critical'}], sampledAtMs + 1, delivered);
	assert.deepEqual(endsOf(worse), [undefined, sampledAtMs + 1]);
	const other = new AlertBook('a', kept, sampledAtMs);
	other.update([], sampledAtMs + restoredMs, delivered);
	assert.deepEqual(endsOf(other), [sampledAtMs + restoredMs]);
	assert.equal(other.kept.size, 0);
});

test('findings that come and go for ever do not fill the memory', () => {
	const book = bookOf();
	for (let round = 0; round < 30; round++) {
		const findings = Array.from({length: 1000}, (_, index) => findingOf('mem.max', 'warning', `n${round}-${index}:1`));
		book.update(findings, sampledAtMs + round, () => false);
	}

	assert.equal(book.alerts.size, 6000);
});
