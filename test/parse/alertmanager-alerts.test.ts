import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {parseAlerts} from '../../source/parse/alertmanager-alerts.js';

const alert = (status: object, labels: object = {}) => ({
	labels: {alertname: 'mem.max', source: 'redis-top', instance: 'a:1', ...labels},
	status: {state: 'active', silencedBy: [], inhibitedBy: [], ...status},
});

test('an alert fires, is silenced, or is held back by another one', () => {
	const cases = [
		[alert({}), 'fires'],
		[alert({state: 'suppressed', silencedBy: ['id']}), 'silenced'],
		[alert({state: 'suppressed', inhibitedBy: ['id']}), 'inhibited'],
		[alert({state: 'suppressed', silencedBy: ['id'], inhibitedBy: ['id']}), 'silenced'],
	] as const;
	for (const [entry, state] of cases) {
		assert.deepEqual(parseAlerts(JSON.stringify([entry])), [{rule: 'mem.max', node: 'a:1', subject: undefined, state}]);
	}
});

test('alerts of others and entries that are none are left out, and a reply that is no list is undefined', () => {
	assert.deepEqual(
		parseAlerts(JSON.stringify([alert({}, {source: 'other'}), null, 1, {labels: 1}, {labels: {}, status: {}}])),
		[],
	);
	for (const text of ['', '<html>', '{}', '"x"', 'null']) {
		assert.equal(parseAlerts(text), undefined, text);
	}

	fc.assert(
		fc.property(fc.jsonValue(), value => {
			const read = parseAlerts(JSON.stringify(value));
			assert.ok(read === undefined || Array.isArray(read));
		}),
	);
});
