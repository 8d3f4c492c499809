import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary, SentinelPeer} from '../../source/domain/sentinel.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connRefused, connUnreachable} from '../../source/rules/connectivity.js';
import {findingText} from '../../source/rules/finding.js';
import type {FleetRule} from '../../source/rules/rule.js';
import {senCount, senDisagree, senDown, senTilt} from '../../source/rules/sentinel.js';
import {senFailing, senNoReplica} from '../../source/rules/sentinel-failover.js';
import {senIdle} from '../../source/rules/sentinel-idle.js';
import {senQuorum} from '../../source/rules/sentinel-quorum.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {type RecordParts, refusedConnection, sampledAtMs} from '../harness/records.js';
import {factsOf, testRule} from '../harness/rule-cases.js';
import {plainRecord} from '../topology/fleets.js';

const peer = (port: number, parts: Partial<SentinelPeer> = {}): SentinelPeer => ({
	address: `127.0.0.1:${port}` as NodeAddress,
	host: '127.0.0.1',
	port,
	flags: new Set(['slave']),
	runId: undefined,
	linkStatus: 'ok',
	priority: 100,
	...parts,
});

const watched = (parts: Partial<MonitoredPrimary> = {}): MonitoredPrimary => ({
	name: 'main',
	address: '127.0.0.1:7001' as NodeAddress,
	host: '127.0.0.1',
	port: 7001,
	flags: new Set(['master']),
	configEpoch: 1,
	quorum: 2,
	replicaCount: 1,
	otherSentinels: 2,
	downAfterMs: 2000,
	failoverTimeoutMs: 10_000,
	replicas: [peer(7002)],
	sentinels: [],
	quorumCheck: {isReached: true, text: 'OK 3 usable Sentinels', failures: 0},
	...parts,
});

const flags = (...names: readonly string[]) => ({flags: new Set(['master', ...names])});

type EvaluatedParts = {
	/** The id of the sentinel with this index; undefined as of a server before 6.2. */
	readonly idOf?: (index: number) => string | undefined;
	/** Further nodes. */
	readonly others?: ReadonlyArray<ReturnType<typeof factsOf>>;
};

/** The findings of a rule on sentinels with these reports; what a report leaves out is as in `watched`. */
function evaluated(
	rule: FleetRule,
	each: ReadonlyArray<Partial<MonitoredPrimary>>,
	heldMs = 0,
	role: 'primary' | 'replica' = 'primary',
	primaryParts: RecordParts = role === 'replica' ? {} : {failure: refusedConnection, reach: 'down'},
	{idOf = () => undefined, others = []}: EvaluatedParts = {},
) {
	const facts = each.map((parts, index) =>
		factsOf({
			info: {server: {redis_mode: 'sentinel'}},
			record: {
				address: `127.0.0.1:${26_379 + index}`,
				role: 'sentinel',
				sentinel: {atMs: sampledAtMs, value: {id: idOf(index), primaries: [watched(parts)]}},
			},
		}),
	);
	const primary = factsOf({record: {address: '127.0.0.1:7001', role, ...primaryParts}});
	const nodes = new Map([primary, ...others, ...facts].map(fact => [fact.address, fact]));
	return rule.evaluate({nodes, deployment: 'sentinel', nowMs: sampledAtMs}, () => heldMs);
}

type Case = readonly [
	name: string,
	rule: FleetRule,
	reports: ReadonlyArray<Partial<MonitoredPrimary>>,
	expected: 'clear' | 'info' | 'warning' | 'critical',
	title?: RegExp,
	heldMs?: number,
];

const well = [{}, {}, {}];
const all = (parts: Partial<MonitoredPrimary>) => [parts, parts, parts];
const check = (failures: number) => ({quorumCheck: {isReached: failures === 0, text: 'NOQUORUM 1 usable', failures}});

const neverLinked: Partial<MonitoredPrimary> = {
	flags: new Set(['s_down', 'o_down', 'master', 'disconnected']),
	runId: '',
};

const noReport = 'a sentinel that has not answered yet has no report and is left out';

/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'sen.count': noReport,
	'sen.disagree': noReport,
	'sen.down': noReport,
	'sen.failing': noReport,
	'sen.idle': noReport,
	'sen.no_replica': noReport,
	'sen.quorum': noReport,
};

const cases: readonly Case[] = [
	...[senDown, senQuorum, senCount, senDisagree, senNoReplica, senFailing].map(
		(rule): Case => ['all is well', rule, well, 'clear'],
	),
	[
		'one sees it down',
		senDown,
		[flags('s_down'), {}, {}],
		'warning',
		/^main: the primary 127\.0\.0\.1:7001 is perhaps down, 1 of 3 sentinels say so$/,
	],
	[
		'the quorum agrees',
		senDown,
		[flags('s_down', 'o_down'), flags('s_down'), {}],
		'critical',
		/^main: the primary 127\.0\.0\.1:7001 is down, 2 of 3 sentinels say so, and their quorum agrees$/,
	],
	['a single failed check does not count', senQuorum, all(check(1)), 'clear'],
	[
		'two failed checks in a row',
		senQuorum,
		all(check(2)),
		'critical',
		/^main would not be failed over, 3 of 3 sentinels say so: no quorum$/,
	],
	['one sentinel that knows no other', senQuorum, [{...check(2), ...neverLinked}, {}, {}], 'clear'],
	[
		'no quorum, and which sentinels cannot take part',
		senQuorum,
		[{...check(2), ...neverLinked}, {...check(2), ...neverLinked}, check(2)],
		'critical',
		/: no quorum: 127\.0\.0\.1:26379 never had a link to the primary \(auth-pass\?\), 127\.0\.0\.1:26380 never/,
	],
	[
		'a quorum of all, and one sentinel is down',
		senQuorum,
		[
			{...check(2), quorum: 3, sentinels: [peer(26_381, {flags: new Set(['sentinel', 's_down']), downMs: 900_000})]},
			{...check(2), quorum: 3, sentinels: [peer(26_381, {flags: new Set(['sentinel', 's_down']), downMs: 900_000})]},
		],
		'critical',
		/: 2 of 3 sentinels answer, quorum 3$/,
	],
	[
		'all were reset while the primary is down',
		senQuorum,
		all({...check(2), ...neverLinked, replicas: [], otherSentinels: 0}),
		'critical',
		/^main would not be failed over, .*: sentinels know no replica since a RESET or MONITOR$/,
	],
	['one that never had a link counts nobody', senCount, [{...neverLinked, otherSentinels: 0}, {}, {}], 'clear'],
	[
		'one that never had a link knows no replica',
		senNoReplica,
		all({...neverLinked, replicas: [], replicaCount: 0}),
		'warning',
		/^main has no replica that sentinels would promote: its sentinels have never seen them$/,
	],
	['two sentinels', senCount, [{otherSentinels: 1}, {otherSentinels: 1}], 'warning', /^main has only 2 sentinels$/],
	['one sentinel', senCount, [{otherSentinels: 0, quorum: 1}], 'warning', /^main has only 1 sentinel$/],
	[
		'four',
		senCount,
		all({otherSentinels: 3}),
		'warning',
		/^main has 4 sentinels: half of an even number is no majority$/,
	],
	[
		'a quorum above the number of sentinels',
		senCount,
		all({quorum: 4}),
		'warning',
		/^main can never be failed over: 3 sentinels cannot reach the quorum of 4$/,
	],
	[
		'they count differently',
		senCount,
		[{otherSentinels: 4}, {}, {}],
		'warning',
		/^main has sentinels that count each other differently, from 3 to 5$/,
	],
	['not counted yet', senCount, all({otherSentinels: undefined}), 'clear'],
	[
		'two primaries, a moment',
		senDisagree,
		[{address: '127.0.0.1:7002' as NodeAddress}, {}, {}],
		'warning',
		/disagree on the primary/,
	],
	[
		'two primaries, for long',
		senDisagree,
		[{address: '127.0.0.1:7002' as NodeAddress}, {}, {}],
		'critical',
		/^main has sentinels that disagree on the primary, 1 name 127\.0\.0\.1:7002, 2 name 127\.0\.0\.1:7001$/,
		11_000,
	],
	[
		'no replica',
		senNoReplica,
		all({replicas: [], replicaCount: 0}),
		'warning',
		/^main has no replica that sentinels would promote: it has none$/,
	],
	[
		'only replicas that are down',
		senNoReplica,
		all({replicas: [peer(7002, {flags: new Set(['slave', 's_down'])})]}),
		'warning',
		/would promote: 127\.0\.0\.1:7002 is down$/,
	],
	[
		'a replica that no sentinel ever reached',
		senNoReplica,
		all({configEpoch: 0, replicas: [peer(7002, {flags: new Set(['slave', 's_down']), runId: ''})]}),
		'warning',
		/would promote: 127\.0\.0\.1:7002 was never reached by its sentinels: replica-announce-ip is wrong, or its port is shut$/,
	],
	[
		'an old primary that no sentinel reached since the failover',
		senNoReplica,
		all({configEpoch: 1, replicas: [peer(7002, {flags: new Set(['slave', 's_down']), runId: ''})]}),
		'warning',
		/would promote: 127\.0\.0\.1:7002 is down$/,
	],
	['priority 0', senNoReplica, all({replicas: [peer(7002, {priority: 0})]}), 'warning', /priority 0/],
	['no link', senNoReplica, all({replicas: [peer(7002, {linkStatus: 'err'})]}), 'warning', /no link/],
	[
		'no link for a shorter time than sentinels allow, as while the primary loads its data',
		senNoReplica,
		all({replicas: [peer(7002, {linkStatus: 'err', linkDownMs: 20_000})]}),
		'clear',
	],
	[
		'no link for longer than sentinels allow',
		senNoReplica,
		all({replicas: [peer(7002, {linkStatus: 'err', linkDownMs: 21_000})]}),
		'warning',
		/would promote: 127\.0\.0\.1:7002 lost the primary 21s ago, sentinels allow 20s$/,
	],
	[
		'the primary is down, and every replica has priority 0',
		senDown,
		all({...flags('s_down', 'o_down'), replicas: [peer(7002, {priority: 0}), peer(7003, {priority: 0})]}),
		'critical',
		/^main: 127\.0\.0\.1:7001 is down, no failover, 3 of 3 sentinels say so, and their quorum agrees: 127\.0\.0\.1:7002 has priority 0, 127\.0\.0\.1:7003 has priority 0$/,
	],
	[
		'the primary is down, and its replicas have lost their links with it',
		senNoReplica,
		all({...flags('s_down', 'o_down'), replicas: [peer(7002, {linkStatus: 'err'})]}),
		'clear',
	],
	[
		'the primary is down, and its replica had lost it long before',
		senDown,
		all({
			...flags('s_down', 'o_down'),
			downMs: 3000,
			replicas: [peer(7002, {linkStatus: 'err', linkDownMs: 33_000}), peer(7003, {priority: 0})],
		}),
		'critical',
		/, no failover, .*: 127\.0\.0\.1:7002 had lost the primary 30s before, 127\.0\.0\.1:7003 has priority 0$/,
	],
	[
		'the primary is down, a failover is tried, and the only replica has priority 0',
		senDown,
		all({...flags('s_down', 'o_down', 'failover_in_progress'), replicas: [peer(7002, {priority: 0})]}),
		'critical',
		/, no failover, .*: 127\.0\.0\.1:7002 has priority 0$/,
	],
	[
		'the primary is down, and its replica lost it shortly before',
		senNoReplica,
		all({...flags('s_down'), downMs: 3000, replicas: [peer(7002, {linkStatus: 'err', linkDownMs: 20_000})]}),
		'clear',
	],
	['one of two is good', senNoReplica, all({replicas: [peer(7002, {priority: 0}), peer(7003)]}), 'clear'],
	['not asked yet', senNoReplica, all({replicas: undefined}), 'clear'],
	['a failover', senFailing, [flags('failover_in_progress'), {}, {}], 'info', /^main is being failed over$/],
	[
		'a stuck one',
		senFailing,
		[flags('failover_in_progress'), {}, {}],
		'critical',
		/^main is still being failed over, for longer than its timeout \(10s\)$/,
		10_001,
	],
];

for (const [name, rule, each, expected, title, heldMs] of cases) {
	test(`${rule.id}: ${name}`, () => {
		const [found, ...more] = evaluated(rule, each, heldMs);
		assert.equal(more.length, 0);
		assert.equal(found?.kind === 'fires' ? found.severity : 'clear', expected);
		if (found?.kind === 'fires') {
			assert.match(findingText(found), title ?? /main/);
			assert.equal(found.subject, 'main');
			assertPrintedCommands(found);
			assert.ok(found.next.length > 0 && found.meaning !== '');
		}
	});
}

/** What a sentinel reports that knows two others which are down. */
const withLeftovers: Partial<MonitoredPrimary> = {
	...check(2),
	otherSentinels: 4,
	sentinels: [
		peer(26_380, {flags: new Set(['sentinel'])}),
		peer(26_390, {flags: new Set(['s_down', 'sentinel', 'disconnected'])}),
		peer(26_391, {flags: new Set(['s_down', 'sentinel', 'disconnected'])}),
	],
};
const upPrimary: RecordParts = {info: {replication: {role: 'master'}}};

test('sen.quorum: sentinels that are gone are counted and named, with the way to forget them', () => {
	const [found] = evaluated(senQuorum, [withLeftovers, withLeftovers], 0, 'primary', upPrimary);
	assert.equal(found?.kind, 'fires');
	assert.match(findingText(found), /: 2 of 4 sentinels down$/);
	assert.match(JSON.stringify(found.next), /SENTINEL RESET main/);
});

test('sen.quorum: sentinels are not told to forget others while the primary is down, or where too few are left', () => {
	const down = {...withLeftovers, ...flags('s_down')};
	for (const reports of [[down, down], [withLeftovers]]) {
		const [found] = evaluated(senQuorum, reports, 0, 'primary', upPrimary);
		assert.equal(found?.kind, 'fires');
		assert.doesNotMatch(JSON.stringify(found.next), /SENTINEL RESET/);
	}
});

const quorumOf = (
	reports: ReadonlyArray<Partial<MonitoredPrimary>>,
	primaryParts: RecordParts | undefined,
	parts: EvaluatedParts = {},
) => {
	const [found] = evaluated(senQuorum, reports, 0, 'primary', primaryParts, parts);
	assert.equal(found?.kind, 'fires');
	assertPrintedCommands(found);
	return {text: findingText(found), next: found.next.map(({text}) => messageText(text)).join('\n')};
};

test('sen.quorum: sentinels that share one id are named, because each takes the others for itself', () => {
	const copies = [check(2), check(2), check(2)].map(report => ({...report, otherSentinels: 0}));
	const {text, next} = quorumOf(copies, upPrimary, {idOf: () => 'a'.repeat(40)});
	assert.match(text, /: 3 sentinels share one id$/);
	assert.match(next, /^give all but one an id of its own: stop it, remove the line "sentinel myid"/);
	assert.match(quorumOf(copies, upPrimary, {idOf: String}).text, /: no quorum$/);
	assert.match(quorumOf(copies, upPrimary).text, /: no quorum$/);
});

test('sen.quorum: sentinels that answer here and flag each other down are cut off from each other', () => {
	const cut = [0, 1, 2].map(own => ({
		...check(2),
		sentinels: [0, 1, 2]
			.filter(index => index !== own)
			.map(index => peer(26_379 + index, {flags: new Set(['s_down', 'sentinel', 'disconnected'])})),
	}));
	const {text, next} = quorumOf(cut, upPrimary);
	assert.match(text, /: no network between 3 sentinels$/);
	assert.match(next, /redis-cli -h 127\.0\.0\.1 -p 26380 PING/);
});

test('sen.quorum: sentinels that answer the PINGs of the others with errors lack the password of each other', () => {
	const refusing = (refusesPing: true | undefined) =>
		[0, 1, 2].map(own => ({
			...check(2),
			sentinels: [0, 1, 2]
				.filter(index => index !== own)
				.map(index =>
					peer(26_379 + index, {
						flags: new Set(['s_down', 'sentinel']),
						refusesPing: index === 0 ? refusesPing : true,
					}),
				),
		}));
	const {text, next} = quorumOf(refusing(true), upPrimary);
	assert.match(text, /: 3 sentinels refuse PINGs \(sentinel-pass\)$/);
	assert.match(next, /SENTINEL CONFIG SET sentinel-pass PASSWORD/);
	assert.doesNotMatch(next, /open the port/);
	assert.match(quorumOf(refusing(undefined), upPrimary).text, /: no network between 3 sentinels$/, 'one is cut off');
});

test('sen.quorum: while the primary is down, the replica with the newest data is the one to promote', () => {
	const replica = (port: number, offset: number) =>
		factsOf({
			info: {replication: {role: 'slave', slave_repl_offset: offset}},
			record: {address: `127.0.0.1:${port}`, role: 'replica'},
		});
	const reports = [{...check(2), ...flags('s_down'), replicas: [peer(7002), peer(7003)]}];
	const {text, next} = quorumOf(reports, undefined, {others: [replica(7002, 5), replica(7003, 9)]});
	assert.match(text, /^main is not failed over/);
	assert.match(next, /-p 7003 REPLICAOF NO ONE/);
	assert.doesNotMatch(quorumOf(reports, undefined).next, /REPLICAOF/);
	assert.doesNotMatch(
		quorumOf(reports, upPrimary, {others: [replica(7002, 5)]}).next,
		/REPLICAOF/,
		'the primary answers',
	);
});

/** The first steps of the primary's own finding and of sen.down, with replicas as the sentinels list them. */
function firstSteps(replicas: readonly SentinelPeer[], failure = refusedConnection): readonly string[] {
	const report = {...flags('s_down', 'o_down'), downMs: 3000, replicas};
	const sentinel = factsOf({
		info: {server: {redis_mode: 'sentinel'}},
		record: {
			address: '127.0.0.1:26379',
			role: 'sentinel',
			sentinel: {atMs: sampledAtMs, value: {id: undefined, primaries: [watched(report)]}},
		},
	});
	const primary = factsOf({
		record: {address: '127.0.0.1:7001', role: 'primary', failure, reach: 'down'},
		nodes: [sentinel.record],
	});
	const own = (failure === refusedConnection ? connRefused : connUnreachable).evaluate(primary, 0);
	const [group] = evaluated(senDown, all(report));
	return [own, group].map(found =>
		found?.kind === 'fires' ? messageText(found.next[0]?.text ?? '') : String(found?.kind),
	);
}

for (const failure of [refusedConnection, socketFailure('ETIMEDOUT', '')]) {
	test(`a dead primary that no replica may replace begins with what lets one do so: ${failure.code}`, () => {
		const raise = 'CONFIG SET replica-priority 100 on 127.0.0.1:7002, then CONFIG REWRITE';
		assert.deepEqual(firstSteps([peer(7002, {priority: 0})], failure), [raise, raise]);
		const old = 'start 127.0.0.1:7001 again: the data of 127.0.0.1:7002 is old';
		assert.deepEqual(firstSteps([peer(7002, {linkStatus: 'err', linkDownMs: 33_000})], failure), [old, old]);
		const away = peer(7002, {priority: 0, flags: new Set(['slave', 's_down'])});
		assert.doesNotMatch(firstSteps([away], failure).join(), /replica-priority/);
		assert.doesNotMatch(firstSteps([peer(7002)], failure).join(), /replica-priority|is old/);
	});
}

test('sen.down: no failover is announced, and none is offered, where the sentinels have no quorum', () => {
	const [found] = evaluated(senDown, [{...check(2), ...flags('s_down', 'o_down')}]);
	assert.equal(found?.kind, 'fires');
	assert.match(String(found.meaning), /no quorum/);
	assert.equal(found.action, undefined);
});

/**
What a sentinel reports whose primary has been down for `primaryMs`. It counts three others that do not answer: two that
have been down for `leftMs`, and one for as long as the primary.
*/
const reportWithLeftovers = (leftMs: number, parts: Partial<MonitoredPrimary> = {}, primaryMs = 5000) => {
	const down = (port: number, downMs: number) =>
		peer(port, {flags: new Set(['s_down', 'sentinel', 'disconnected']), downMs});
	return {
		...check(2),
		...flags('s_down', 'o_down'),
		downMs: primaryMs,
		otherSentinels: 4,
		replicas: [peer(7002)],
		sentinels: [down(26_390, leftMs), down(26_391, leftMs), down(26_392, primaryMs)],
		...parts,
	};
};
const fitReplica = factsOf({
	info: {replication: {role: 'slave'}},
	record: {address: '127.0.0.1:7002', role: 'replica'},
});

test('sentinels that are left over are told apart from those that died with the primary', () => {
	const told = (report: Partial<MonitoredPrimary>) => quorumOf([report, report], undefined, {others: [fitReplica]});
	const {text, next} = told(reportWithLeftovers(720_000));
	assert.match(text, /: sentinels count 5, 2 of them left over \(down for 12m\S*\): no majority$/);
	assert.match(next, /^redis-cli -h 127\.0\.0\.1 -p 26379 SENTINEL FAILOVER main\n/);
	assert.match(next, /SENTINEL RESET main/);
	assert.match(told(reportWithLeftovers(20_000)).text, /2 of them down since before \(for 20s\): no majority$/);
	// All went down with the primary.
	assert.match(told(reportWithLeftovers(9000)).text, /: 3 of 5 sentinels down$/);
});

test('SENTINEL FAILOVER is offered only where the sentinels that are left would be a majority, and a replica is fit', () => {
	const offered = (parts: Partial<MonitoredPrimary>, count = 2) => {
		const report = reportWithLeftovers(720_000, parts);
		const reports = Array.from({length: count}, () => report);
		const [found] = evaluated(senDown, reports, 0, 'primary', undefined, {others: [fitReplica]});
		assert.equal(found?.kind, 'fires');
		const own = quorumOf(reports, undefined, {others: [fitReplica]}).next;
		assert.equal(/SENTINEL FAILOVER/.test(own), found.action === 'sentinel-failover');
		assert.equal(
			/^main: 127\.0\.0\.1:7001 is down, no failover.*: 2 sentinels left over$/.test(findingText(found)),
			found.action === 'sentinel-failover',
		);
		return found.action === 'sentinel-failover';
	};

	assert.equal(offered({}), true);
	assert.equal(offered({}, 1), false, 'one of three sentinels is no majority');
	assert.equal(offered({quorum: 3}), false, 'two sentinels are no quorum of three');
	assert.equal(offered({replicas: [peer(7002, {priority: 0})]}), false);
});

test('SENTINEL FAILOVER goes to a sentinel that tries no failover by itself', () => {
	const busy = reportWithLeftovers(720_000, flags('s_down', 'o_down', 'failover_in_progress'));
	const [free, none] = [reportWithLeftovers(720_000), busy].map(
		second => evaluated(senDown, [busy, second], 0, 'primary', undefined, {others: [fitReplica]})[0],
	);
	assert.ok(free?.kind === 'fires' && none?.kind === 'fires');
	assert.equal(free.remedy?.node, '127.0.0.1:26380');
	assert.match(messageText(free.next[0]?.text ?? ''), /-p 26380 SENTINEL FAILOVER main/);
	assert.equal(none.action, undefined);
	assert.match(messageText(none.next[0]?.text ?? ''), /SENTINEL FAILOVER main/);
});

test('conn.refused: the primary begins with the failover that needs no votes; a leftover is a warning of its own', () => {
	const sentinels = [26_379, 26_380].map(
		port =>
			factsOf({
				info: {server: {redis_mode: 'sentinel'}},
				record: {
					address: `127.0.0.1:${port}`,
					role: 'sentinel',
					sentinel: {atMs: sampledAtMs, value: {id: undefined, primaries: [watched(reportWithLeftovers(720_000))]}},
				},
			}).record,
	);
	const refusedAt = (port: number, failure = refusedConnection) => {
		const facts = factsOf({
			record: {address: `127.0.0.1:${port}`, role: 'unknown', failure, reach: 'down', failingSinceMs: 0},
			nodes: sentinels,
		});
		const found = (failure === refusedConnection ? connRefused : connUnreachable).evaluate(facts, 0);
		assert.equal(found.kind, 'fires');
		return found;
	};

	const primary = refusedAt(7001);
	assert.equal(primary.severity, 'critical');
	assert.match(messageText(primary.next[0]?.text ?? ''), /^on 127\.0\.0\.1:26379: SENTINEL FAILOVER main/);
	for (const failure of [refusedConnection, socketFailure('ETIMEDOUT', '')]) {
		const leftover = refusedAt(26_390, failure);
		assert.equal(leftover.severity, 'warning');
		assert.match(findingText(leftover), /: a sentinel that the others count, down for 12m/);
		assert.match(messageText(leftover.next[0]?.text ?? ''), /SENTINEL RESET/);
		assert.equal(refusedAt(26_392, failure).severity, 'critical', 'it died with the primary');
	}
});

test('sen.down: no second failover is offered while one is under way', () => {
	const [found] = evaluated(senDown, [flags('s_down', 'o_down', 'failover_in_progress')]);
	assert.equal(found?.kind, 'fires');
	assert.match(String(found.meaning), /A failover is on its way/);
	assert.equal(found.action, undefined);
});

const refusing = (parts: {
	readonly aborted?: number;
	readonly failed?: number;
	readonly role?: 'primary' | 'replica';
}) => {
	const {aborted = 1, failed = 1, role = 'replica'} = parts;
	return factsOf({
		info: {
			errorstats: {errorstat_ERR: 'count=2', errorstat_EXECABORT: `count=${aborted}`},
			commandstats: {cmdstat_exec: `calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=${failed}`},
		},
		record: {address: '127.0.0.1:7002', role},
	});
};

const downFor = (downMs: number): Partial<MonitoredPrimary> => ({...flags('s_down', 'o_down'), downMs});

for (const [name, downMs, replica, expected] of [
	['it has refused a transaction', 12_000, refusing({}), /no failover, .*: 127\.0\.0\.1:7002 refuses it$/],
	['the failover has just begun', 4000, refusing({}), /: the primary 127\.0\.0\.1:7001 is down, .* agrees$/],
	['no transaction was refused', 12_000, refusing({aborted: 0}), /is down, .* agrees$/],
	['no EXEC failed', 12_000, refusing({failed: 0}), /is down, .* agrees$/],
	['it is a primary now', 12_000, refusing({role: 'primary'}), /is down, .* agrees$/],
] as const) {
	test(`sen.down: a replica that refuses to be promoted: ${name}`, () => {
		const [found] = evaluated(senDown, all(downFor(downMs)), 0, 'primary', undefined, {others: [replica]});
		assert.ok(found?.kind === 'fires');
		assertPrintedCommands(found);
		assert.match(findingText(found), expected);
		const isRefused = String(expected).includes('refuses it');
		assert.equal(found.action, isRefused ? undefined : 'sentinel-failover');
		assert.equal(/rename-command/.test(messageText(found.next[0]?.text ?? '')), isRefused);
	});
}

const promotedBy = (parts: RecordParts, reports: Partial<MonitoredPrimary>) => {
	const sentinel = factsOf({
		info: {server: {redis_mode: 'sentinel'}},
		record: {
			address: '127.0.0.1:26379',
			role: 'sentinel',
			sentinel: {atMs: sampledAtMs, value: {primaries: [watched(reports)]}},
		},
	});
	const dead = factsOf({
		record: {address: '127.0.0.1:7001', failure: refusedConnection, reach: 'down', role: 'unknown'},
	});
	const other = factsOf({info: {replication: {role: 'master'}}, record: {address: '127.0.0.1:7002', ...parts}});
	const nodes = new Map([sentinel, dead, other].map(fact => [fact.address, fact]));
	return senDisagree.evaluate({nodes, deployment: 'sentinel', nowMs: sampledAtMs}, () => 11_000);
};

test('sen.disagree: a replica that was promoted by hand is named, with the steps that tell the sentinels', () => {
	const [found] = promotedBy({role: 'primary'}, flags('s_down'));
	assert.equal(found?.kind, 'fires');
	assert.equal(found.severity, 'critical');
	assert.match(
		findingText(found),
		/^main points to 127\.0\.0\.1:7001, which is down: 127\.0\.0\.1:7002 is the primary now, and was not promoted by its sentinels$/,
	);
	assert.match(JSON.stringify(found.next), /SENTINEL MONITOR main/);
	assertPrintedCommands(found);
});

test('sen.disagree: a failover under way, a replica, or a promoted node out of reach is no promotion by hand', () => {
	assert.deepEqual(promotedBy({role: 'primary'}, flags('s_down', 'failover_in_progress')), []);
	assert.deepEqual(promotedBy({role: 'replica'}, flags('s_down')), []);
	assert.deepEqual(promotedBy({role: 'primary', failure: refusedConnection}, flags('s_down')), []);
});

test('sen.disagree: the rule fires where all sentinels name a node that reports the role replica', () => {
	const [found] = evaluated(senDisagree, well, 11_000, 'replica');
	assert.ok(found?.kind === 'fires');
	assert.equal(
		findingText(found),
		'main points to a replica: its sentinels name 127.0.0.1:7001, which reports the role replica',
	);
});

test('sen.disagree: a failover that has not reached all sentinels is info where its primary answers', () => {
	const older = {address: '127.0.0.1:7002' as NodeAddress, configEpoch: 0};
	const severityOf = (heldMs: number, parts: RecordParts) => {
		const [found] = evaluated(senDisagree, [older, {}, {}], heldMs, 'primary', parts);
		return found?.kind === 'fires' ? found.severity : found?.kind;
	};
	assert.equal(severityOf(5000, {}), 'info');
	assert.equal(severityOf(11_000, {}), 'critical');
	assert.equal(severityOf(5000, {failure: refusedConnection}), 'warning');
});

const isolated = all({replicas: [peer(7002, {flags: new Set(['slave', 's_down', 'disconnected'])})]});
const followerAt = (address: string, parts: RecordParts = {}) =>
	factsOf({
		info: {replication: {role: 'slave', master_host: '127.0.0.1', master_port: 7001}},
		record: {address, role: 'replica', ...parts},
	});

/** The text and the steps of sen.no_replica. */
function withoutReplica(others: NonNullable<EvaluatedParts['others']>, primaryParts?: RecordParts) {
	const [found] = evaluated(senNoReplica, isolated, 0, 'primary', primaryParts, {others});
	assert.equal(found?.kind, 'fires');
	assertPrintedCommands(found);
	return {text: findingText(found), next: found.next.map(({text}) => messageText(text)).join('\n')};
}

test('sen.no_replica: a replica that answers redis-top is not down: the sentinels do not reach it', () => {
	const {text, next} = withoutReplica([followerAt('127.0.0.1:7002')], upPrimary);
	assert.match(text, /would promote: its sentinels cannot reach 127\.0\.0\.1:7002, which answers here$/);
	assert.match(next, /open the port of the replica for the sentinels/);
	assert.doesNotMatch(next, /SENTINEL REMOVE/);
});

test('sen.no_replica: a replica that answers the PINGs of its sentinels with errors has another password', () => {
	const refusing = all({replicas: [peer(7002, {flags: new Set(['slave', 's_down']), refusesPing: true})]});
	const textWith = (others: NonNullable<EvaluatedParts['others']>) => {
		const [found] = evaluated(senNoReplica, refusing, 0, 'primary', upPrimary, {others});
		assert.equal(found?.kind, 'fires');
		return `${findingText(found)}\n${found.next.map(({text}) => messageText(text)).join('\n')}`;
	};
	const seen = textWith([followerAt('127.0.0.1:7002')]);
	assert.match(seen, /would promote: 127\.0\.0\.1:7002 refuses its sentinels \(auth-pass\)\n/);
	assert.match(seen, /give the replica the password of its primary/);
	assert.doesNotMatch(seen, /open the port/);
	assert.match(textWith([]), /would promote: 127\.0\.0\.1:7002 refuses its sentinels \(auth-pass\)\n/);
});

test('sen.down: a primary that answers the PINGs of its sentinels with errors runs, and refuses them', () => {
	const refusing = (refusesPing: true | undefined) =>
		all({
			flags: new Set(['s_down', 'o_down', 'master']),
			refusesPing,
			replicas: [peer(7002, {flags: new Set(['slave', 's_down']), refusesPing})],
		});
	const downWith = (refusesPing: true | undefined) => {
		const [found] = evaluated(senDown, refusing(refusesPing));
		assert.equal(found?.kind, 'fires');
		return {...found, text: findingText(found), steps: found.next.map(({text}) => messageText(text)).join('\n')};
	};
	const {text, effect, steps} = downWith(true);
	assert.match(
		text,
		/: 127\.0\.0\.1:7001 refuses its sentinels \(auth-pass\), no failover, 3 of 3 sentinels hold it down, /,
	);
	assert.match(text, /: 127\.0\.0\.1:7002 refuses its sentinels \(auth-pass\)$/);
	assert.equal(effect, undefined);
	assert.match(steps, /^compare auth-pass .*\ngive the replica the password of its primary/);
	assert.match(downWith(undefined).text, /: 127\.0\.0\.1:7001 is down, no failover, 3 of 3 sentinels say so, /);
});

test('sen.no_replica: where no server answers at the addresses that sentinels know, they may have moved', () => {
	const {text, next} = withoutReplica([followerAt('127.0.0.1:7002', {failure: refusedConnection})]);
	assert.match(text, /would promote: 127\.0\.0\.1:7002 is down$/);
	assert.match(next, /SENTINEL REMOVE main\n.*SENTINEL MONITOR main NEW-HOST PORT 2/);
	assert.doesNotMatch(withoutReplica([], upPrimary).next, /SENTINEL REMOVE/);
});

test('without sentinels no rule about them fires', () => {
	const facts = factsOf({record: {role: plainRecord(7001).role}});
	const nodes = new Map([[facts.address, facts]]);
	for (const rule of [senDown, senQuorum, senCount, senDisagree, senNoReplica, senFailing]) {
		const fleet = {
			nodes,
			deployment: 'standalone',
			nowMs: 0,
		} as const;
		assert.deepEqual(
			rule.evaluate(fleet, () => 0),
			[],
		);
	}
});

const sentinel = (tilt: number) => ({info: {sentinel: {sentinel_tilt: tilt}}, record: {role: 'sentinel'} as const});

testRule(senTilt, [
	['calm', sentinel(0), 'clear'],
	['in TILT', sentinel(1), 'critical', /TILT/],
	['not said', {info: {server: {}}, record: {role: 'sentinel'}}, 'absent'],
	['a data node', {info: {sentinel: {sentinel_tilt: 1}}}, 'clear'],
]);

test("sen.down: the failover is offered on a sentinel that reports the fault, with that sentinel's name for the primary", () => {
	const [found] = evaluated(senDown, [{}, flags('s_down'), {}]);
	assert.ok(found?.kind === 'fires');
	assert.deepEqual([found.action, found.remedy], ['sentinel-failover', {node: '127.0.0.1:26380', value: 'main'}]);
});

const answering: ReadonlyArray<
	readonly [name: string, each: ReadonlyArray<Partial<MonitoredPrimary>>, severity: string, text: RegExp]
> = [
	[
		'none can log in',
		all(neverLinked),
		'critical',
		/^main: sentinels 127\.0\.0\.1:26379, .* cannot reach or log in to the primary 127\.0\.0\.1:7001, 3 of 3 sentinels hold it down, but it answers redis-top: never had a link: wrong auth-pass/,
	],
	[
		'one cannot log in',
		[{...neverLinked, flags: new Set(['s_down', 'master', 'disconnected'])}, {}, {}],
		'warning',
		/^main: sentinel 127\.0\.0\.1:26379 cannot reach or log in to the primary 127\.0\.0\.1:7001, 1 of 3/,
	],
	[
		'it answers their PINGs with errors',
		all({...flags('s_down', 'o_down'), runId: 'a'.repeat(40), refusesPing: true}),
		'critical',
		/^main: the primary 127\.0\.0\.1:7001 refuses sentinels .*: auth-pass is missing or wrong on them, or their user may not PING$/,
	],
	[
		'they lost it',
		all({...flags('s_down', 'o_down'), runId: 'a'.repeat(40)}),
		'critical',
		/answers redis-top: wrong auth-pass/,
	],
];

test('sen.down: a sentinel that has not heard of a failover yet says nothing of a former primary that answers', () => {
	const late = {...flags('s_down', 'o_down'), configEpoch: 4};
	const newer = {address: '127.0.0.1:7002' as NodeAddress, configEpoch: 5};
	const found = (others: Partial<MonitoredPrimary>) =>
		evaluated(senDown, [late, others, others], 0, 'primary', {lastReplyAtMs: sampledAtMs}).length;
	assert.equal(found({configEpoch: 4}), 1);
	assert.equal(found(newer), 0);
});

test('sen.down: a primary that answers NOAUTH to its sentinels names the missing password', () => {
	const stat = (rejected: number) => `calls=0,usec=0,usec_per_call=0.00,rejected_calls=${rejected},failed_calls=0`;
	const counters = (pings: number, code: string) => ({
		commandstats: {cmdstat_ping: stat(pings), cmdstat_info: stat(4), cmdstat_publish: stat(9)},
		errorstats: {[`errorstat_${code}`]: `count=${pings}`},
	});
	const textWith = (code: string) => {
		const primary = factsOf({
			info: counters(40, code),
			earlier: counters(38, code),
			record: {address: '127.0.0.1:7001', role: 'primary', lastReplyAtMs: sampledAtMs},
		});
		const [found] = evaluated(senDown, all(neverLinked), 0, 'primary', {}, {others: [primary]});
		return found?.kind === 'fires' ? `${findingText(found)}\n${messageText(found.next[0]?.text ?? '')}` : '-';
	};
	assert.match(
		textWith('NOAUTH'),
		/^main: the primary 127\.0\.0\.1:7001 refuses sentinels .* \(NOAUTH\), .*: auth-pass is missing or wrong on them\nset auth-pass on each of them: SENTINEL SET main auth-pass PASSWORD/,
	);
	assert.match(textWith('NOPERM'), /cannot reach or log in to the primary/);
});

test('sen.down: a primary that cannot save refuses the PINGs of its sentinels with MISCONF', () => {
	const primary = (misconf: number) =>
		factsOf({
			info: {errorstats: {errorstat_MISCONF: `count=${misconf}`}},
			earlier: {errorstats: {errorstat_MISCONF: 'count=38'}},
			record: {address: '127.0.0.1:7001', role: 'primary', lastReplyAtMs: sampledAtMs},
		});
	const refusing = all({...flags('s_down', 'o_down'), runId: 'a'.repeat(40), refusesPing: true});
	const textWith = (misconf: number) => {
		const [found] = evaluated(senDown, refusing, 0, 'primary', {}, {others: [primary(misconf)]});
		assert.equal(found?.kind, 'fires');
		assertPrintedCommands(found);
		return `${findingText(found)}\n${found.next.map(({text}) => messageText(text)).join('\n')}`;
	};
	const text = textWith(41);
	assert.match(
		text,
		/^main: the primary 127\.0\.0\.1:7001 refuses sentinels .* \(MISCONF\), .*: it cannot save, and refuses PING/,
	);
	assert.doesNotMatch(text, /auth-pass/);
	assert.match(textWith(38), /: auth-pass is missing or wrong on them, or their user may not PING\n/);
});

for (const [name, each, severity, text] of answering) {
	test(`sen.down: the primary answers redis-top: ${name}`, () => {
		const [found] = evaluated(senDown, each, 0, 'primary', {lastReplyAtMs: sampledAtMs});
		assert.equal(found?.kind, 'fires');
		assert.ok(found.kind === 'fires');
		assert.equal(found.severity, severity);
		assert.match(findingText(found), text);
		assert.equal(found.action, undefined);
		assert.doesNotMatch(JSON.stringify(found.meaning), /nothing can be written|on its way/);
	});
}

test('sen.down: where the primary answers, a sentinel that lost it a moment ago counts once the quorum agrees', () => {
	const kinds = (downMs: number, ...names: readonly string[]) =>
		evaluated(senDown, [{...flags('s_down', ...names), downMs}, {}, {}], 0, 'primary', {
			lastReplyAtMs: sampledAtMs,
		}).map(({kind}) => kind);
	assert.deepEqual(kinds(900), []);
	assert.deepEqual(kinds(3000), ['fires']);
	assert.deepEqual(kinds(900, 'o_down'), ['fires']);
});

test("sen.down: a reply of the primary from before the sentinels' report proves nothing", () => {
	const [found] = evaluated(senDown, all(flags('s_down', 'o_down')), 0, 'primary', {lastReplyAtMs: sampledAtMs - 4000});
	assert.ok(found?.kind === 'fires');
	assert.match(findingText(found), /is down/);
	assert.equal(found.action, 'sentinel-failover');
});

test('sen.quorum: the steps lower a quorum that needs all sentinels, or start the primary that all were reset without', () => {
	const down = [peer(26_381, {flags: new Set(['sentinel', 's_down']), downMs: 900_000})];
	const lowered = evaluated(
		senQuorum,
		[1, 2].map(() => ({...check(2), quorum: 3, sentinels: down})),
	)[0];
	assert.ok(lowered?.kind === 'fires');
	assertPrintedCommands(lowered);
	const told = lowered.next.map(({text}) => messageText(text)).join('\n');
	assert.match(
		told,
		/^lower the quorum to 2 .*\n.*26379 SENTINEL SET main quorum 2\n.*26380 SENTINEL SET main quorum 2\n/,
	);
	const reset = evaluated(senQuorum, all({...check(2), ...neverLinked, replicas: [], otherSentinels: 0}))[0];
	assert.ok(reset?.kind === 'fires');
	assert.match(messageText(reset.next[0]?.text ?? ''), /^start the primary/);
	const follower = factsOf({
		info: {replication: {role: 'slave', master_host: '127.0.0.1', master_port: 7001, slave_repl_offset: 9}},
		record: {address: '127.0.0.1:7002', role: 'replica'},
	});
	const parts = all({...check(2), ...neverLinked, ...flags('s_down', 'disconnected'), replicas: [], otherSentinels: 0});
	const known = evaluated(senQuorum, parts, 0, 'primary', undefined, {others: [follower]})[0];
	assert.ok(known?.kind === 'fires');
	assert.match(known.next.map(({text}) => messageText(text)).join('\n'), /-p 7002 REPLICAOF NO ONE/);
});

test('sen.idle: a sentinel that monitors nothing, alone and beside others that count it', () => {
	const idle = factsOf({
		info: {server: {redis_mode: 'sentinel'}},
		record: {
			address: '127.0.0.1:26381',
			role: 'sentinel',
			sentinel: {atMs: sampledAtMs, value: {id: undefined, primaries: []}},
		},
	});
	const textOf = (each: ReadonlyArray<Partial<MonitoredPrimary>>) =>
		evaluated(senIdle, each, 0, 'primary', undefined, {others: [idle]}).map(found => {
			assert.ok(found.kind === 'fires');
			assertPrintedCommands(found);
			return `${findingText(found)}\n${messageText(found.next[0]?.text ?? '')}`;
		});
	assert.match(
		textOf([])[0] ?? '',
		/^127\.0\.0\.1:26381 is a sentinel that monitors no primary: clients that ask it find no primary\n/,
	);
	const counted = [{sentinels: [peer(26_381, {flags: new Set(['sentinel'])})]}, {}];
	assert.match(
		textOf(counted)[0] ?? '',
		/^sentinel 127\.0\.0\.1:26381 no longer monitors main, 2 others do: .*\n.*-p 26381 SENTINEL MONITOR main 127\.0\.0\.1 7001 2$/,
	);
	assert.deepEqual(evaluated(senIdle, well), []);
});
