import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {alertKey, alertOf} from '../../source/metrics/alert.js';
import {keptData, parseKept} from '../../source/metrics/kept-alerts.js';
import {findingKey} from '../../source/rules/finding.js';
import {findingOf} from '../harness/findings.js';

const full = findingOf('mem.max', 'warning', undefined, {subject: 'x'});

test('what a run leaves is read again by the next one', () => {
	const kept = {alerts: new Map([[alertKey(full), alertOf(full, 'a')]]), reported: new Map([[findingKey(full), full]])};
	const read = parseKept(JSON.parse(JSON.stringify(keptData(kept))));
	assert.deepEqual(read.alerts, kept.alerts);
	const [[key, finding] = []] = read.reported;
	assert.equal(key, findingKey(full));
	assert.deepEqual(
		[finding?.rule, finding?.severity, finding?.node, finding?.subject, finding?.sinceMs, finding?.problem],
		[full.rule, full.severity, full.node, full.subject, full.sinceMs, 'has mem.max'],
	);
});

test('a file with anything in it is read without an error, and what is not as it should be is left out', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.jsonValue(), (alerts, reported) => {
			for (const value of [
				alerts,
				{version: 1, alerts, reported},
				{version: 1, alerts: [alerts], reported: [reported]},
			]) {
				const read = parseKept(value);
				assert.ok(read.alerts.size <= 1 && read.reported.size <= 1);
			}
		}),
	);
	const bad = {rule: 'no.such', severity: 'critical', sinceMs: 1};
	assert.equal(parseKept({version: 1, reported: [bad, {...bad, rule: 'mem.max', sinceMs: 1e300}]}).reported.size, 0);
	assert.equal(
		parseKept({version: 2, alerts: [{key: 'a', labels: {}, annotations: {}, startsAtMs: 1}]}).alerts.size,
		0,
	);
});
