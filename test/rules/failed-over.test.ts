import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {SentinelPeer} from '../../source/domain/sentinel.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {repFailedOver} from '../../source/rules/failed-over.js';
import {type Finding, findingText} from '../../source/rules/finding.js';
import {joinFindings} from '../../source/rules/join-findings.js';
import type {NodeFacts} from '../../source/rules/node-facts.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {emptyHost, type FactsParts, factsOf} from '../harness/rule-cases.js';

export const neverUnknown: Readonly<Record<string, string>> = {
	'rep.failed_over': 'a node whose promotion nobody saw was not promoted',
};

const {nowMs} = factsOf({});
const [former, promoted, third] = ['127.0.0.1:7001', '127.0.0.1:7002', '127.0.0.1:7003'] as const;
const history = 'b'.repeat(40);

const peer = (port: number, roleMs?: number): SentinelPeer => ({
	address: `127.0.0.1:${port}` as NodeAddress,
	host: '127.0.0.1',
	port,
	flags: new Set(['slave']),
	runId: undefined,
	linkStatus: 'ok',
	priority: 100,
	roleMs,
});

/** The log of a Sentinel with a failover from one node to another. */
const switched = (secondsAgo: number, from: string): FactsParts['host'] => ({
	...emptyHost,
	log: {
		source: '/var/log/sentinel.log',
		lines: [],
		remarks: [
			{
				id: 'sentinel-failover',
				severity: 'warning',
				rules: ['sen.down'],
				meaning: '-',
				line: `1:X 24 Nov 2026 11:22:33.123 # +switch-master main ${from.replace(':', ' ')} 127.0.0.1 7002`,
				atMs: nowMs - secondsAgo * 1000,
				count: 1,
			},
		],
	},
});

const sentinelWith = (host: FactsParts['host'] = emptyHost, replicas = [peer(7001), peer(7003)]) =>
	factsOf({
		info: {server: {redis_mode: 'sentinel'}},
		host,
		record: {
			address: '127.0.0.1:26379',
			role: 'sentinel',
			sentinel: {
				atMs: nowMs,
				value: {
					primaries: [
						{
							name: 'main',
							address: promoted as NodeAddress,
							host: '127.0.0.1',
							port: 7002,
							flags: new Set(['master']),
							configEpoch: 1,
							quorum: 2,
							replicaCount: 2,
							otherSentinels: 2,
							downAfterMs: 3000,
							failoverTimeoutMs: 10_000,
							replicas,
							sentinels: [],
							quorumCheck: undefined,
						},
					],
				},
			},
		},
	});

const sort = (ms: number, secondsAgo: number): SlowlogEntry => ({
	id: 1,
	atMs: nowMs - secondsAgo * 1000,
	arguments: ['SORT', 'catalogue:names', 'ALPHA'],
	clientAddress: '10.0.4.20:5000',
	clientName: 'nightly-report',
	durationMicroseconds: ms * 1000,
});

type Parts = Pick<FactsParts, 'watch' | 'host' | 'info' | 'config'> & {
	readonly ran?: SlowlogEntry | undefined;
	readonly isPrimary?: boolean;
};

const node = (address: string, {ran, isPrimary = false, info, ...parts}: Parts = {}): NodeFacts =>
	factsOf({
		...parts,
		info: {replication: {role: isPrimary ? 'master' : 'slave', ...info?.replication}, ...info},
		record: {
			address,
			role: isPrimary ? 'primary' : 'replica',
			...(ran === undefined ? {} : {slowlog: {atMs: nowMs, value: {entries: [ran], perMinute: 1, lost: 0}}}),
		} as NonNullable<FactsParts['record']>,
	});

const seenPromotion = (secondsAgo: number): Parts => ({
	isPrimary: true,
	watch: {promotedAtMs: [nowMs - secondsAgo * 1000]},
});

const wasDemoted = {roleChangedAtMs: nowMs - 2000};

function found(nodes: readonly NodeFacts[], deployment: 'sentinel' | 'cluster' = 'sentinel') {
	const facts = new Map(nodes.map(each => [each.address, each]));
	const [first] = repFailedOver.evaluate({nodes: facts, deployment, nowMs}, () => 0);
	if (first?.kind !== 'fires') {
		return undefined;
	}

	assertPrintedCommands(first);
	return {
		severity: first.severity,
		text: `${first.node} ${findingText(first)}`,
		next: first.next.map(({text}) => messageText(text)),
		finding: first,
	};
}

const told =
	'127.0.0.1:7001 was failed over to 127.0.0.1:7002: SORT from nightly-report held it for 8.1 s, longer than down-after-milliseconds (3.0 s), 7s ago';

/** The promoted node, then the former primary, a third node and a Sentinel. */
const group = ({promotedAgo = 7, ...of}: Parts & {readonly promotedAgo?: number}, sentinel = sentinelWith()) => [
	node(promoted, seenPromotion(promotedAgo)),
	node(former, {watch: wasDemoted, ...of}),
	node(third),
	sentinel,
];

test('rep.failed_over: the command that held the primary is named with its client, its time and the limit', () => {
	const result = found(group({ran: sort(8100, 5)}));
	assert.equal(result?.text, told);
	assert.equal(result.severity, 'warning');
	assert.deepEqual(result.next.slice(0, 2), [
		'stop nightly-report, or let its SORT of catalogue:names take smaller steps or ask a replica',
		'it can hold 127.0.0.1:7002 next, which is the primary now',
	]);
	assert.match(result.next.join('\n'), /-p 26379 SENTINEL SET main down-after-milliseconds 15000/);
});

test('rep.failed_over: a narrow screen leaves out the new primary, then the time, and keeps who held it', () => {
	const {finding} = found(group({ran: sort(8100, 5)})) ?? assert.fail('no finding');
	assert.deepEqual(
		finding.briefProblems?.map(text => messageText(text)),
		[
			'was failed over: SORT from nightly-report held it for 8.1 s',
			'was failed over: SORT from nightly-report held it',
			'was failed over: SORT from nightly-report',
		],
	);
});

test('rep.failed_over: the former primary is known by its role, its log, or the log of a Sentinel', () => {
	const ran = sort(8100, 5);
	const unseen = {roleChangedAtMs: undefined};
	const log = {source: '-', lines: [], remarks: [], happened: []};
	const turned = {
		id: 'was-primary',
		severity: 'info',
		rules: [],
		meaning: '-',
		line: '-',
		atMs: nowMs,
		count: 1,
	} as const;
	assert.equal(found(group({ran, watch: unseen})), undefined);
	assert.equal(found(group({ran, watch: unseen, isPrimary: true}))?.text, told);
	assert.equal(found(group({ran, watch: unseen, host: {...emptyHost, log: {...log, remarks: [turned]}}}))?.text, told);
	assert.equal(found(group({ran, watch: unseen}, sentinelWith(switched(7, former))))?.text, told);
});

test('rep.failed_over: the former primary is the one that its Sentinel saw in another role since', () => {
	const seen = (former: number | undefined, other: number | undefined) =>
		found(
			group(
				{ran: sort(8100, 5), watch: {roleChangedAtMs: undefined}},
				sentinelWith(emptyHost, [peer(7001, former), peer(7003, other)]),
			),
		)?.text;
	assert.equal(seen(1000, 7000), told);
	assert.equal(seen(1000, undefined), told, 'the other one for more than ten minutes');
	assert.equal(seen(7000, 7000), undefined, 'both since they are listed');
	assert.equal(seen(7000, 1000), undefined, 'the other one was the primary');
	assert.equal(seen(60_000, 90_000), undefined, 'before this failover');
	assert.equal(seen(undefined, undefined), undefined);
	const listed = sentinelWith(emptyHost, [peer(7001, 1000)]);
	const [first, second, other] = group({ran: sort(8100, 5), watch: {roleChangedAtMs: undefined}});
	const nodes = [first, second, other, listed].filter(each => each !== undefined);
	assert.equal(found(nodes)?.text, told, 'two nodes are listed');
});

test('rep.failed_over: clients that write must ask a Sentinel; those of a cluster follow by themselves', () => {
	const step = /^clients that write must ask a sentinel for the primary \(SENTINEL GET-MASTER-ADDR-BY-NAME main\)/;
	const steps = found(group({ran: sort(8100, 5)}))?.next ?? [];
	assert.ok(
		steps.some(text => step.test(text)),
		steps.join('\n'),
	);
});

test('rep.failed_over: two nodes need no other sign of which was the primary', () => {
	const nodes = [node(promoted, seenPromotion(7)), node(former, {ran: sort(8100, 5)}), sentinelWith()];
	assert.equal(found(nodes)?.text, told);
});

test('rep.failed_over: a long command of a replica, while its primary was replaced, is not the cause', () => {
	const [first, , , sentinel] = group({});
	const replica = node(third, {ran: sort(8100, 5)});
	assert.equal(
		found([first as NodeFacts, node(former, {watch: wasDemoted}), replica, sentinel as NodeFacts]),
		undefined,
	);
	assert.equal(found(group({ran: sort(8100, 5)}, sentinelWith(switched(7, third)))), undefined);
});

test('rep.failed_over: a planned failover before, early in or long after a command is not its consequence', () => {
	assert.equal(found(group({ran: sort(8100, 5), promotedAgo: 20})), undefined);
	assert.equal(found(group({ran: sort(8100, 5), promotedAgo: 13})), undefined);
	assert.equal(found(group({ran: sort(8100, 30), promotedAgo: 7})), undefined);
	assert.equal(found(group({ran: sort(8100, 12), promotedAgo: 7})), undefined);
	// Sentinels report a failover when it is over.
	assert.match(
		found(group({ran: sort(8100, 12), promotedAgo: 7}, sentinelWith(switched(7, former))))?.text ?? '',
		/7s ago/,
	);
	assert.equal(found(group({ran: sort(2900, 5)})), undefined);
	assert.equal(found(group({ran: sort(8100, 198), promotedAgo: 200})), undefined);
	assert.equal(found(group({})), undefined);
});

test('rep.failed_over: writes that the new primary lacks make it critical, and keeping them comes first', () => {
	const [, , other, sentinel] = group({});
	const first = node(promoted, {
		...seenPromotion(7),
		info: {replication: {role: 'master', master_replid2: history, second_repl_offset: 101}},
	});
	const before = node(former, {
		ran: sort(8100, 5),
		watch: wasDemoted,
		info: {replication: {role: 'slave', master_replid: history, master_repl_offset: 30_100}},
	});
	const result = found([first, before, other as NodeFacts, sentinel as NodeFacts]);
	assert.equal(result?.severity, 'critical');
	assert.match(result.text, /: SORT from nightly-report held it for 8\.1 s, .*, 29\.3K of writes lost, 7s ago$/);
	assert.match(result.next[0] ?? '', /^before 127\.0\.0\.1:7001 replicates .*: BGSAVE there/);
});

test('rep.failed_over: a fork that took longer than the limit is the cause where no command was', () => {
	const forked = (parts: Readonly<Record<string, number>>) => ({
		info: {stats: {latest_fork_usec: 4_100_000}, persistence: parts, replication: {role: 'slave'}},
	});
	const running = found(group(forked({rdb_current_bgsave_time_sec: 6})));
	assert.match(
		running?.text ?? '',
		/: a fork held it for 4\.1 s, longer than down-after-milliseconds \(3\.0 s\), 7s ago$/,
	);
	const savedAt = Math.floor(nowMs / 1000);
	assert.match(
		found(group(forked({rdb_last_save_time: savedAt - 3, rdb_last_bgsave_time_sec: 4})))?.text ?? '',
		/a fork held it/,
	);
	assert.equal(found(group(forked({rdb_last_save_time: savedAt - 300, rdb_last_bgsave_time_sec: 4}))), undefined);
});

test('rep.failed_over: what follows from it stands below it, also on the new primary, and not on other shards', () => {
	const {finding} = found(group({ran: sort(8100, 5)})) ?? assert.fail('no finding');
	const listed = (rule: Finding['rule'], address: string): Finding => ({
		...finding,
		rule,
		node: address as NodeAddress,
		nodes: [address as NodeAddress],
		subject: undefined,
		sinceMs: nowMs,
		clearedAtMs: undefined,
	});
	const cause: Finding = {
		...finding,
		rule: 'rep.failed_over',
		node: finding.node,
		subject: undefined,
		sinceMs: nowMs,
		clearedAtMs: undefined,
	};
	const joined = joinFindings(
		[
			listed('lat.slowlog_new', former),
			listed('rep.promoted_behind', promoted),
			listed('lat.slowlog_new', '127.0.0.1:7009'),
			cause,
		],
		new Map(),
	);
	assert.deepEqual(
		joined.map(({finding: {rule, node: address}, causeRule}) => `${rule} ${address} ${causeRule ?? '-'}`),
		[
			`rep.failed_over ${former} -`,
			`rep.promoted_behind ${promoted} rep.failed_over`,
			`lat.slowlog_new ${former} rep.failed_over`,
			'lat.slowlog_new 127.0.0.1:7009 -',
		],
	);
});
