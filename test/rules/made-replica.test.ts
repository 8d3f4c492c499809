import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {repMadeReplica} from '../../source/rules/made-replica.js';
import {writeElsewhere} from '../../source/rules/writes-to-replica.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const line = (client: string): string =>
	`7:S 29 Nov 2026 16:21:13.972 * REPLICAOF 10.0.9.9:25069 enabled (user request from '${client}')`;

type Parts = {
	readonly line?: string;
	readonly lineAgo?: number;
	readonly downSince?: number;
	readonly answers?: boolean;
};

/** A replica without a link, whose primary has never answered. */
function replica({line: said, lineAgo = 8, downSince = -1, answers = false}: Parts = {}): FactsParts {
	return {
		info: {
			server: {uptime_in_seconds: 600},
			replication: {
				role: 'slave',
				master_host: '10.0.9.9',
				master_port: 25_069,
				master_link_status: 'down',
				master_link_down_since_seconds: downSince,
			},
		},
		record: {role: 'replica'},
		nodes: [
			answers
				? recordFrom({address: '10.0.9.9:25069'})
				: {...recordFrom({address: '10.0.9.9:25069', failure: refusedConnection, reach: 'down'}), sample: undefined},
		],
		...(said === undefined
			? {}
			: {
					host: {
						log: {
							...emptyHost.log,
							source: '/var/log/redis.log',
							lines: [],
							remarks: [
								{
									id: 'replicates',
									severity: 'warning',
									rules: [],
									meaning: 'somebody made this node a replica of another (REPLICAOF)',
									line: said,
									atMs: nowMs - lineAgo * 1000,
									count: 1,
								},
							],
						},
					},
				}),
	};
}

const asked = line('id=7 addr=10.0.0.9:33062 laddr=10.0.1.11:6379 fd=13 name=deploy user=default');

testRule(repMadeReplica, [
	[
		'a client did it, by the log',
		replica({line: asked}),
		'critical',
		/^refuses writes \(READONLY\): made a replica of 10\.0\.9\.9:25069, at .* by deploy: no server answers there$/,
	],
	[
		'a log that hides names',
		replica({line: line('id=7 addr=10.0.0.9:33062 fd=13 name=*redacted* user=*redacted* lib-name=')}),
		'critical',
		/ by 10\.0\.0\.9:33062: no server answers there$/,
	],
	[
		'redis-top saw it',
		{...replica(), watch: {roleChangedAtMs: nowMs - 9000}},
		'critical',
		/, at \d\d:\d\d:\d\d: no server/,
	],
	['nothing tells that it was a primary', replica(), 'clear'],
	['it was a replica at its start', replica({line: asked, lineAgo: 700}), 'clear'],
	['it had a link before', replica({line: asked, downSince: 9}), 'clear'],
	['the primary answers', replica({line: asked, answers: true}), 'clear'],
	[
		'the primary turns new clients away',
		{
			...replica({line: asked}),
			nodes: [
				{
					...recordFrom({
						address: '10.0.9.9:25069',
						failure: {...refusedConnection, code: 'ERR', kind: 'MAXCLIENTS', state: 'refusing'},
						reach: 'refusing',
					}),
					sample: undefined,
				},
			],
		},
		'clear',
	],
	[
		'a Sentinel did it',
		replica({line: line('id=7 addr=10.0.0.9:33062 name=sentinel-2f1c8a0b-cmd user=default')}),
		'clear',
	],
	['not in INFO', {record: {role: 'replica'}, info: {replication: {role: 'slave'}}}, 'absent'],
]);

test('rep.made_replica: the first step makes it a primary again', () => {
	const {next, action, culprit} = firingOf(repMadeReplica, replica({line: asked}));
	assert.match(messageText(next[0]?.text ?? ''), /REPLICAOF NO ONE$/);
	assert.equal(action, 'promote');
	assert.equal(culprit?.client?.name, 'deploy');
});

type OtherDataParts = {
	readonly link?: 'up' | 'down';
	readonly wasPrimary?: boolean;
	readonly errors?: number;
	/** `second_repl_offset` of the new primary: -1 if it was never promoted. */
	readonly promotedAt?: number;
	readonly ownHistory?: number;
	readonly linesAgo?: number;
	/** A sentinel watches the new primary. */
	readonly sentinel?: boolean;
	readonly primaryUpSeconds?: number;
	readonly rdbAgo?: number;
};

/** A sentinel that watches the primary of these tests. */
const watching = recordFrom({
	address: '10.0.9.9:26379',
	role: 'sentinel',
	sentinel: {
		atMs: nowMs,
		value: {
			primaries: [
				{
					name: 'billing',
					address: '10.0.9.9:25069' as NodeAddress,
					host: '10.0.9.9',
					port: 25_069,
					flags: new Set(['master']),
					configEpoch: 0,
					quorum: 2,
					replicaCount: 1,
					otherSentinels: 2,
					downAfterMs: 5000,
					failoverTimeoutMs: 60_000,
					replicas: [],
					sentinels: [],
					quorumCheck: undefined,
				},
			],
		},
	},
});

/** A former primary that replicates from a server which answers. */
function ofOtherData({
	link = 'up',
	wasPrimary = true,
	errors = 10,
	promotedAt = -1,
	ownHistory = -1,
	linesAgo = 30,
	sentinel = false,
	primaryUpSeconds = 900,
	rdbAgo,
}: OtherDataParts = {}): FactsParts {
	const remarkOf = (id: string, said: string) => ({
		id,
		severity: 'warning' as const,
		rules: [],
		meaning: '',
		line: said,
		atMs: nowMs - linesAgo * 1000,
		count: 1,
	});
	return {
		info: {
			server: {uptime_in_seconds: 600},
			errorstats: {errorstat_READONLY: `count=${100 + errors}`},
			replication: {
				role: 'slave',
				master_host: '10.0.9.9',
				master_port: 25_069,
				master_link_status: link,
				second_repl_offset: ownHistory,
			},
		},
		earlier: {errorstats: {errorstat_READONLY: 'count=100'}},
		record: {role: 'replica'},
		nodes: [
			recordFrom({
				address: '10.0.9.9:25069',
				info: {
					server: {uptime_in_seconds: primaryUpSeconds},
					replication: {role: 'master', second_repl_offset: promotedAt},
				},
			}),
			...(sentinel ? [watching] : []),
		],
		host: {
			log: {
				...emptyHost.log,
				source: '/var/log/redis.log',
				lines: [],
				remarks: [
					remarkOf('replicates', asked),
					...(wasPrimary ? [remarkOf('was-primary', 'Before turning into a replica, using my own')] : []),
				],
			},
			...(rdbAgo === undefined
				? {}
				: {
						dataFiles: {
							rdb: {path: '/data/dump.rdb', sizeBytes: 9000, modifiedAtMs: nowMs - rdbAgo * 1000},
							appendOnly: undefined,
						},
					}),
		},
	};
}

const keysLost = {from: 20_000, to: 200, byRestart: false, byFlush: false, atMs: nowMs - 28_000};

testRule(repMadeReplica, [
	[
		'of a server with other data',
		ofOtherData(),
		'critical',
		/^was made a replica of 10\.0\.9\.9:25069, by REPLICAOF from deploy, 30s ago: writes refused, its data replaced$/,
	],
	[
		'the full resync is under way',
		ofOtherData({link: 'down', ownHistory: 7}),
		'critical',
		/: writes refused, its data is about to be replaced$/,
	],
	['nobody writes, and the keys are gone', {...ofOtherData({errors: 0}), watch: {keyDrop: keysLost}}, 'critical'],
	[
		'redis-top saw it, and no log tells',
		{...ofOtherData(), host: {}, watch: {roleChangedAtMs: nowMs - 9000}},
		'critical',
		/^was made a replica of 10\.0\.9\.9:25069, 9s ago: writes refused/,
	],
	['a new server became a replica, and nobody misses it', ofOtherData({errors: 0}), 'clear'],
	['keys that were gone before', {...ofOtherData({errors: 0, linesAgo: 10}), watch: {keyDrop: keysLost}}, 'clear'],
	['a planned failover: its replica was promoted before', ofOtherData({promotedAt: 4711}), 'clear'],
	['a planned failover without a full resync', ofOtherData({ownHistory: 4711}), 'clear'],
	['a replica that was given another primary', ofOtherData({wasPrimary: false}), 'clear'],
	['Sentinels fail over to a promoted replica', ofOtherData({sentinel: true, promotedAt: 4711}), 'clear'],
	['Sentinels made it a replica of a node started since', ofOtherData({sentinel: true, primaryUpSeconds: 20}), 'clear'],
	[
		'Sentinels took a new server for a former replica with its address',
		{...ofOtherData({sentinel: true}), host: {}, watch: {roleChangedAtMs: nowMs - 9000}},
		'critical',
		/^was made a replica of 10\.0\.9\.9:25069, by sentinels of billing, 9s ago: writes refused, its data replaced$/,
	],
	[
		'it was long ago',
		{...ofOtherData({linesAgo: 5000}), info: {...ofOtherData().info, server: {uptime_in_seconds: 9000}}},
		'clear',
	],
]);

const steps = (parts: OtherDataParts): string =>
	firingOf(repMadeReplica, ofOtherData(parts))
		.next.map(({text}) => messageText(text))
		.join('\n');

test('rep.made_replica: the steps say what the way back brings, and where the keys are', () => {
	assert.match(steps({}), /^\S+ .*REPLICAOF NO ONE\n.*without its own\n.*in a backup/);
	assert.match(steps({link: 'down'}), /at once with its own keys/);
	assert.doesNotMatch(steps({link: 'down'}), /backup/);
	assert.match(steps({sentinel: true}), /within 8 s on each sentinel.*\n.* SENTINEL RESET billing$/m);
	// The file of before the change has the keys still; a file that the resync wrote has not.
	assert.match(steps({rdbAgo: 60}), /cp -a \/data\/dump\.rdb/);
	assert.doesNotMatch(steps({rdbAgo: 10}), /dump\.rdb/);
});

test('rep.made_replica: no step sends the clients to the server with other data', () => {
	const toPrimary = /let these clients write to 10\.0\.9\.9:25069/;
	const told = (parts: OtherDataParts) =>
		writeElsewhere(factsOf(ofOtherData(parts))).map(({text}) => messageText(text));
	assert.deepEqual(told({}), []);
	assert.match(told({promotedAt: 4711}).join(), toPrimary);
});

test('err.failed: sentinels may have taken a server of others for a former replica with its address', () => {
	const told = (calls: number, promotedAt: number) => {
		const parts = ofOtherData({sentinel: true, promotedAt});
		const stats = {cmdstat_slaveof: `calls=${calls},usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0`};
		return writeElsewhere(factsOf({...parts, host: {}, info: {...parts.info, commandstats: stats}}))
			.map(({text}) => messageText(text))
			.join('\n');
	};
	assert.match(
		told(1, -1),
		/^let clients of billing write to .*\nif it serves others, .*\n.*REPLICAOF NO ONE\n.*RESET/,
	);
	assert.doesNotMatch(told(0, -1), /REPLICAOF/);
	assert.doesNotMatch(told(1, 4711), /REPLICAOF/);
});

test('rep.made_replica: no step sends the clients to an address at which no server answers', () => {
	const told = (parts: Parts) => writeElsewhere(factsOf(replica(parts))).map(({text}) => messageText(text));
	assert.deepEqual(told({}), []);
	assert.match(told({answers: true}).join(), /let these clients write to 10\.0\.9\.9:25069/);
});

test('rep.made_replica: the first step says which keys are left, and that FLUSHALL ran', () => {
	const of = (info: FactsParts['info']) => {
		const parts = replica({line: asked});
		return firingOf(repMadeReplica, {...parts, info: {...parts.info, ...info}}).next.map(({text}) => messageText(text));
	};
	const wiped = of({
		keyspace: {db0: 'keys=1,expires=0'},
		commandstats: {cmdstat_flushall: 'calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0'},
	});
	assert.match(wiped[1] ?? '', /^that makes it a primary again, with the 1 key that it has;/);
	assert.match(wiped[2] ?? '', /^FLUSHALL ran once since its start: /);
	const whole = of({keyspace: {db0: 'keys=20000,expires=0'}});
	assert.match(whole[1] ?? '', /with the 20\.0k keys that it has;/);
	assert.ok(whole.every(text => !text.startsWith('FLUSHALL')));
});
