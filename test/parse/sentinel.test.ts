import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {parseMonitoredPrimaries, parseSentinelHello, parseSentinelPeers} from '../../source/parse/sentinel.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const version of fixtureServers) {
	test(`reads what a sentinel of ${version} reports of its primary`, () => {
		const [primary, ...more] = parseMonitoredPrimaries(fixtureReply(version, 'sentinel/masters.json'));
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
		assert.ok(replicas.every(({roleMs}) => roleMs !== undefined && roleMs > 0 && roleMs < 600_000));
		const sentinels = parseSentinelPeers(fixtureReply(version, 'sentinel/sentinels.json'));
		assert.equal(sentinels.length, 2);
		assert.ok(sentinels.every(({flags, runId}) => flags.has('sentinel') && /^[\da-f]{40}$/.test(runId ?? '')));
	});
}

test('a reply that is no list of maps, or has no address, is left out', () => {
	assert.deepEqual(parseMonitoredPrimaries('OK'), []);
	assert.deepEqual(parseMonitoredPrimaries([['name', 'x'], 'y', [['ip', '1']], null]), []);
	assert.deepEqual(parseSentinelPeers([['ip', '10.0.0.1', 'port', '0']]), []);
	assert.deepEqual(
		parseSentinelPeers([['ip', '10.0.0.1', 'port', '26379', 'flags', 'sentinel,\u001B[2Jx']])[0]?.flags,
		new Set(['sentinel', '\\x1b[2Jx']),
	);
});

test('the time for which a sentinel is down is told in whole minutes, so that one that is gone for good changes rarely', () => {
	const downOf = (...fields: readonly string[]) =>
		parseSentinelPeers([['ip', '10.0.0.1', 'port', '26379', 'flags', 's_down,sentinel', ...fields]])[0]?.downMs;
	assert.equal(downOf('s-down-time', '41234'), 41_234);
	assert.equal(downOf('s-down-time', '725000'), 720_000);
	assert.equal(downOf(), undefined);
	assert.equal(downOf('s-down-time', '725000', 'slave-priority', '100'), undefined, 'a replica');
});

test('a node that is held down and replies to PINGs refuses them', () => {
	const refusalOf = (flags: string, replyMs: string, acceptedMs: string) => {
		const row = ['ip', '10.0.0.1', 'port', '26379', 'name', 'main', 'flags', flags];
		const times = ['last-ok-ping-reply', acceptedMs, 'last-ping-reply', replyMs];
		return [parseSentinelPeers([[...row, ...times]])[0], parseMonitoredPrimaries([[...row, ...times]])[0]].map(
			each => each?.refusesPing,
		);
	};
	assert.deepEqual(refusalOf('s_down,sentinel', '412', '9412'), [true, true]);
	assert.deepEqual(refusalOf('s_down,sentinel', '9412', '9412'), [undefined, undefined], 'no reply at all');
	assert.deepEqual(refusalOf('s_down,sentinel', '412', '412'), [undefined, undefined], 'it has just come back');
	assert.deepEqual(refusalOf('sentinel', '412', '9412'), [undefined, undefined], 'it is not held down yet');
});

test('a node without an accepted reply to PINGs for seconds, or without any INFO, is silent to its sentinel', () => {
	const silenceOf = (runIdText: string, acceptedMs: string) => {
		const row = ['ip', '10.0.0.1', 'port', '6379', 'name', 'main', 'flags', 'slave', 'runid', runIdText];
		const times = ['last-ok-ping-reply', acceptedMs];
		return [parseSentinelPeers([[...row, ...times]])[0], parseMonitoredPrimaries([[...row, ...times]])[0]].map(
			each => each?.isSilent,
		);
	};
	assert.deepEqual(silenceOf(runId, '900'), [undefined, undefined]);
	assert.deepEqual(silenceOf(runId, '3100'), [true, true]);
	assert.deepEqual(silenceOf('', '900'), [true, true], 'learned of a moment ago');
});

test('the time since a replica changed its role is told for ten minutes', () => {
	const roleOf = (ms: string) =>
		parseSentinelPeers([['ip', '10.0.0.1', 'port', '6379', 'flags', 'slave', 'role-reported-time', ms]])[0];
	assert.equal(roleOf('41234')?.roleMs, 41_234);
	assert.ok(!Object.hasOwn(roleOf('725000') ?? {}, 'roleMs'), 'it is the same in each reply then');
});

const runId = '57ea5a83cc4fe0c1fb4f97a5e2b4fa6e0b6d3d11';
const hello = ['10.0.2.11', '26379', runId, '3', 'main', '10.0.1.11', '6379', '3'];

test("a sentinel's hello message has the address of the sentinel and of its primary", () => {
	assert.deepEqual(parseSentinelHello(hello.join(',')), {host: '10.0.2.11', port: 26_379, runId, primaryName: 'main'});
	assert.equal(parseSentinelHello(`2001:db8::1,${hello.slice(1).join(',')}`)?.host, '2001:db8::1');
	for (const [index, wrong] of [
		[0, ''],
		[1, '0'],
		[1, '70000'],
		[2, 'short'],
		[3, '-1'],
		[4, ''],
	] as const) {
		assert.equal(parseSentinelHello(hello.with(index, wrong).join(',')), undefined, `${index} ${wrong}`);
	}

	assert.equal(parseSentinelHello(hello.slice(0, 5).join(',')), undefined);
});

test('any other message on the channel is undefined and throws nothing', () => {
	fc.assert(
		fc.property(fc.string(), text => {
			const found = parseSentinelHello(text);
			assert.ok(found === undefined || found.port > 0);
		}),
	);
});
