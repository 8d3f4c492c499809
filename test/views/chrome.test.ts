import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {message, nameOf} from '../../source/domain/message.js';
import type {Failure} from '../../source/domain/sample.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {cellWidth} from '../../source/text/cell-width.js';
import {lineWidth} from '../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import {blindNote, type HeaderInput, headerLine, productOf, staleNote, verdictLine} from '../../source/views/chrome.js';
import {findingOf} from '../harness/findings.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;
const primary = recordFrom({info: {server: {redis_version: '7.2.5'}}, pings: [0.42]});
const replica = recordFrom({address: '10.0.1.12:6379', role: 'replica'});
const third = recordFrom({address: '10.0.1.13:6379', role: 'replica'});

const headerInput = (parts: Partial<HeaderInput> & {readonly nodes?: readonly NodeRecord[]} = {}): HeaderInput => {
	const {nodes = [primary, replica, third], ...rest} = parts;
	return {
		state: stateOf(nodes),
		node: nodes[0],
		deployment: 'replicated',
		lock: {kind: 'locked'},
		intervalMs: 1000,
		pausedAtMs: undefined,
		nowMs,
		glyphs: unicodeGlyphs,
		...rest,
	};
};

const header = (width: number, parts: Partial<HeaderInput> & {readonly nodes?: readonly NodeRecord[]} = {}): string =>
	plainText(headerLine(headerInput(parts), width));

const hostTarget = {...stateOf([primary, replica, third]), target: 'cache-eu1'};

const headerCases: ReadonlyArray<readonly [string, string, string]> = [
	[
		'120',
		header(120, {state: hostTarget}),
		'redis-top  cache-eu1  10.0.1.11:6379  1/3  redis 7.2.5  primary  [LOCKED]  1s  rtt 0.4 ms  age 0.3s            14:02:31Z',
	],
	['80', header(80), '10.0.1.11:6379 1/3 redis 7.2.5 primary [LOCKED] 1s rtt 0.4 ms age 0.3s 14:02:31Z'],
	[
		'80, a long address',
		header(80, {
			nodes: [recordFrom({address: '10.245.112.101:24740', info: {server: {redis_version: '7.2.5'}}}), replica],
		}),
		'10.245.112.101:24740 7.2.5 primary [LOCKED] 1s info 0.4 ms age 0.3s    14:02:31Z',
	],
	[
		'of the wall display',
		header(80, {isWall: true}),
		'redis-top  10.0.1.11:6379  1/3  redis 7.2.5  primary  age 0.3s         14:02:31Z',
	],
	['60', header(60), '10.0.1.11:6379  primary  [LOCKED]  1s  rtt 0.4 ms  age 0.3s '],
	['40', header(40), '10.0.1.11:6379 primary [LOCKED] age 0.3s'],
	['20', header(20), '10.0.1.11:6379'.padEnd(20)],
	['10', header(10), '10.0.1.11…'],
	[
		'unlocked, paused, slowed down, insecure',
		header(140, {
			nodes: [{...primary, intervalMs: 4000}],
			state: {...stateOf([primary]), isInsecure: true},
			lock: {kind: 'unlocked', leftMs: 899_000},
			pausedAtMs: nowMs - 42_000,
		}),
		'redis-top 10.0.1.11:6379 redis 7.2.5 primary [UNLOCKED 14m left] INSECURE PAUSED 14:01:49Z ! slowed to 4s rtt 0.4 ms age 0.3s      14:02:31Z',
	],
];
for (const [name, actual, expected] of headerCases) {
	test(`header: ${name}`, () => assert.equal(actual, expected));
}

test('header: a moment from before the own history has its date, its source and the time between scrapes', () => {
	const state = {...stateOf([primary]), earlier: {name: 'Prometheus', note: undefined}};
	const past = {state, nodes: [{...primary, intervalMs: 15_000}], shownAtMs: nowMs};
	assert.equal(
		header(140, past).trimEnd(),
		'redis-top  10.0.1.11:6379  redis 7.2.5  primary  [LOCKED]  HISTORY 11-23 14:02:31Z Prometheus  scraped every 15s  age 0.3s         14:02:31Z',
	);
	assert.match(header(80, past), /HISTORY 11-23 14:02:31Z Prometheus/);
});

test('header: before the first node it shows the target instead', () => {
	assert.match(header(60, {nodes: []}), /^redis-top {2}127\.0\.0\.1:6379 {2}\[LOCKED\] {2}1s +14:02:31Z$/);
	assert.match(header(16, {nodes: []}), /^127\.0\.0\.1:6379/);
});

test('header: a node that never answered, a node with old data, and a node without a PING', () => {
	const connecting = header(120, {nodes: [emptyRecord('10.0.1.11:6379')], lock: {kind: 'read-only'}});
	assert.match(connecting, / - {2}role - {2}\[READ-ONLY\] {2}1s {2}rtt {6}- {2}age -/);
	assert.match(header(120, {nowMs: nowMs + 12_000}), /! age {2}12s/);
	assert.match(header(120, {nodes: [replica]}), /info 0\.4 ms/);
});

test('header: unlocked for the whole session, without a countdown', () =>
	assert.match(header(120, {lock: {kind: 'unlocked', leftMs: Number.POSITIVE_INFINITY}}), /\[UNLOCKED\]/));

test('header: a cluster is named', () =>
	assert.match(header(120, {deployment: 'cluster'}), /redis-top {2}cluster {2}10\.0/));

test('header: the product and version of Redis and of Valkey are read from their own fields', () => {
	const productFrom = (server: Record<string, string>) => productOf(recordFrom({info: {server}}));
	assert.equal(productFrom({redis_version: '7.2.5'}), 'redis 7.2.5');
	assert.equal(productFrom({redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0'}), 'valkey 8.1.0');
	assert.equal(productFrom({}), '-');
	assert.equal(productOf(emptyRecord('10.0.1.11:6379')), '-');
});

const refused: Failure = {
	layer: 'tcp',
	code: 'ECONNREFUSED',
	problem: 'refuses connections',
	reason: 'nothing listens on the port',
	state: 'down',
};
const down = (address: string, parts: Partial<NodeRecord> = {}): NodeRecord => ({
	...recordFrom({address, role: 'replica', reach: 'down', failure: refused, failingSinceMs: nowMs - 12_000}),
	lastReplyAtMs: nowMs - 12_400,
	...parts,
});

const verdict = (nodes: readonly NodeRecord[], width = 120, focused = nodes[0]): string =>
	plainText(verdictLine(stateOf(nodes), focused, nowMs, unicodeGlyphs, width));

const loadingInfo = {persistence: {loading: 1, loading_loaded_perc: '42.50', loading_eta_seconds: 12}};
const silent = {...recordFrom({reach: 'stale'}), pendingSinceMs: nowMs - 3200, lastReplyAtMs: nowMs - 4200};

const verdictCases: ReadonlyArray<readonly [string, string, string]> = [
	['all up', verdict([primary, replica, third]), 'ok 3 nodes answer, data 0.3s old'],
	['one up', verdict([primary]), 'ok 10.0.1.11:6379 answers, data 0.3s old'],
	['nobody known', verdict([]), '.. connecting to 127.0.0.1:6379'],
	['connecting', verdict([emptyRecord('a:1'), emptyRecord('b:1'), primary]), '.. connecting to a:1 and 1 more'],
	[
		'down',
		verdict([primary, down('10.0.1.12:6379')]),
		'!! 10.0.1.12:6379 refuses connections: nothing listens on the port, for 12s (last data 14:02:18, 12s old)',
	],
	[
		'two down, the primary first',
		verdict([primary, down('10.0.1.12:6379'), down('10.0.1.13:6379', {role: 'primary'})], 130),
		'!! 10.0.1.13:6379 refuses connections: nothing listens on the port, for 12s (last data 14:02:18, 12s old)               also !! 1',
	],
	[
		'nodes that fail in one way are one cause with their number, at any width',
		verdict([down('10.0.1.12:6379'), down('10.0.1.13:6379')], 95),
		'!! 10.0.1.12:6379 refuses connections: nothing listens on the port, for 12s, 10.0.1.13:6379 too',
	],
	['narrow: cut', verdict([down('10.0.1.12:6379')], 20), '!! :6379 refuses co…'],
	[
		'never answered',
		verdict([down('10.0.1.12:6379', {lastReplyAtMs: undefined})]),
		'!! :6379 refuses connections: nothing listens on the port, for over 12s (no data yet)',
	],
	['silent', verdict([silent]), '!  :6379 is not responding, for 3.2s (last data 14:02:27, 4.2s old)'],
	[
		'silent for longer than a script may be',
		verdict([{...silent, pendingSinceMs: nowMs - 7300}]),
		'!! :6379 is not responding, for 7.3s (last data 14:02:27, 4.2s old)',
	],
	['loading', verdict([recordFrom({reach: 'loading', info: loadingInfo})]), '!  :6379 is loading, 42%, 12s left'],
	['loading, nothing known', verdict([recordFrom({reach: 'loading'})]), '!  :6379 is loading'],
	[
		'worse than loading',
		verdict([recordFrom({reach: 'loading', info: loadingInfo}), down('10.0.1.12:6379')], 60),
		'!! 10.0.1.12:6379 refuses connections              also ! 1',
	],
	[
		'up, and no poll has ended for longer than a poll takes: redis-top itself did not run',
		verdict([{...primary, lastReplyAtMs: nowMs - 12_000}]),
		'!  :6379 was not asked: this machine held redis-top up, for 12s (last data 14:02:19, 12s old)',
	],
	[
		'up, but the data is old',
		verdict([{...primary, lastReplyAtMs: nowMs - 4000}]),
		'!  :6379 is not responding, for 4.0s (last data 14:02:27, 4.0s old)',
	],
	[
		'polled more rarely, because it answers slowly',
		verdict([{...primary, lastReplyAtMs: nowMs - 14_000, intervalMs: 8000, isSlowed: true}]),
		'.. data 14s old: 10.0.1.11:6379 answers slowly and is asked every 8s',
	],
	[
		'several that are polled more rarely',
		verdict([
			{...primary, lastReplyAtMs: nowMs - 7000, intervalMs: 8000, isSlowed: true},
			{...third, lastReplyAtMs: nowMs - 9000, intervalMs: 8000, isSlowed: true},
		]),
		'.. data 9.0s old: 2 nodes answer slowly and are asked every 8s',
	],
	[
		'polled as rarely as the user wants',
		verdict([{...primary, lastReplyAtMs: nowMs - 14_000, intervalMs: 15_000}]),
		'ok 10.0.1.11:6379 answers, data 14s old',
	],
	[
		'polled more rarely, and asked a moment ago',
		verdict([{...primary, intervalMs: 8000, isSlowed: true}]),
		'ok 10.0.1.11:6379 answers, data 0.3s old',
	],
];
for (const [name, actual, expected] of verdictCases) {
	test(`verdict: ${name}`, () => assert.equal(actual.trimEnd(), expected));
}

const filling = findingOf('mem.max', 'warning', primary.address, {
	problem: 'memory is nearly full',
	detail: '5.46G of 6.00G, policy allkeys-lru, 12 keys evicted per second',
	reason: message`client ${nameOf('client', 'reports')} holds 1.2G of replies`,
});
const stoppedHost = {atMs: nowMs, value: {kind: 'here', process: {processId: 4711, state: 'stopped'}}};
const unresponsive = {...silent, host: stoppedHost as unknown as NodeRecord['host']};

/** A verdict's line at 40, 80, 120 and 200 columns. */
const lengthCases: ReadonlyArray<readonly [string, MonitorState, readonly string[]]> = [
	[
		'a finding',
		{...stateOf([primary]), findings: [filling]},
		[
			'!  10.0.1.11:6379 memory is nearly full',
			'!  10.0.1.11:6379 memory is nearly full: client reports holds 1.2G of replies',
			'!  10.0.1.11:6379 memory is nearly full: client reports holds 1.2G of replies                                      1m00s',
			'!  10.0.1.11:6379 memory is nearly full, 5.46G of 6.00G, policy allkeys-lru, 12 keys evicted per second: client reports holds 1.2G of replies                                                      1m00s',
		],
	],
	[
		'a node that does not respond',
		stateOf([unresponsive]),
		[
			'!  10.0.1.11:6379 is not responding',
			'!  10.0.1.11:6379 is not responding: its process is stopped (SIGSTOP), for 3.2s',
			'!  10.0.1.11:6379 is not responding: its process is stopped (SIGSTOP), for 3.2s (last data 14:02:27, 4.2s old)',
			'!  10.0.1.11:6379 is not responding: its process is stopped (SIGSTOP), for 3.2s (last data 14:02:27, 4.2s old)',
		],
	],
	[
		'two nodes with one problem, and another node',
		{
			...stateOf([primary, replica, third]),
			findings: [filling, {...filling, node: replica.address}, findingOf('mem.frag', 'warning', third.address)],
		},
		[
			'!  10.0.1.11:6379 memory is nearl…  ! 1',
			'!  10.0.1.11:6379 memory is nearly full, 10.0.1.12:6379 too     1m00s  also ! 1',
			'!  10.0.1.11:6379 memory is nearly full: client reports holds 1.2G of replies, 10.0.1.12:6379 too       1m00s  also ! 1',
			'!  10.0.1.11:6379 memory is nearly full, 5.46G of 6.00G, policy allkeys-lru, 12 keys evicted per second: client reports holds 1.2G of replies, 10.0.1.12:6379 too                       1m00s  also ! 1',
		],
	],
];
for (const [name, state, lines] of lengthCases) {
	test(`verdict: ${name}, at 40, 80, 120 and 200 columns`, () => {
		const drawn = [40, 80, 120, 200].map(width =>
			plainText(verdictLine(state, undefined, nowMs, unicodeGlyphs, width)).trimEnd(),
		);
		assert.deepEqual(drawn, lines);
	});
}

test('data older than two intervals is stale', () => {
	const record = {...primary, intervalMs: 5000};
	assert.equal(staleNote(record, sampledAtMs + 10_000), undefined);
	assert.equal(staleNote(record, sampledAtMs + 10_001), 'stale 10s');
	assert.equal(staleNote(emptyRecord('a:1'), sampledAtMs), undefined);
});

test('a blind spot names the command, the reason and the grant', () => {
	const why = 'NOPERM this user may not';
	const record = recordFrom({
		blind: [
			{command: 'CLIENT LIST', kind: 'denied', why, grant: undefined},
			{command: 'SLOWLOG GET', kind: 'denied', why, grant: '+slowlog|get'},
			{command: 'CLUSTER NODES', kind: 'absent', why: 'ERR unknown command', grant: undefined},
		],
	});
	const note = (...commands: string[]) => plainText(blindNote(record, commands) ?? []);
	assert.equal(note('SLOWLOG GET'), `! SLOWLOG GET is denied: ACL SETUSER default +slowlog|get  (${why})`);
	assert.equal(note('CLIENT LIST'), `! CLIENT LIST is denied (${why})`);
	assert.equal(note('CLUSTER NODES'), '! CLUSTER NODES is not available on this server (ERR unknown command)');
	assert.equal(note('CLIENT LIST', 'SLOWLOG GET'), `! CLIENT LIST is denied (${why})   (+1 more)`);
	assert.equal(blindNote(record, ['INFO']), undefined);
});

test('no line of the header and the verdict is wider than asked for', () => {
	const wide = down('主机.例え:6379', {failure: {...refused, problem: '接続を拒否しました👩‍👩‍👧'.repeat(9)}});
	const scenes: ReadonlyArray<readonly NodeRecord[]> = [
		[],
		[primary],
		[wide, primary],
		[emptyRecord('ホスト:1')],
		[silent],
	];
	fc.assert(
		fc.property(
			fc.constantFrom(...scenes),
			fc.integer({min: 1, max: 400}),
			fc.boolean(),
			fc.integer({min: 0, max: 10 ** 9}),
			(nodes, width, isAscii, laterMs) => {
				const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
				const input = headerInput({nodes, glyphs, nowMs: nowMs + laterMs, pausedAtMs: nowMs});
				assert.ok(lineWidth(headerLine(input, width)) <= width);
				const words = plainText(verdictLine(input.state, nodes[0], input.nowMs, glyphs, width));
				assert.ok(cellWidth(words) <= width, words);
			},
		),
		{numRuns: 300},
	);
});

test('header: a slowed interval is short on 80 columns, so that version and clock stay', () => {
	const slowed = header(80, {nodes: [{...primary, intervalMs: 8000}]});
	assert.match(slowed, /redis 7\.2\.5 primary \[LOCKED\] +! 8s .*14:02:31Z$/);
});

test('line 2 has one duration: a text that says how long ago it was stands without the age of the finding', () => {
	const lineOf = (detail: string) => {
		const finding = findingOf('tls.expiry', 'critical', primary.address, {
			problem: 'has a certificate that has expired',
			detail,
			sinceMs: nowMs - 44_000,
		});
		const state = {...stateOf([primary]), findings: [finding]};
		return plainText(verdictLine(state, primary, nowMs, unicodeGlyphs, 100));
	};
	assert.match(lineOf('8s ago'), /^!! :6379 has a certificate that has expired, 8s ago *$/);
	assert.match(lineOf('2m05s ago, 5 keys now'), /5 keys now *$/);
	assert.match(lineOf('valid to 14:00'), /valid to 14:00 +44s$/);
	assert.match(lineOf('long ago'), /long ago +44s$/);
});
