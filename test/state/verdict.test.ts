import assert from 'node:assert/strict';
import test from 'node:test';
import {effects} from '../../source/domain/finding.js';
import {type Message, message, messageText, nameOf, nodeName} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary} from '../../source/domain/sentinel.js';
import {oldAddress} from '../../source/rules/cluster-findings.js';
import {missingPrimary} from '../../source/rules/cluster-majority-lost.js';
import type {Finding} from '../../source/rules/finding.js';
import {longestMean} from '../../source/rules/linear-commands.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {nodesWithFindings} from '../../source/state/nodes-with-findings.js';
import {causesOf} from '../../source/state/subject.js';
import {rankedFindings, type Verdict, verdictOf} from '../../source/state/verdict.js';
import {findingLine, shortProblem, verdictMessages, verdictText} from '../../source/state/verdict-text.js';
import {findingOf} from '../harness/findings.js';
import {recordFrom, refusedConnection, sampledAtMs, stateOf} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';

const up = recordFrom({});
const gone = recordFrom({
	address: '10.0.1.12:6379',
	reach: 'down',
	failure: {
		layer: 'tcp',
		code: 'ECONNREFUSED',
		problem: 'refuses connections',
		reason: 'nothing listens on the port',
		state: 'down',
	},
	failingSinceMs: sampledAtMs - 12_000,
});
const stateWith = (findings: readonly Finding[], records: readonly NodeRecord[] = [up]): MonitorState => ({
	...stateOf(records),
	findings,
});

const cases: ReadonlyArray<readonly [string, MonitorState, string, RegExp, number]> = [
	['all answer', stateWith([]), 'ok', /^10\.0\.1\.11:6379 answers, data 0\.3s old$/, 0],
	['notes are no problem', stateWith([findingOf('per.none', 'info')]), 'ok', /old, 1 note: press 9$/, 0],
	['a finding', stateWith([findingOf('mem.max', 'warning')]), 'warning', /^10\.0\.1\.11:6379 has mem\.max$/, 0],
	[
		'the cause, and the writes that are refused for it',
		stateWith([
			findingOf('per.misconf', 'critical', up.address, {
				problem: 'refuses writes (MISCONF)',
				effect: 'writes-refused',
			}),
			findingOf('per.rdb_fail', 'critical', up.address, {problem: 'last background save failed'}),
		]),
		'critical',
		/^10\.0\.1\.11:6379 refuses writes \(MISCONF\): last background save failed$/,
		0,
	],
	[
		'a full disk, and the save that failed for it',
		stateWith([
			findingOf('per.disk', 'critical', up.address, {problem: 'has 12M free where it saves', detail: '20M in memory'}),
			findingOf('per.rdb_fail', 'critical', up.address, {
				problem: 'last background save failed',
				reason: 'the disk or its quota is full',
			}),
		]),
		'critical',
		/^10\.0\.1\.11:6379 last background save failed: the disk or its quota is full; has 12M free where it saves, 20M in memory$/,
		0,
	],
	[
		'the evictions, and the client buffers that displace the keys',
		stateWith([
			findingOf('mem.evict_storm', 'critical', up.address, {
				problem: 'evicts keys at 2.55k/s',
				effect: 'keys-evicted',
			}),
			findingOf('mem.clients', 'warning', up.address, {
				problem: 'holds 105M in client buffers, most of it for report-export',
				effect: 'keys-evicted',
			}),
		]),
		'critical',
		/^10\.0\.1\.11:6379 evicts keys at 2\.55k\/s: holds 105M in client buffers, most of it for report-export$/,
		0,
	],
	[
		'a loading node that a crash loop restarts is critical',
		stateWith(
			[
				findingOf('srv.loading', 'warning'),
				findingOf('srv.crash_loop', 'critical', up.address, {
					effect: 'unreachable',
					problem: 'restarted 3 times',
					detail: 'in the last minute',
					reason: 'ended before its load of 1m23s is over',
				}),
			],
			[{...up, reach: 'loading'}],
		),
		'critical',
		/is loading: restarted 3 times: ended before its load of 1m23s is over$/,
		0,
	],
	[
		'a mild cause is as bad as what follows from it',
		stateWith([findingOf('per.dir', 'warning'), findingOf('per.rdb_fail', 'critical')]),
		'critical',
		/has per\.rdb_fail: has per\.dir/,
		0,
	],
	[
		'others are counted by their causes',
		stateWith([findingOf('mem.max', 'warning'), findingOf('mem.frag', 'warning'), findingOf('per.none', 'info')]),
		'warning',
		/has mem\.max/,
		1,
	],
	[
		'a node that is gone is said once, with its durations',
		stateWith([findingOf('conn.refused', 'critical', gone.address)], [up, gone]),
		'critical',
		/^10\.0\.1\.12:6379 refuses connections: nothing listens on the port, for 12s/,
		0,
	],
	...(['srv.crash_loop', 'os.oomscore'] as const).map(
		rule =>
			[
				`${rule} speaks for a node that refuses connections`,
				stateWith(
					[
						findingOf('conn.refused', 'warning', gone.address),
						findingOf(rule, 'critical', gone.address, {effect: 'unreachable'}),
					],
					[up, gone],
				),
				'critical',
				new RegExp(`^10\\.0\\.1\\.12:6379 has ${rule}`),
				0,
			] as const,
	),
	[
		'a primary that was made a replica of an address without a server',
		stateWith(
			[
				findingOf('conn.refused', 'critical', gone.address),
				findingOf('rep.made_replica', 'critical', up.address, {
					problem: 'refuses writes (READONLY): made a replica of 10.0.1.12:6379',
					reason: 'no server answers there',
					effect: 'writes-refused',
					nodes: [up.address, gone.address],
				}),
			],
			[up, gone],
		),
		'critical',
		/^10\.0\.1\.11:6379 refuses writes \(READONLY\): made a replica of 10\.0\.1\.12:6379: no server answers there$/,
		0,
	],
	[
		'the worst goes first, whoever found it',
		stateWith([findingOf('mem.oom', 'critical')], [{...up, reach: 'loading'}]),
		'critical',
		/has mem\.oom/,
		1,
	],
	[
		'a load that takes long is as bad as its finding says, with the reason that no failover follows',
		stateWith(
			[findingOf('srv.loading', 'critical', up.address, {reason: 'sentinels take a node that loads for alive'})],
			[{...up, reach: 'loading'}],
		),
		'critical',
		/^10\.0\.1\.11:6379 is loading; no failover: sentinels take a node that loads for alive$/,
		0,
	],
	[
		'a short load',
		stateWith([findingOf('srv.loading', 'warning')], [{...up, reach: 'loading'}]),
		'warning',
		/^10\.0\.1\.11:6379 is loading$/,
		0,
	],
	[
		'what has ended is over',
		stateWith([findingOf('mem.oom', 'critical', up.address, {clearedAtMs: 5})]),
		'ok',
		/answers/,
		0,
	],
	[
		'of the deployment',
		stateWith([findingOf('clu.split', 'critical', up.address, {node: undefined})]),
		'critical',
		/^has clu\.split$/,
		0,
	],
	['nobody has answered', stateOf([]), 'unknown', /^connecting to /, 0],
	['no reply is recorded yet', {...stateOf([]), isRecorded: true}, 'unknown', /^no reply of .* is recorded yet$/, 0],
];

const othersOf = (verdict: Verdict) => ('others' in verdict ? verdict.others : []);
const textsOf = (verdict: Verdict) => verdictMessages(verdict).map(text => messageText(text));

for (const [name, state, severity, text, others] of cases) {
	test(`verdict: ${name}`, () => {
		const verdict = verdictOf(state, sampledAtMs + 300);
		assert.equal(verdict.severity, severity);
		assert.match(verdictText(verdict), text);
		assert.equal(othersOf(verdict).length, others);
	});
}

test('the same finding on several nodes is one cause', () => {
	const on = (address: string, rule: Finding['rule']): Finding => ({
		...findingOf(rule, 'warning'),
		node: address as never,
	});
	const verdict = verdictOf(
		stateWith([on('10.0.1.11:6379', 'mem.max'), on('10.0.1.12:6379', 'mem.max'), on('10.0.1.11:6379', 'mem.frag')]),
		sampledAtMs + 300,
	);
	assert.equal('cause' in verdict && verdict.cause.nodesToo, 1);
	assert.match(textsOf(verdict)[0] ?? '', /has mem\.max, 10\.0\.1\.12:6379 too$/);
	assert.deepEqual(
		othersOf(verdict).map(({severity, node, rule, nodesToo}) => ({severity, node, rule, nodesToo})),
		[{severity: 'warning', node: '10.0.1.11:6379', rule: 'mem.frag', nodesToo: 0}],
	);
});

test('nodes of all roles are one cause where no node answers, and two where one does', () => {
	const dead = (['primary', 'replica', 'replica'] as const).map((role, index) =>
		recordFrom({address: `10.0.2.1${index}:6379`, role, reach: 'down', failure: refusedConnection}),
	);
	const verdict = verdictOf(stateWith([], dead), sampledAtMs + 300);
	assert.equal(othersOf(verdict).length, 0);
	assert.match(textsOf(verdict)[0] ?? '', /^10\.0\.2\.10:6379 refuses connections.*, 2 more nodes too$/);
	const beside = verdictOf(stateWith([], [...dead, up]), sampledAtMs + 300);
	assert.equal(othersOf(beside).length, 1);
	assert.doesNotMatch(textsOf(beside)[0] ?? '', / too$/);
});

test('the shortest texts are those in which a finding keeps its effect and its culprit', () => {
	const finding = findingOf('rep.failed_over', 'warning', '10.0.1.11:6379', {
		problem: 'was failed over to 10.0.1.12:6379: SORT from report held it for 8.1 s',
		briefProblems: ['was failed over: SORT from report held it', 'was failed over: SORT from report'],
	});
	assert.deepEqual(textsOf(verdictOf(stateWith([finding]), sampledAtMs + 300)).slice(-3), [
		'10.0.1.11:6379 was failed over to 10.0.1.12:6379: SORT from report held it for 8.1 s',
		'10.0.1.11:6379 was failed over: SORT from report held it',
		'10.0.1.11:6379 was failed over: SORT from report',
	]);
});

test('line 2 tells the refused writes of full primaries, and the primary without slots that would help', () => {
	const [empty, full] = ['10.0.1.14:6379', '10.0.1.11:6379'] as const;
	const state = stateWith([
		findingOf('clu.no_slots', 'warning', empty, {
			problem: 'serves no slot beside full primaries',
			detail: full,
			effect: 'keys-evicted',
			nodes: [empty, full].map(each => each as NodeAddress),
		}),
		findingOf('mem.oom', 'critical', full, {
			problem: 'refuses writes (OOM)',
			reason: 'the policy is noeviction',
			effect: 'writes-refused',
		}),
	]);
	const texts = textsOf(verdictOf(state, sampledAtMs));
	assert.ok(
		texts.includes(`${full} refuses writes (OOM): ${empty} serves no slot beside full primaries`),
		texts.join('\n'),
	);
});

test('on a narrow screen the number of other nodes gives way before the client that causes the problem', () => {
	const part = {
		problem: 'answers MGET with CROSSSLOT errors',
		detail: message`10/s from ${nameOf('client', 'checkout')}`,
		reason: 'its keys are in several slots',
	};
	const on = (node: string, culprit: boolean) =>
		findingOf('err.failed', 'warning', node, culprit ? {...part, culprit: {command: 'mget'}} : part);
	const texts = (culprit: boolean) =>
		textsOf(verdictOf(stateWith(['10.0.1.11:6379', '10.0.1.12:6379'].map(node => on(node, culprit))), sampledAtMs));
	const who = '10.0.1.11:6379 answers MGET with CROSSSLOT errors, 10/s from checkout';
	const also = ', 10.0.1.12:6379 too';
	assert.deepEqual(
		texts(true)
			.filter(text => !text.includes('several slots'))
			.slice(0, 2),
		[`${who}${also}`, who],
	);
	assert.ok(!texts(false).includes(who));
});

test('refused writes on a primary precede a replica that does not respond, which precedes other findings', () => {
	const primary = recordFrom({address: '10.0.1.11:6379', role: 'primary'});
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		reach: 'down',
		failure: refusedConnection,
	});
	const state = {
		...stateOf([primary, replica]),
		findings: [
			{...findingOf('mem.max', 'critical'), problem: 'memory at 99% of maxmemory', node: '10.0.1.13:6379' as never},
			{...findingOf('conn.refused', 'critical'), node: replica.address},
			{
				...findingOf('mem.oom', 'critical'),
				problem: 'refuses writes (OOM)',
				reason: 'the policy is noeviction',
				effect: 'writes-refused' as const,
				node: primary.address,
			},
		],
	};
	const verdict = verdictOf(state, sampledAtMs + 300);
	assert.match(
		verdictText(verdict),
		/^10\.0\.1\.11:6379 refuses writes \(OOM\): the policy is noeviction; 10\.0\.1\.12:6379 refuses connections: nothing listens on the port; /,
	);
	assert.deepEqual(
		rankedFindings(state).map(({finding: {rule}}) => rule),
		['mem.oom', 'conn.refused', 'mem.max'],
	);
	assert.deepEqual(
		othersOf(verdict).map(problem => shortProblem(problem)),
		['10.0.1.12:6379 refuses connections', '10.0.1.13:6379 memory at 99% of maxmemory'],
	);
});

test('equally severe findings are ordered by their effects, and a cause has the effects that follow from it', () => {
	// One rule for all: the order of the rules must not help.
	const each = effects
		.filter(effect => effect !== 'unreachable' && effect !== 'not-responding')
		.map((effect, index) => findingOf('mem.max', 'warning', `10.0.2.${index}:6379`, {effect}));
	const orderOf = (findings: readonly Finding[]) => rankedFindings(stateWith(findings)).map(({finding}) => finding);
	assert.deepEqual(orderOf(each.toReversed()), each);
	const cause = findingOf('per.rdb_fail', 'critical', up.address, {effect: 'data-at-risk'});
	const refusal = findingOf('per.misconf', 'critical', up.address, {effect: 'writes-refused'});
	const slow = findingOf('mem.oom', 'critical', gone.address, {effect: 'slow'});
	assert.deepEqual(orderOf([slow, refusal, cause]), [cause, refusal, slow]);
	assert.deepEqual(orderOf([slow, cause]), [slow, cause]);
});

test('a primary out of reach says that no failover follows', () => {
	const findings = [
		findingOf('sen.no_replica', 'warning', undefined, {
			node: undefined,
			effect: 'failover-impossible',
			nodes: [gone.address],
		}),
	];
	const texts = (ofNode: NodeRecord) =>
		verdictMessages(verdictOf(stateWith(findings, [up, ofNode]), sampledAtMs)).map(text => messageText(text));
	assert.match(texts(gone)[0] ?? '', /nothing listens on the port, for 12s.*; no failover follows$/);
	assert.match(texts({...gone, address: '10.0.1.13:6379' as typeof gone.address})[0] ?? '', /^[^;]*$/);
});

test('no failover follows for a primary that is down with a majority of the primaries', () => {
	const textOf = (nodes: readonly NodeAddress[]) => {
		const findings = [findingOf('clu.minority', 'critical', undefined, {node: undefined, nodes})];
		return textsOf(verdictOf(stateWith(findings, [up, gone]), sampledAtMs)).join('\n');
	};
	assert.match(textOf([gone.address]), /; no failover: no majority of primaries answers/);
	assert.doesNotMatch(textOf([up.address]), /no failover/);
});

test('the reason for which no failover follows goes before the error of the connection', () => {
	const finding = findingOf('sen.quorum', 'critical', undefined, {
		node: undefined,
		effect: 'failover-impossible',
		nodes: [gone.address],
		reason: '1 of 2 sentinels down',
	});
	const texts = verdictMessages(verdictOf(stateWith([finding], [up, gone]), sampledAtMs)).map(text =>
		messageText(text),
	);
	assert.match(texts[0] ?? '', /nothing listens on the port, for 12s.*; no failover: 1 of 2 sentinels down$/);
	const quick = {...finding, rule: 'sen.down' as const, effect: undefined, reason: '1 left over'};
	for (const findings of [
		[finding, quick],
		[quick, finding],
	]) {
		const [first] = verdictMessages(verdictOf(stateWith(findings, [up, gone]), sampledAtMs));
		assert.match(messageText(first ?? ''), /; no failover: 1 left over$/, 'the shorter reason');
	}

	const short = '10.0.1.12:6379 refuses connections; no failover: 1 of 2 sentinels down';
	assert.ok(
		texts.indexOf(short) < texts.findIndex(text => text.endsWith('; no failover follows') || !text.includes(';')),
	);
});

test('a primary out of reach says which replica must follow the node that was promoted in its place', () => {
	const promoted = recordFrom({
		address: '10.0.1.13:6379',
		info: {replication: {role: 'master', master_replid2: 'a'.repeat(40), second_repl_offset: 100}},
	});
	const textOf = (...records: readonly NodeRecord[]) =>
		verdictText(verdictOf(stateWith([], [gone, promoted, ...records]), sampledAtMs));
	assert.match(textOf(orphan('10.0.1.21:6379')), /; 10\.0\.1\.21:6379 must follow 10\.0\.1\.13:6379$/);
	assert.match(
		textOf(orphan('10.0.1.21:6379'), orphan('10.0.1.22:6379')),
		/; 2 replicas must follow 10\.0\.1\.13:6379/,
	);
	assert.doesNotMatch(
		textOf(orphan('10.0.1.21:6379', 100)),
		/must follow/,
		'it has writes that the promoted node lacks',
	);
	assert.doesNotMatch(textOf(), /must follow/);
});

const orphan = (address: string, offset = 99) =>
	recordFrom({
		address,
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_host: '10.0.1.12',
				master_port: 6379,
				master_link_status: 'down',
				master_replid: 'a'.repeat(40),
				slave_repl_offset: offset,
			},
		},
	});

test('a primary out of reach says that its replicas have none', () => {
	const textOf = (...records: readonly NodeRecord[]) =>
		verdictText(verdictOf(stateWith([], [gone, ...records]), sampledAtMs));
	assert.match(textOf(orphan('10.0.1.21:6379')), /; its replica has no primary$/);
	assert.match(textOf(orphan('10.0.1.21:6379'), orphan('10.0.1.22:6379')), /; 2 replicas have no primary$/);
	const same = recordFrom({info: {replication: {role: 'master', master_replid: 'a'.repeat(40)}}});
	assert.match(textOf(orphan('10.0.1.21:6379'), same), /; the primary itself answers at 10\.0\.1\.11:6379$/);
});

test('on a narrow screen a dead replica keeps the reason of its end before the name of its primary', () => {
	const logged = (id: string, line: string): NodeRecord => ({
		...gone,
		...recordFrom({info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}}}),
		address: gone.address,
		role: 'replica',
		reach: 'down',
		failure: gone.failure,
		failingSinceMs: sampledAtMs - 12_000,
		host: {
			atMs: sampledAtMs,
			value: {
				...emptyHost,
				log: {
					source: '/var/log/redis.log',
					lines: [line],
					remarks: [{id, severity: 'critical', rules: [], meaning: '', line, atMs: undefined, count: 1}],
				},
			},
		},
	});
	const textsOn = (record: NodeRecord) =>
		textsOf(verdictOf(stateWith([], [{...up, role: 'primary'}, record]), sampledAtMs));
	const ofReplica = '10.0.1.12:6379 refuses connections, a replica of 10.0.1.11:6379';
	const broken = textsOn(logged('nodes-conf-broken', '# Unrecoverable error: corrupted cluster config file.'));
	const [whole, brief] = [
		`${ofReplica}: its nodes.conf is damaged`,
		'10.0.1.12:6379 refuses connections: its nodes.conf is damaged',
	];
	assert.ok(broken.includes(whole), broken.join('\n'));
	assert.ok(broken.indexOf(brief) > broken.indexOf(whole), broken.join('\n'));
	assert.ok(broken.indexOf(brief) < broken.indexOf(ofReplica), broken.join('\n'));
	const unknown = textsOn(logged('unrelated', '# something'));
	assert.ok(unknown.includes(ofReplica));
	assert.ok(
		!unknown.includes('10.0.1.12:6379 refuses connections: nothing listens on the port'),
		'its place tells more',
	);
});

test('a sentinel out of reach comes after the failover that it makes impossible', () => {
	const sentinel = recordFrom({
		address: '10.0.1.20:26379',
		role: 'sentinel',
		failure: refusedConnection,
		reach: 'down',
	});
	const quorum = findingOf('sen.quorum', 'critical', undefined, {
		node: undefined,
		subject: 'main',
		effect: 'failover-impossible',
	});
	const text = verdictText(verdictOf(stateWith([quorum], [sentinel]), sampledAtMs));
	assert.match(text, /^has sen\.quorum; 10\.0\.1\.20:26379 refuses connections/);
});

test('a primary out of reach says who was promoted by hand, and which slot is half moved', () => {
	const promoted = recordFrom({address: '10.0.1.13:6379'});
	const textOf = (finding: Finding) => verdictText(verdictOf(stateWith([finding], [gone, promoted]), sampledAtMs));
	const disagree = findingOf('sen.disagree', 'critical', undefined, {
		node: undefined,
		effect: 'writes-refused',
		nodes: [gone.address, promoted.address],
	});
	assert.match(textOf(disagree), /^10\.0\.1\.12:6379 refuses connections.*; 10\.0\.1\.13:6379 was promoted by hand/);
	const move = findingOf('clu.half_moved', 'critical', undefined, {
		node: undefined,
		subject: 'slot 5',
		effect: 'slots-unserved',
		nodes: [gone.address, promoted.address],
	});
	assert.match(textOf(move), /^10\.0\.1\.12:6379 refuses connections.*; slot 5 is half moved/);
});

test('the verdict on many lost nodes reads each finding a few times, not once for each node', () => {
	const lost = Array.from({length: 300}, (_, index) => ({...gone, address: `10.0.2.1:${7000 + index}`}) as NodeRecord);
	let reads = 0;
	const findings = lost.flatMap(({address}) =>
		(['sec.noauth', 'conn.refused'] as const).map(rule =>
			Object.defineProperty(findingOf(rule, rule === 'conn.refused' ? 'critical' : 'info', address), 'nodes', {
				get() {
					reads += 1;
					return undefined;
				},
			}),
		),
	);
	const verdict = verdictOf(stateWith(findings, lost), sampledAtMs);
	assert.equal(verdict.severity === 'critical' && verdict.cause.nodesToo, 299);
	assert.ok(reads <= 10 * findings.length, `${reads} reads of ${findings.length} findings`);
});

test('a report names the first two warnings that clients feel, and no advice', () => {
	const warned = (rule: Finding['rule'], effect?: Finding['effect']) =>
		findingOf(rule, 'warning', up.address, {effect});
	const text = verdictText(
		verdictOf(
			stateWith([
				findingOf('mem.oom', 'critical', up.address, {problem: 'refuses writes (OOM)', effect: 'writes-refused'}),
				warned('lat.slowlog_new', 'slow'),
				warned('rep.lost', 'failover-impossible'),
				warned('cli.churn'),
				warned('per.stale', 'data-at-risk'),
			]),
			sampledAtMs,
		),
	);
	assert.equal(
		text,
		'10.0.1.11:6379 refuses writes (OOM); 10.0.1.11:6379 has lat.slowlog_new; 10.0.1.11:6379 has rep.lost',
	);
});

test('a machine short of processor time comes after what is known of the server itself', () => {
	const {severity, cause, others} = verdictOf(
		stateWith([
			findingOf('os.psi', 'warning'),
			findingOf('lat.p99', 'warning', up.address, {effect: 'slow'}),
			findingOf('mem.scripts', 'warning'),
		]),
		sampledAtMs,
	) as Extract<Verdict, {cause: unknown}>;
	assert.deepEqual([severity, cause.rule, others.map(({rule}) => rule)], ['warning', 'mem.scripts', ['os.psi']]);
});

test('a warning about how a server is set up comes after everything that has happened', () => {
	const {cause, others} = verdictOf(
		stateWith([
			findingOf('sec.protected_off', 'warning'),
			findingOf('os.psi', 'warning'),
			findingOf('cfg.lat', 'warning', up.address, {adviceCost: 'memory'}),
			findingOf('clu.migrating', 'warning'),
		]),
		sampledAtMs,
	) as Extract<Verdict, {cause: unknown}>;
	assert.deepEqual(
		[cause.rule, others.map(({rule}) => rule)],
		['clu.migrating', ['os.psi', 'cfg.lat', 'sec.protected_off']],
	);
});

test('a wait for a processor without a known program comes after what is wrong with the server itself', () => {
	const causesWith = (evidence: Finding['evidence']) => {
		const findings = [
			findingOf('os.runq', 'warning', up.address, {effect: 'slow', evidence}),
			findingOf('lat.p99', 'warning', up.address, {effect: 'slow'}),
			findingOf('err.failed', 'warning'),
			findingOf('rep.none', 'warning', up.address, {effect: 'failover-impossible'}),
		];
		return causesOf(verdictOf(stateWith(findings), sampledAtMs)).map(({rule}) => rule);
	};
	const share = {name: 'schedstat, time in the run queue', value: 0.5};
	const unknown = {name: 'processes in its place', value: 'none stands out'};
	assert.deepEqual(causesWith([share, unknown]), ['err.failed', 'rep.none', 'os.runq']);
	assert.deepEqual(causesWith([share]), ['os.runq', 'err.failed', 'rep.none'], 'a known program is a sure cause');
});

test('a server that waits for a processor and does not answer is as urgent as its silence', () => {
	const evidence = [
		{name: 'schedstat, time in the run queue', value: 0.95},
		{name: 'processes in its place', value: 'none stands out'},
	];
	const ranked = rankedFindings(
		stateWith([
			findingOf('mem.oom', 'critical', '10.0.1.13:6379', {effect: 'writes-refused'}),
			findingOf('os.runq', 'warning', up.address, {effect: 'slow', evidence}),
			findingOf('conn.unresponsive', 'critical', up.address, {effect: 'not-responding'}),
		]),
	);
	assert.deepEqual(
		ranked.map(({finding}) => finding.rule),
		['os.runq', 'conn.unresponsive', 'mem.oom'],
	);
});

test('a primary that does not respond is first, and a replica that does not respond comes after refused writes', () => {
	const outage = (node: NodeRecord) => findingOf('srv.paused', 'critical', node.address, {effect: 'not-responding'});
	const refusal = findingOf('per.misconf', 'critical', '10.0.1.13:6379', {effect: 'writes-refused'});
	const reads = findingOf('mem.max', 'critical', '10.0.1.13:6379', {effect: 'reads-stale'});
	const replica = {...gone, role: 'replica' as const};
	const rulesOf = (records: readonly NodeRecord[], findings: readonly Finding[]) =>
		rankedFindings(stateWith(findings, records)).map(({finding: {rule}}) => rule);
	assert.deepEqual(rulesOf([up], [reads, refusal, outage(up)]), ['srv.paused', 'per.misconf', 'mem.max']);
	assert.deepEqual(rulesOf([replica], [reads, refusal, outage(replica)]), ['per.misconf', 'srv.paused', 'mem.max']);
});

test('writes that wait at a primary come before its silent replica, which they wait for', () => {
	const replica = {...gone, role: 'replica' as const};
	const silence = findingOf('conn.unresponsive', 'critical', replica.address, {effect: 'not-responding'});
	for (const rule of ['srv.failover', 'cli.wait'] as const) {
		const waits = findingOf(rule, 'critical', up.address, {effect: 'writes-paused'});
		const ranked = rankedFindings(stateWith([silence, waits], [up, replica]));
		assert.deepEqual(
			ranked.map(({finding}) => finding.rule),
			[rule, 'conn.unresponsive'],
		);
	}
});

test('the cause of a split cluster precedes the findings of each partition about the other', () => {
	const split = {
		...findingOf('clu.split', 'critical', undefined, {effect: 'data-lost'}),
		node: undefined,
		problem: 'two owners',
	};
	const minority = {
		...findingOf('clu.minority', 'critical', undefined, {effect: 'slots-unserved'}),
		node: undefined,
		problem: 'cut off',
	};
	assert.match(verdictText(verdictOf(stateWith([minority, split], [up]), sampledAtMs)), /^two owners/);
});

test('an outage is as severe on line 2 as in the list of findings', () => {
	const lately = {...gone, failingSinceMs: sampledAtMs - 1000};
	const severityOf = (node: NodeRecord, ...findings: readonly Finding[]) =>
		verdictOf(stateWith(findings, [up, node]), sampledAtMs).severity;
	const listed = (severity: Finding['severity'], more: Partial<Finding> = {}) =>
		findingOf('conn.refused', severity, gone.address, more);
	assert.equal(severityOf(lately), 'warning', 'it may be restarting');
	assert.equal(severityOf(gone), 'critical');
	for (const node of [lately, gone]) {
		assert.equal(severityOf(node, listed('critical')), 'critical');
		assert.equal(severityOf(node, listed('warning')), 'warning');
		assert.equal(severityOf(node, listed('info')), 'warning', 'line 2 has no notes');
	}

	assert.equal(severityOf(lately, listed('critical', {clearedAtMs: 1})), 'warning', 'an outage from before');
	assert.equal(severityOf(lately, findingOf('mem.frag', 'info', gone.address)), 'warning');
});

test('errors that clients get now come before a primary that has no replica', () => {
	const noReplica = findingOf('clu.no_replica', 'warning', up.address, {effect: 'failover-impossible'});
	for (const rule of ['err.failed', 'err.rate', 'err.unknown', 'sec.authfail'] as const) {
		const [first] = rankedFindings(stateWith([noReplica, findingOf(rule, 'warning')], [up]));
		assert.equal(first?.finding.rule, rule);
	}

	const [first] = rankedFindings(stateWith([noReplica, findingOf('mem.frag', 'warning')], [up]));
	assert.equal(first?.finding.rule, 'clu.no_replica');
});

test('the user that a reason names comes before the client of the detail', () => {
	const parts = {problem: 'refuses PUBLISH (NOPERM)', detail: '20/s from orders-api', culprit: {command: 'PUBLISH'}};
	const second = (reason: Message) =>
		verdictMessages(verdictOf(stateWith([findingOf('err.failed', 'warning', up.address, {...parts, reason})], [up]), 0))
			.map(text => messageText(text))
			.find(text => !text.includes('20/s from orders-api: '));
	assert.match(second(message`user ${nameOf('user', 'app')} has no right`) ?? '', /\(NOPERM\): user app has no right$/);
	assert.match(second('no user has the right') ?? '', /\(NOPERM\), 20\/s from orders-api$/);
});

test('a node that a finding of the cluster names as announced is told once', () => {
	const announced: NodeRecord = {...gone, lastReplyAtMs: undefined, sample: undefined, origin: 'cluster'};
	const named = (rule: Finding['rule'], more: Partial<Finding>) =>
		findingOf(rule, 'critical', up.address, {problem: 'announces it', nodes: [announced.address, up.address], ...more});
	for (const finding of [
		named('clu.announce', {}),
		named('clu.minority', {evidence: [{name: oldAddress, value: announced.address}]}),
		named('clu.minority', {evidence: [{name: missingPrimary, value: announced.address}]}),
	]) {
		const verdict = verdictOf(stateWith([finding], [up, announced]), sampledAtMs);
		assert.ok(verdict.severity === 'critical');
		assert.equal(verdict.cause.rule, finding.rule);
		assert.deepEqual(verdict.others, []);
	}

	const over = verdictOf(stateWith([named('clu.announce', {clearedAtMs: 1})], [up, announced]), sampledAtMs);
	assert.ok(over.severity === 'critical');
	assert.equal(over.cause.rule, undefined, 'its finding is over, and it still does not answer');
});

test('a report names every critical finding with its node, primaries first, then replicas, then sentinels', () => {
	const down = (address: string, role: NodeRecord['role'], info = {}): NodeRecord => ({
		...recordFrom({address, info}),
		role,
		reach: 'down',
		failure: refusedConnection,
		failingSinceMs: sampledAtMs - 12_000,
	});
	const [primary, replica, sentinel] = [
		// It never answered: its replica says that it is a primary.
		{...down('10.0.1.21:6379', 'unknown'), sample: undefined},
		down('10.0.1.22:6379', 'replica', {replication: {role: 'slave', master_host: '10.0.1.21', master_port: 6379}}),
		down('10.0.1.23:26379', 'sentinel'),
	];
	const findings = [
		findingOf('mem.max', 'critical', up.address, {problem: 'memory at 99% of maxmemory'}),
		findingOf('mem.oom', 'critical', '10.0.1.15:6379', {problem: 'refuses writes (OOM)', effect: 'writes-refused'}),
		findingOf('mem.frag', 'warning', up.address),
		findingOf('mem.max', 'critical', '10.0.1.16:6379', {problem: 'memory at 99% of maxmemory'}),
	];
	const verdict = verdictOf(stateWith(findings, [up, sentinel, replica, primary]), sampledAtMs);
	assert.equal(
		verdictText(verdict).replace(/:[^:;]*\(.*?\);/, ';'),
		'10.0.1.21:6379 refuses connections; 10.0.1.15:6379 refuses writes (OOM); 10.0.1.22:6379 refuses connections: nothing listens on the port; 10.0.1.23:26379 refuses connections; 10.0.1.11:6379 memory at 99% of maxmemory, also 10.0.1.16:6379',
	);
});

test('the verdict on a node that does not respond names the command that occupies its thread', () => {
	const silent = {...up, reach: 'stale' as const, pendingSinceMs: sampledAtMs - 3000};
	const keys = findingOf('lat.on_cmds', 'warning', up.address, {
		problem: 'runs KEYS 0.6/s',
		detail: '1.6 s each',
		evidence: [{name: longestMean, value: 1600, unit: 'milliseconds'}],
	});
	const unresponsive = findingOf('conn.unresponsive', 'warning', up.address);
	const verdict = verdictOf(stateWith([unresponsive, keys], [silent]), sampledAtMs);
	const text = verdictText(verdict);
	assert.deepEqual(othersOf(verdict), []);
	assert.match(text, /^10\.0\.1\.11:6379 is not responding: runs KEYS 0\.6\/s, 1\.6 s each, for 3/);
});

test('a node whose reply is not late yet is not called unresponsive', () => {
	const textAt = (ageMs: number) =>
		verdictText(verdictOf(stateWith([], [{...up, intervalMs: 1000}]), sampledAtMs + ageMs));
	assert.doesNotMatch(textAt(2900), /is not responding/);
	assert.match(textAt(3100), /is not responding/);
});

test('the verdict on a node that does not respond names the last command that held it, and its client', () => {
	const silent = {...up, reach: 'stale' as const, pendingSinceMs: sampledAtMs - 3000};
	const ran = findingOf('lat.slowlog_new', 'warning', up.address, {
		problem: 'ran KEYS for 5.3 s from nightly-report',
		detail: '7s ago',
		tells: 'moment',
		culprit: {command: 'KEYS', client: nameOf('client', 'nightly-report')},
		evidence: [{name: 'KEYS', value: 5300, unit: 'milliseconds'}],
	});
	const unresponsive = findingOf('conn.unresponsive', 'warning', up.address);
	const verdict = verdictOf(stateWith([unresponsive, ran], [silent]), sampledAtMs);
	assert.deepEqual(othersOf(verdict), []);
	assert.match(
		verdictText(verdict),
		/^10\.0\.1\.11:6379 is not responding: last ran KEYS for 5\.3 s from nightly-report, for 3/,
	);
	const texts = verdictMessages(verdict).map(text => messageText(text));
	assert.ok(texts.includes('10.0.1.11:6379 is not responding, after KEYS from nightly-report'), texts.join('\n'));
});

test('the first node of a cluster is not ok before the cluster is read', () => {
	const one = recordFrom({info: {cluster: {cluster_enabled: 1}}});
	const at = (startedAtMs: number, records: readonly NodeRecord[]) =>
		verdictText(verdictOf({...stateWith([], records), startedAtMs}, sampledAtMs));
	assert.equal(at(sampledAtMs - 500, [one]), '10.0.1.11:6379 answers, the other nodes are being read');
	const viewed = {...one, clusterNodes: {atMs: sampledAtMs, value: []}};
	assert.match(at(sampledAtMs - 500, [viewed]), /^10\.0\.1\.11:6379 answers, data/);
	assert.match(at(sampledAtMs - 60_000, [one]), /^10\.0\.1\.11:6379 answers, data/);
	assert.match(at(sampledAtMs - 500, [up]), /^10\.0\.1\.11:6379 answers, data/);
});

test('a Sentinel is not ok before the nodes that it watches are known', () => {
	const sentinel = recordFrom({role: 'sentinel', address: '10.0.1.21:26379'});
	const at = (record: NodeRecord, others: readonly NodeRecord[] = []) =>
		verdictText(verdictOf({...stateWith([], [record, ...others]), startedAtMs: sampledAtMs - 500}, sampledAtMs));
	assert.match(at(sentinel), /^10\.0\.1\.21:26379 answers, the other nodes are being read/);
	assert.match(at(sentinel, [up]), /^2 nodes answer/);
	const watching = (primaries: readonly MonitoredPrimary[]) => ({
		...sentinel,
		sentinel: {atMs: sampledAtMs, value: {primaries}},
	});
	assert.match(at(watching([])), /answers, data/);
	const refused = {command: 'SENTINEL MASTERS', kind: 'denied', why: 'NOPERM', grant: undefined} as const;
	assert.match(at({...sentinel, blind: [refused]}), /answers, data/);
});

test('what the first samples show and nothing confirms yet is said in place of ok', () => {
	const state = {...stateWith([]), suspicion: {node: up.address, problem: 'leaves 5,462 slots unserved'}};
	assert.equal(
		verdictText(verdictOf(state, sampledAtMs)),
		'to be confirmed: 10.0.1.11:6379 leaves 5,462 slots unserved',
	);
	const full = findingOf('mem.max', 'critical', up.address, {problem: 'memory at 99% of maxmemory'});
	assert.equal(
		verdictText(verdictOf({...state, findings: [full]}, sampledAtMs)),
		'10.0.1.11:6379 memory at 99% of maxmemory',
	);
});

test('an outage names the slots it costs, and a cause names its effect first', () => {
	const refused = findingOf('conn.refused', 'critical', gone.address, {effect: 'unreachable'});
	const failed = findingOf('clu.node_fail', 'critical', gone.address, {problem: 'is marked FAIL'});
	const state = findingOf('clu.state', 'critical', up.address, {
		node: undefined,
		problem: 'all 2 nodes that answer refuse commands',
		effect: 'slots-unserved',
	});
	const texts = textsOf(verdictOf(stateWith([refused, failed, state], [up, gone]), sampledAtMs));
	assert.match(texts[0] ?? '', /^10\.0\.1\.12:6379 refuses connections: .*; all 2 nodes that answer refuse commands$/);
	assert.equal(texts.at(-1), '10.0.1.12:6379 refuses connections');
	const disk = [
		findingOf('per.disk', 'critical', up.address, {problem: 'has 0B free where it saves', detail: '1.33M in memory'}),
		findingOf('per.misconf', 'critical', up.address, {
			problem: 'refuses writes (MISCONF)',
			reason: 'its append-only file cannot be written',
			effect: 'writes-refused',
		}),
		findingOf('per.aof_write', 'critical', up.address),
	];
	assert.deepEqual(
		[...new Set(textsOf(verdictOf(stateWith(disk), sampledAtMs)))],
		[
			'10.0.1.11:6379 refuses writes (MISCONF): its append-only file cannot be written; has 0B free where it saves, 1.33M in memory',
			'10.0.1.11:6379 refuses writes (MISCONF): has 0B free where it saves',
			'10.0.1.11:6379 refuses writes (MISCONF)',
		],
	);
});

test('refused writes name the slow subscriber behind them on a narrow screen', () => {
	const findings = [
		findingOf('cli.pubsub', 'critical', up.address, {
			problem: message`has a subscriber that reads too slowly (${nameOf('client', 'feed')})`,
			detail: '10.0.0.9:1 is 195M behind',
			briefProblems: [message`has a slow subscriber (${nameOf('client', 'feed')})`],
		}),
		findingOf('mem.clients', 'warning', up.address),
		findingOf('mem.oom', 'critical', up.address, {problem: 'refuses writes (OOM)', effect: 'writes-refused'}),
	];
	const texts = textsOf(verdictOf(stateWith(findings), sampledAtMs));
	assert.ok(texts.includes('10.0.1.11:6379 refuses writes (OOM): has a slow subscriber (feed)'), texts.join('\n'));
	assert.equal(texts.at(-1), '10.0.1.11:6379 refuses writes (OOM)');
});

test('the verdict on a replica that does not respond names the writes or reads that fail elsewhere', () => {
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		reach: 'stale',
		failure: {layer: 'server', code: 'TIMEOUT', problem: 'is not responding', state: 'stale'},
		pendingSinceMs: sampledAtMs - 3000,
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}},
	});
	const silent = findingOf('conn.unresponsive', 'warning', replica.address, {effect: 'not-responding'});
	const refused = findingOf('rep.min_good', 'critical', up.address, {
		problem: 'refuses writes (NOREPLICAS)',
		effect: 'writes-refused',
	});
	const verdict = verdictOf(stateWith([silent, refused], [up, replica]), sampledAtMs);
	assert.equal(verdict.severity, 'critical');
	assert.match(
		verdictText(verdict),
		/^10\.0\.1\.11:6379 refuses writes \(NOREPLICAS\): 10\.0\.1\.12:6379 is not responding, for 3\.0s/,
	);
	assert.deepEqual(othersOf(verdict), []);
});

test('writes that a primary refuses are told before its replica whose host is gone', () => {
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		reach: 'down',
		failure: {
			layer: 'tcp',
			code: 'ETIMEDOUT',
			problem: 'does not answer',
			reason: 'the port is filtered, or the host is gone',
			state: 'down',
		},
		failingSinceMs: sampledAtMs - 15_000,
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}},
	});
	const silent = findingOf('conn.unreachable', 'critical', replica.address, {effect: 'unreachable'});
	const stale = findingOf('conn.stale', 'critical', replica.address, {effect: 'unreachable'});
	const late = findingOf('rep.lag_ack', 'critical', up.address, {
		problem: message`replica ${nodeName(replica.address)} no longer acknowledges`,
		effect: 'reads-stale',
		nodes: [up.address, replica.address],
	});
	const refused = findingOf('rep.min_good', 'critical', up.address, {
		problem: 'refuses writes (NOREPLICAS)',
		reason: message`replica ${nodeName(replica.address)} no longer acknowledges`,
		effect: 'writes-refused',
	});
	// It was late before the connection timed out. That finding has ended, and nothing follows from it.
	const ended = findingOf('conn.unresponsive', 'warning', replica.address, {
		effect: 'not-responding',
		clearedAtMs: sampledAtMs - 10_000,
	});
	for (const before of [[], [ended]]) {
		const findings = [silent, stale, late, refused, ...before];
		const texts = textsOf(verdictOf(stateWith(findings, [up, replica]), sampledAtMs));
		assert.ok(
			texts.every(text => text.startsWith('10.0.1.11:6379 refuses writes')),
			texts.join('\n'),
		);
		assert.deepEqual([...new Set(texts)].slice(-3), [
			'10.0.1.11:6379 refuses writes (NOREPLICAS): 10.0.1.12:6379 does not answer',
			'10.0.1.11:6379 refuses writes: 10.0.1.12:6379 does not answer',
			'10.0.1.11:6379 refuses writes (NOREPLICAS)',
		]);
	}
});

test('writes that a primary refuses because of its replica are told before the replica', () => {
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}},
	});
	const unlinked = findingOf('rep.link_down', 'critical', replica.address, {
		problem: message`cannot log in to its primary ${nodeName(up.address)}`,
		reason: 'wrong password',
		effect: 'reads-stale',
	});
	const refused = findingOf('rep.min_good', 'critical', up.address, {
		problem: 'refuses writes (NOREPLICAS)',
		effect: 'writes-refused',
	});
	const texts = textsOf(verdictOf(stateWith([unlinked, refused], [up, replica]), sampledAtMs));
	assert.equal(
		texts[0],
		'10.0.1.11:6379 refuses writes (NOREPLICAS): 10.0.1.12:6379 cannot log in to it: wrong password',
	);
	assert.deepEqual([...new Set(texts)].slice(-2), [
		'10.0.1.11:6379 refuses writes (NOREPLICAS): 10.0.1.12:6379 cannot log in to it',
		'10.0.1.11:6379 refuses writes (NOREPLICAS)',
	]);
	const reasoned = {...refused, reason: message`replica ${nodeName(replica.address)} runs a script`};
	const withReason = textsOf(verdictOf(stateWith([unlinked, reasoned], [up, replica]), sampledAtMs));
	assert.deepEqual([...new Set(withReason)].slice(-2), [
		'10.0.1.11:6379 refuses writes (NOREPLICAS): replica 10.0.1.12:6379 runs a script',
		'10.0.1.11:6379 refuses writes (NOREPLICAS)',
	]);
	const alone = textsOf(verdictOf(stateWith([unlinked], [up, replica]), sampledAtMs));
	assert.match(alone[0] ?? '', /^10\.0\.1\.12:6379 cannot log in to its primary 10\.0\.1\.11:6379/);
});

test('refused connections are told before the client that holds most of them', () => {
	const hog = findingOf('cli.idle_hog', 'warning', up.address, {
		problem: 'has most connections from one address',
		detail: '10.0.0.9 holds 9000 of 10000',
	});
	const full = (severity: 'warning' | 'critical') =>
		findingOf('cli.max', severity, up.address, {
			problem: 'has no connection left',
			...(severity === 'critical' ? {effect: 'connections-refused'} : {}),
		});
	const textOf = (...findings: readonly Finding[]) => textsOf(verdictOf(stateWith(findings), sampledAtMs))[0] ?? '';
	assert.match(textOf(hog, full('critical')), /^10\.0\.1\.11:6379 has no connection left: has most .*, 10\.0\.0\.9/);
	assert.match(textOf(hog, full('warning')), /^10\.0\.1\.11:6379 has most connections from one address/);
});

test('a finding has three lengths, and the line of a verdict has them too', () => {
	const finding = findingOf('per.misconf', 'critical', up.address, {
		problem: 'refuses writes (MISCONF)',
		detail: 'for 3 saves',
		reason: 'its last RDB save failed',
	});
	const long = '10.0.1.11:6379 refuses writes (MISCONF), for 3 saves: its last RDB save failed';
	const middle = '10.0.1.11:6379 refuses writes (MISCONF): its last RDB save failed';
	const short = '10.0.1.11:6379 refuses writes (MISCONF)';
	assert.deepEqual(
		(['long', 'middle', 'short'] as const).map(length => findingLine(finding, length)),
		[long, middle, short],
	);
	assert.deepEqual([...new Set(textsOf(verdictOf(stateWith([finding]), sampledAtMs)))], [long, middle, short]);
});

test('the text of a node that does not answer loses ages first when shortened, then the reason or the note', () => {
	const state = {...stateWith([], [up, gone]), isFromMemory: true, rememberedAtMs: sampledAtMs - 86_400_000};
	const known = '; the other nodes are known from 2026-11-22 14:02:31';
	const base = '10.0.1.12:6379 refuses connections';
	const reason = ': nothing listens on the port';
	assert.deepEqual(
		[...new Set(textsOf(verdictOf(state, sampledAtMs + 300)))],
		[
			`${base}${reason}, for 12s (last data 14:02:31, 0.3s old)${known}`,
			`${base}${reason}, for 12s${known}`,
			`${base}${reason}${known}`,
			`${base}${known}`,
			`${base}${reason}`,
			base,
		],
	);
});

/** Everything that decides something here is data: words may change as they like. */
const reworded = (finding: Finding, index: number): Finding => ({
	...finding,
	problem: `${'zq '.repeat(1 + (index % 3))}refuses writes ${index}`,
	detail: `${index}: zz; yy (10.0.9.9:1)`,
	reason: index % 2 === 0 ? undefined : 'no reply',
	meaning: 'CONFIG GET: xx',
});

test('replacing every text by nonsense changes no ranking, no joined findings and no polling', () => {
	const replica = {...gone, address: '10.0.1.14:6379' as never, role: 'replica' as const};
	const findings = [
		findingOf('mem.max', 'warning', '10.0.1.13:6379', {problem: 'memory at 91% of maxmemory'}),
		findingOf('mem.frag', 'warning', up.address),
		findingOf('rep.link_down', 'critical', replica.address, {effect: 'reads-stale'}),
		findingOf('conn.refused', 'critical', gone.address, {effect: 'unreachable'}),
		findingOf('conn.refused', 'critical', replica.address, {effect: 'unreachable'}),
		findingOf('per.misconf', 'critical', up.address, {effect: 'writes-refused', problem: 'refuses writes (MISCONF)'}),
		findingOf('per.rdb_fail', 'critical', up.address, {effect: 'data-at-risk'}),
		findingOf('mem.oom', 'critical', '10.0.1.13:6379', {effect: 'writes-refused', problem: 'refuses writes (OOM)'}),
		findingOf('cli.max', 'critical', '10.0.1.13:6379', {effect: 'connections-refused'}),
		findingOf('clu.state', 'critical', up.address, {node: undefined, effect: 'slots-unserved'}),
		findingOf('lat.p99', 'warning', '10.0.1.13:6379', {effect: 'slow'}),
		findingOf('per.none', 'info', up.address),
		findingOf('mem.swap', 'critical', up.address, {clearedAtMs: sampledAtMs}),
	];
	const decided = (list: readonly Finding[]) => {
		const state = stateWith(list, [up, gone, replica]);
		const verdict = verdictOf(state, sampledAtMs + 300, gone.address);
		return {
			order: rankedFindings(state).map(({key, causeKey, severity}) => [key, causeKey, severity]),
			nodes: ['cause' in verdict ? verdict.cause : undefined, ...othersOf(verdict)].map(
				problem => problem && [problem.node, problem.severity, problem.rule, problem.nodesToo],
			),
			polled: nodesWithFindings(list),
		};
	};
	const before = decided(findings);
	assert.equal(before.nodes.length, 8);
	assert.ok(before.order.some(([, causeKey]) => causeKey !== undefined));
	assert.deepEqual(decided(findings.map(reworded)), before);
});

test('on a narrow screen line 2 names who causes a problem before how it came to be', () => {
	const record = recordFrom({address: '10.0.1.11:6379', role: 'primary'});
	const finding = {
		...findingOf('mem.oom', 'critical', record.address),
		problem: 'refuses writes (OOM)',
		detail: 'most writes are SET from import',
		reason: 'the policy is noeviction',
	};
	const texts = (culprit: boolean) =>
		verdictMessages(
			verdictOf(
				{...stateOf([record]), findings: [culprit ? {...finding, culprit: {command: 'set'}} : finding]},
				sampledAtMs + 300,
			),
		).map(text => messageText(text));
	const who = '10.0.1.11:6379 refuses writes (OOM), most writes are SET from import';
	const how = '10.0.1.11:6379 refuses writes (OOM): the policy is noeviction';
	assert.deepEqual(
		texts(true).filter(text => text === who || text === how),
		[who, how],
	);
	assert.ok(!texts(false).includes(who));
});

test('on a narrow screen line 2 names the effect with the reason of its cause before the effect alone', () => {
	const findings = [
		findingOf('per.rdb_fail', 'critical', up.address, {
			problem: 'last background save failed',
			detail: '150k changes unsaved',
			reason: 'signal 9 killed the save',
			effect: 'data-at-risk',
		}),
		findingOf('per.misconf', 'critical', up.address, {
			problem: 'refuses writes (MISCONF)',
			effect: 'writes-refused',
		}),
	];
	const texts = textsOf(verdictOf(stateWith(findings), sampledAtMs + 300));
	const brief = [
		'10.0.1.11:6379 refuses writes (MISCONF): last background save failed: signal 9 killed the save',
		'10.0.1.11:6379 refuses writes (MISCONF): signal 9 killed the save',
		'10.0.1.11:6379 refuses writes (MISCONF): last background save failed',
		'10.0.1.11:6379 refuses writes (MISCONF)',
	];
	assert.deepEqual([...new Set(texts)].slice(-brief.length), brief);
});

test('on a narrow screen line 2 names who holds the connections of a full server', () => {
	const holder = {host: '10.0.0.9', processId: 21_345, processName: 'report-worker', connections: 96};
	const full = recordFrom({
		address: '10.0.1.11:6379',
		reach: 'refusing',
		failure: {
			layer: 'greet',
			code: 'ERR',
			kind: 'MAXCLIENTS',
			problem: 'turns new clients away',
			reason: 'maxclients is reached',
			state: 'refusing',
		},
		failingSinceMs: sampledAtMs,
		host: {atMs: sampledAtMs, value: {...emptyHost, connectionHolders: [holder]}},
	});
	const texts = textsOf(verdictOf(stateOf([full]), sampledAtMs + 300));
	const whole = '10.0.1.11:6379 turns new clients away, report-worker (process 21345) has 96 of 96 connections';
	const brief = '10.0.1.11:6379 turns new clients away, report-worker has 96 of 96';
	const how = '10.0.1.11:6379 turns new clients away: maxclients is reached';
	assert.deepEqual(
		texts.filter(text => text === whole || text === brief || text === how),
		[whole, brief, how],
	);
});

test('on a narrow screen the reason that names the client stays, and the figures give way', () => {
	const finding = findingOf('key.drop', 'critical', up.address, {
		problem: 'lost most of its keys',
		detail: '200k before, 63 after',
		reason: message`FLUSHALL from ${nameOf('client', 'deploy')}`,
		culprit: {command: 'FLUSHALL', client: nameOf('client', 'deploy')},
	});
	const texts = verdictMessages(verdictOf({...stateOf([up]), findings: [finding]}, sampledAtMs)).map(text =>
		messageText(text),
	);
	assert.ok(
		texts.some(text => / lost most of its keys: FLUSHALL from deploy$/.test(text)),
		texts.join('\n'),
	);
	assert.ok(!texts.some(text => /63 after$/.test(text)), texts.join('\n'));
});
