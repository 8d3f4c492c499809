import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RawReply} from '../../source/domain/reply.js';
import {parseAccessLog} from '../../source/parse/access-log.js';
import {parseRunningFunction} from '../../source/parse/function-stats.js';
import {parseLatencyLatest} from '../../source/parse/latency.js';
import {parseModules} from '../../source/parse/server-modules.js';
import {parseLargeLog, parseSlowlog} from '../../source/parse/slowlog.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	const reply = (file: string): RawReply => fixtureReply<RawReply>(server, `rare/${file}.json`);

	test(`reads ACL LOG of ${server}`, () => {
		const refusals = parseAccessLog(reply('acl-log'));
		assert.deepEqual(
			refusals.map(({lack, object, user, clientName, count}) => [lack, object, user, clientName, count]),
			[
				['channel', 'news', 'limited', 'worker-1', 1],
				['key', 'name with \\x1b[31mcolour\\x1b[0m and a\\nline break', 'limited', 'worker-1', 1],
				['command', 'set', 'limited', 'worker-1', 1],
				['auth', 'AUTH', 'limited', 'worker-1', 1],
			],
		);
		assert.ok(
			refusals.every(
				({clientAddress, ageSeconds}) => /^127\.0\.0\.1:\d+$/.test(clientAddress ?? '') && ageSeconds < 60,
			),
		);
	});

	test(`reads MODULE LIST, FUNCTION STATS and LATENCY LATEST of ${server}`, () => {
		const known = {'redis-7.0': [], 'redis-8.0': ['vectorset'], 'valkey-8.1': [], 'valkey-9.1': ['lua']};
		assert.deepEqual(
			parseModules(reply('modules')),
			known[server].map(name => ({name, version: 1})),
		);
		assert.equal(parseRunningFunction(reply('function-stats-idle')), undefined);
		const running = parseRunningFunction(reply('function-stats-busy'));
		assert.equal(running?.name, 'endless');
		assert.ok((running?.durationMs ?? 0) > 0);
		const [event] = parseLatencyLatest(reply('latency-latest'));
		assert.equal(event?.event, 'command');
		assert.ok((event?.latestMs ?? 0) > 0);
	});

	if (server.startsWith('valkey')) {
		test(`reads COMMANDLOG of ${server}`, () => {
			const [request] = parseLargeLog(reply('commandlog-large-request'), 'large-request');
			assert.deepEqual([request?.log, request?.arguments.slice(0, 2)], ['large-request', ['SET', 'long\\u{202e}']]);
			assert.ok((request?.bytes ?? 0) > 500);
			const replies = parseLargeLog(reply('commandlog-large-reply'), 'large-reply');
			assert.deepEqual(replies.find(({arguments: words}) => words[0] === 'GET')?.bytes, 508);
			assert.ok(parseSlowlog(reply('commandlog-slow')).every(({durationMicroseconds}) => durationMicroseconds >= 0));
		});
	}
}

const odd: readonly RawReply[] = [
	null,
	'x',
	3,
	[],
	[null],
	[[]],
	[['name']],
	[['reason', 'auth']],
	new Error('NOPERM'),
];
test('replies of an unexpected shape give no entries', () => {
	for (const reply of odd) {
		assert.deepEqual(parseAccessLog(reply), []);
		assert.deepEqual(parseModules(reply), []);
		assert.deepEqual(parseLargeLog(reply, 'large-reply'), []);
		assert.equal(parseRunningFunction(reply), undefined);
	}
});
