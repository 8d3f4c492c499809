import assert from 'node:assert/strict';
import test from 'node:test';
import {parseSentinelPeers, parseWatchedPrimaries} from '../../source/parse/sentinel.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const version of fixtureServers) {
	test(`what a sentinel says of its primary: ${version}`, () => {
		const [primary, ...more] = parseWatchedPrimaries(fixtureReply(version, 'sentinel/masters.json'));
		assert.equal(more.length, 0);
		assert.deepEqual(
			[primary?.name, primary?.host, primary?.quorum, primary?.replicaCount, primary?.otherSentinels],
			['mymaster', '127.0.0.1', 2, 2, 2],
		);
		assert.ok(primary !== undefined);
		assert.ok(primary.flags.has('master'));
		assert.equal(primary.address, `127.0.0.1:${primary.port}`);
		assert.ok((primary.downAfterMs ?? 0) > 0 && (primary.failoverTimeoutMs ?? 0) > 0);
		const replicas = parseSentinelPeers(fixtureReply(version, 'sentinel/replicas.json'));
		assert.deepEqual(
			replicas.map(({priority, linkStatus, flags}) => [priority, linkStatus, flags.has('slave')]),
			[
				[100, 'ok', true],
				[100, 'ok', true],
			],
		);
		const sentinels = parseSentinelPeers(fixtureReply(version, 'sentinel/sentinels.json'));
		assert.equal(sentinels.length, 2);
		assert.ok(sentinels.every(({flags, runId}) => flags.has('sentinel') && /^[\da-f]{40}$/.test(runId ?? '')));
	});
}

test('what is no list of maps, or has no address, is left out', () => {
	assert.deepEqual(parseWatchedPrimaries('OK'), []);
	assert.deepEqual(parseWatchedPrimaries([['name', 'x'], 'y', [['ip', '1']], null]), []);
	assert.deepEqual(parseSentinelPeers([['ip', '10.0.0.1', 'port', '0']]), []);
	assert.deepEqual(
		parseSentinelPeers([['ip', '10.0.0.1', 'port', '26379', 'flags', 'sentinel,\u001B[2Jx']])[0]?.flags,
		new Set(['sentinel', '\\x1b[2Jx']),
	);
});
