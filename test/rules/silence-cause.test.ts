import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeSample} from '../../source/domain/sample.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {parseInfo} from '../../source/parse/info.js';
import {parseLatencyLatest} from '../../source/parse/latency.js';
import {type SilenceFacts, silenceCause} from '../../source/rules/silence-cause.js';

const fromMs = 1_000_000_000_000;
const toMs = fromMs + 7000;

const sample = (stats = '', runId = 'one', server = ''): NodeSample => ({
	atMs: toMs,
	elapsedMs: 0,
	roundTripMs: 1,
	info: parseInfo(`# Server\n${server}\n# Stats\n${stats}`),
	runId,
});

const entry = (endMs: number, tookMs: number, command = 'eval'): SlowlogEntry => ({
	id: 9,
	atMs: endMs,
	durationMicroseconds: tookMs * 1000,
	arguments: [command, 'secret'],
	clientAddress: undefined,
	clientName: undefined,
});

const facts = (part: Partial<SilenceFacts> = {}): SilenceFacts => ({
	fromMs,
	toMs,
	earlier: sample('total_forks:1\nlatest_fork_usec:100'),
	later: sample('total_forks:1\nlatest_fork_usec:100'),
	slowlog: undefined,
	latency: undefined,
	host: undefined,
	...part,
});

const stopped = {kind: 'here', process: {processId: 7, state: 'stopped'}} as LocalEvidence;

const cases: ReadonlyArray<readonly [name: string, facts: SilenceFacts, cause: RegExp | undefined]> = [
	['nothing known', facts(), undefined],
	[
		'a command as long as the silence',
		facts({slowlog: [entry(toMs - 100, 6900)]}),
		/^EVAL took 6\.9 s \(slow log #9\)$/,
	],
	['a command of the time before', facts({slowlog: [entry(fromMs - 60_000, 6900)]}), undefined],
	['a command that is too short', facts({slowlog: [entry(toMs - 100, 900)]}), undefined],
	['the longest of two', facts({slowlog: [entry(toMs, 4000, 'keys'), entry(toMs, 6000, 'sort')]}), /^SORT/],
	[
		'a server whose clock is an hour ahead',
		facts({
			later: sample('', 'one', `server_time_usec:${(toMs + 3_600_000) * 1000}`),
			slowlog: [entry(toMs + 3_600_000, 6900)],
		}),
		/^EVAL/,
	],
	['a fork', facts({later: sample('total_forks:2\nlatest_fork_usec:6500000')}), /^a fork took 6\.5 s$/],
	['an older long fork', facts({later: sample('total_forks:1\nlatest_fork_usec:6500000')}), undefined],
	['a fork that was quick', facts({later: sample('total_forks:2\nlatest_fork_usec:500')}), undefined],
	[
		'a latency event',
		facts({latency: parseLatencyLatest([['aof-fsync-always', toMs / 1000, 6000, 9000]])}),
		/^aof-fsync-always took 6\.0 s \(LATENCY LATEST\)$/,
	],
	['a stopped process', facts({host: stopped}), /^its process 7 was stopped/],
	['a restart', facts({later: sample('', 'two')}), /restarted/],
];

for (const [name, given, cause] of cases) {
	test(name, () => {
		const reason = silenceCause(given);
		const found = reason && messageText(reason);
		if (cause === undefined) {
			assert.equal(found, undefined);
		} else {
			assert.match(found ?? '', cause);
		}

		assert.doesNotMatch(found ?? '', /secret/);
	});
}

test('LATENCY LATEST is read, and rows and replies of another shape are skipped', () => {
	assert.deepEqual(parseLatencyLatest([['fork', 10, 2, 3], ['broken'], 7]), [
		{event: 'fork', atMs: 10_000, latestMs: 2, longestMs: 3},
	]);
	assert.deepEqual(parseLatencyLatest(null), []);
});
