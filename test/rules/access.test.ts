import assert from 'node:assert/strict';
import test from 'node:test';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import type {Failure} from '../../source/domain/sample.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connAuth, connNoperm, connRtt, connStale} from '../../source/rules/access.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** The node fails, and replied last so many seconds ago. */
const failing = (failure: Failure, lastSeconds = 1, record: FactsParts['record'] = {}): FactsParts => ({
	record: {...record, failure, lastReplyAtMs: nowMs - lastSeconds * 1000},
});
const refused = socketFailure('ECONNREFUSED', '');

const wrong = failing(replyFailure('WRONGPASS invalid username-password pair or user is disabled.'));
/** Another node, with the digest of the password of its default user. */
const withDefaultUser = (login: string) =>
	recordFrom({
		address: '10.0.1.9:6379',
		aclUsers: {
			atMs: nowMs,
			value: [{user: 'default', isOn: true, login, rights: '', hasAllKeys: true, lacks: []}],
		},
	});

testRule(connAuth, [
	['it answers', {}, 'clear'],
	['no password given', failing(replyFailure('NOAUTH Authentication required.')), 'critical', /password/],
	[
		'a wrong password, or a disabled user',
		failing(replyFailure('WRONGPASS invalid username-password pair or user is disabled.')),
		'critical',
		/a wrong password, or a user that is unknown or off/,
	],
	[
		'a wrong password, which another node of the deployment accepts',
		{...wrong, record: {...wrong.record, origin: 'replication'}, nodes: [withDefaultUser('a1b2')]},
		'critical',
		/^rejects the user or password, 10\.0\.1\.9:6379 accepts them: a wrong password, or /,
	],
	[
		'the same at an address that was given',
		{...wrong, record: {...wrong.record, origin: 'target'}, nodes: [withDefaultUser('a1b2')]},
		'critical',
		/^rejects the user or password: a wrong password, or /,
	],
	[
		'a wrong password beside a node that needs none',
		{...wrong, record: {...wrong.record, origin: 'replication'}, nodes: [withDefaultUser('nopass')]},
		'critical',
		/^rejects the user or password: a wrong password, or /,
	],
	[
		'a Sentinel that was found by itself, and that never answered',
		{record: {failure: replyFailure('NOAUTH Authentication required.'), origin: 'hello', lastReplyAtMs: undefined}},
		'info',
		/^is a sentinel with a password of its own$/,
	],
	[
		'a Sentinel that answered before',
		failing(replyFailure('NOAUTH Authentication required.'), 1, {origin: 'hello'}),
		'critical',
	],
	['the wording of servers before 6.0', failing(replyFailure('ERR invalid password')), 'critical'],
	['rights are reported by another rule', failing(replyFailure('NOPERM this user has no permissions')), 'clear'],
]);

const blind = (kind: 'denied' | 'absent'): FactsParts => ({
	record: {blind: [{command: 'SLOWLOG GET', kind, why: 'NOPERM', grant: '+slowlog|get'}]},
});
testRule(connNoperm, [
	['all rights', {}, 'clear'],
	['one command denied', blind('denied'), 'info', /^denies commands to this user, SLOWLOG GET$/],
	['what the server does not have is no matter of rights', blind('absent'), 'clear'],
]);

testRule(connStale, [
	['fresh', {}, 'clear'],
	['failing, but the data is new', failing(refused, 2), 'clear'],
	['four intervals old', failing(refused, 4), 'warning', /^last gave data 4s ago$/],
	['old', failing(refused, 16), 'critical'],
	[
		'old, of a node that was removed from its cluster',
		failing(refused, 900, {origin: 'cluster', goneSinceMs: 1}),
		'info',
	],
	[
		'old, of a replica that only its primary named',
		failing(refused, 900, {origin: 'replication', goneSinceMs: 1}),
		'critical',
	],
	['a long interval is not staleness', failing(refused, 16, {intervalMs: 8000}), 'clear'],
]);

const pings = (...values: number[]): FactsParts => ({record: {pings: values}});
const withProcessor = (share: number): FactsParts => ({
	info: {cpu: {used_cpu_user_main_thread: 10, used_cpu_sys_main_thread: 1}},
	earlier: {cpu: {used_cpu_user_main_thread: 10 - share, used_cpu_sys_main_thread: 1}},
});
const inDiskWait: FactsParts = {
	host: {process: {processId: 7, state: 'disk-wait', swappedBytes: 0} as ProcessEvidence},
};

test('conn.rtt: beside a wait for a disk, no step leads to the network', () => {
	const {next} = firingOf(connRtt, {...pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271), ...inDiskWait});
	const steps = next.map(({text}) => messageText(text)).join('\n');
	assert.match(steps, /^see whether its disk takes writes/);
	assert.doesNotMatch(steps, /network/);
});

const quick = Array.from({length: 40}, () => 0.4);
testRule(connRtt, [
	['quick', pings(...quick), 'clear'],
	['a few delays of this machine', pings(...quick, 300, 20, 30, 40, 50), 'clear'],
	[
		'slow again and again',
		pings(...quick, 30, 31, 32, 33, 34, 35),
		'warning',
		/^answers PING slowly, in 30\.0 ms, 0\.4 ms at best$/,
	],
	['very slow', pings(...quick, 300, 310, 320, 330, 340, 350), 'critical'],
	['a distant server is not slow', pings(...quick.map(() => 180)), 'clear'],
	['too few', pings(0.4, 200, 200, 200), 'pending'],
	[
		'the way to it has become slow a moment ago',
		pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271),
		'critical',
		/^answers PING slowly, in 265 ms, 0\.7 ms at best$/,
	],
	[
		'the same, of a server that has little to do',
		{...pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271), ...withProcessor(0.01)},
		'critical',
		/^answers PING slowly, in 265 ms, 0\.7 ms at best: the network, or a full link$/,
	],
	[
		'the same, and its process was seen in a wait for a disk',
		{...pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271), ...inDiskWait},
		'critical',
		/^answers PING slowly, in 265 ms, 0\.7 ms at best: its process waits for a disk$/,
	],
	[
		'the same, of a server that has much to do',
		{...pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271), ...withProcessor(0.9)},
		'critical',
		/^answers PING slowly, in 265 ms, 0\.7 ms at best$/,
	],
	['it has become slow and quick again', pings(0.7, 0.8, 0.7, 0.9, 267, 270, 265, 280, 271, 0.8), 'pending'],
	['a few slow ones at the end', pings(0.7, 0.8, 0.7, 0.9, 0.7, 267, 270, 265, 280), 'pending'],
	['gaps do not count', {record: {pings: [...quick.slice(0, 20), ...quick.map(() => Number.NaN)]}}, 'pending'],
]);

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'conn.auth': 'looks at our own connection',
	'conn.noperm': 'looks at the replies to our own commands',
	'conn.stale': 'looks at our own connection',
} as const;

for (const rule of [connAuth, connNoperm, connStale]) {
	test(`${rule.id}: never unknown: ${neverUnknown[rule.id]}`, () => {
		assert.equal(rule.evaluate(factsOf({}), 0).kind, 'clear');
	});
}
