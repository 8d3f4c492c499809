import assert from 'node:assert/strict';
import test from 'node:test';
import {parseContainerRules, parseSpan, parseUnitRules} from '../../source/host/stop-rules.js';
import {isUnitOf} from '../../source/host/supervisor.js';

test('the time spans that systemctl prints are read in seconds', () => {
	const cases: ReadonlyArray<readonly [text: string, seconds: number | undefined]> = [
		['1min 30s', 90],
		['10s', 10],
		['500ms', 0.5],
		['1h 2min 3s', 3723],
		['infinity', Number.POSITIVE_INFINITY],
		['0', undefined],
		['', undefined],
		['soon', undefined],
		['5 parsecs', undefined],
	];
	for (const [text, expected] of cases) {
		assert.equal(parseSpan(text), expected, text);
	}
});

test("a unit's stop timeout is read, and whether the unit restarts a process that ended cleanly", () => {
	assert.deepEqual(parseUnitRules('TimeoutStopUSec=1min 30s\nRestart=always\n'), {
		stopTimeoutSeconds: 90,
		startsAgain: true,
	});
	assert.deepEqual(parseUnitRules('Restart=on-failure\nTimeoutStopUSec=infinity'), {
		stopTimeoutSeconds: Number.POSITIVE_INFINITY,
		startsAgain: false,
	});
	assert.deepEqual(parseUnitRules('TimeoutStopUSec=0s\nRestart=on-success'), {
		stopTimeoutSeconds: Number.POSITIVE_INFINITY,
		startsAgain: true,
	});
	assert.deepEqual(parseUnitRules(''), {stopTimeoutSeconds: undefined, startsAgain: undefined});
});

test("a container's stop timeout is read, or is the engine's default", () => {
	assert.deepEqual(parseContainerRules('<nil>|unless-stopped\n'), {stopTimeoutSeconds: 10, startsAgain: true});
	assert.deepEqual(parseContainerRules('120|no'), {stopTimeoutSeconds: 120, startsAgain: false});
	assert.deepEqual(parseContainerRules('30|on-failure'), {stopTimeoutSeconds: 30, startsAgain: false});
	assert.deepEqual(parseContainerRules('error'), {stopTimeoutSeconds: undefined, startsAgain: undefined});
});

test('a server that was started from a cron job does not belong to the unit of cron', () => {
	assert.ok(isUnitOf('redis-server@6379.service', undefined, 42));
	assert.ok(isUnitOf('cache.service', '42', 42));
	assert.ok(!isUnitOf('cron.service', '7', 42));
	assert.ok(!isUnitOf('cron.service', undefined, 42));
});
