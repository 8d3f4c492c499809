import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate} from '../../source/derive/command-rates.js';
import {messageText} from '../../source/domain/message.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {errFailed, errRate, errUnexpected, modFork, modSearch} from '../../source/rules/errors-modules.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, infoOf, recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const timed = <T>(value: T) => ({atMs: nowMs, value});

/** Counters that were 0 a second ago. */
const grown = (section: string, fields: Sections[string], rest: Sections = {}): FactsParts => ({
	info: {...rest, [section]: fields},
	earlier: {[section]: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});

const command = (parts: Partial<CommandRate> & {readonly command: string}): FactsParts => ({
	record: {
		commands: [
			{calls: 100, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0.5, failuresPerSecond: 0, ...parts},
		],
	},
});

/** SET that fails with one code, 60 times a second. */
const ofCode = (code: string, record: FactsParts['record'] = {}): FactsParts => ({
	info: {errorstats: {[`errorstat_${code}`]: 'count=61'}},
	earlier: {errorstats: {[`errorstat_${code}`]: 'count=1'}},
	record: {...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record, ...record},
});

/** A user without the right to the keys that it writes. */
const deniedKeys: FactsParts = {
	info: {errorstats: {errorstat_NOPERM: 'count=60'}},
	earlier: {errorstats: {errorstat_NOPERM: 'count=1'}},
	record: {
		...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
		accessLog: timed([
			{
				count: 60,
				lack: 'key',
				object: 'orders:7',
				user: 'shop',
				ageSeconds: 1,
				clientAddress: '10.0.0.9:1',
				clientName: '',
			},
		]),
	},
};

test('the other commands that fail are named', () => {
	const meaningOf = (...others: readonly string[]) => {
		const rows = ['publish', ...others].map((name, index) => ({
			command: name,
			calls: 99,
			callsPerSecond: 0,
			failuresPerSecond: 20 - index,
			meanMicroseconds: 1,
			timeShare: 0,
		}));
		return messageText(firingOf(errFailed, {...deniedKeys, record: {...deniedKeys.record, commands: rows}}).meaning);
	};
	assert.match(meaningOf(), /instead of replies\.$/);
	assert.match(meaningOf('subscribe'), / SUBSCRIBE fails too\.$/);
	assert.match(meaningOf('subscribe', 'spublish'), / SUBSCRIBE and SPUBLISH fail too\.$/);
});

/** A cluster node that gets commands on several slots beside the redirections of clients that learn the slots. */
const severalSlots = (
	codes: Readonly<Record<string, number>>,
	...failures: ReadonlyArray<readonly [string, number]>
) => ({
	...grown(
		'errorstats',
		Object.fromEntries(Object.entries(codes).map(([code, count]) => [`errorstat_${code}`, `count=${count}`])),
	),
	earlier: {
		errorstats: Object.fromEntries(Object.keys(codes).map(code => [`errorstat_${code}`, 'count=0'])),
	},
	record: {
		commands: failures.map(([name, failuresPerSecond]) => ({
			command: name,
			calls: 99,
			callsPerSecond: failuresPerSecond,
			failuresPerSecond,
			meanMicroseconds: 1,
			timeShare: 0,
		})),
		clients: timed([clientOf({id: 7, name: 'orders-api', command: 'mget'})]),
	},
});

test('only commands on several keys are told to fail with CROSSSLOT', () => {
	const parts = severalSlots({CROSSSLOT: 24, MOVED: 60}, ['get', 60], ['mget', 12], ['del', 12]);
	assert.match(messageText(firingOf(errFailed, parts).meaning), / DEL fails too\.$/);
});

test('NOSCRIPT is critical where a service gets nothing else for a while, and not where it sends its script', () => {
	const severityOf = (heldSeconds: number, calls: number, ...sent: ReadonlyArray<readonly [string, number]>) =>
		firingOf(errFailed, {
			heldSeconds,
			info: {errorstats: {errorstat_NOSCRIPT: 'count=60'}},
			earlier: {errorstats: {errorstat_NOSCRIPT: 'count=1'}},
			record: {
				commands: [
					...(command({command: 'evalsha', callsPerSecond: calls, failuresPerSecond: 60}).record?.commands ?? []),
					...sent.flatMap(([name, callsPerSecond]) => command({command: name, callsPerSecond}).record?.commands ?? []),
				],
			},
		}).severity;
	assert.equal(severityOf(3, 60), 'critical');
	assert.equal(severityOf(3, 100, ['eval', 10]), 'critical');
	assert.equal(severityOf(0, 60), 'warning', 'it was just seen');
	assert.equal(severityOf(3, 60, ['eval', 60]), 'warning', 'the client falls back to EVAL');
	assert.equal(severityOf(3, 60, ['script|load', 55]), 'warning', 'the client loads each script');
	assert.equal(severityOf(3, 200), 'warning', 'most calls work');
});

/** A server that started five minutes ago, and answers EVALSHA with NOSCRIPT. `also` has been called before. */
function noScript({
	uptime = 300,
	evicted = 0,
	also,
	starts = 0,
	promotedSeconds,
	watch = {},
	role = 'primary',
}: {
	readonly uptime?: number;
	readonly evicted?: number;
	readonly also?: string;
	readonly starts?: number;
	/** How long ago its log tells that it became the primary. */
	readonly promotedSeconds?: number;
	readonly watch?: NonNullable<FactsParts['watch']>;
	readonly role?: 'primary';
}): FactsParts {
	const {commands = []} = command({command: 'evalsha', callsPerSecond: 60, failuresPerSecond: 60}).record ?? {};
	const others = also === undefined ? [] : (command({command: also}).record?.commands ?? []);
	return {
		info: {
			server: {uptime_in_seconds: uptime},
			stats: {evicted_scripts: evicted},
			errorstats: {errorstat_NOSCRIPT: 'count=60'},
		},
		earlier: {errorstats: {errorstat_NOSCRIPT: 'count=1'}},
		record: {role, commands: [...commands, ...others]},
		watch,
		host: {
			log: {
				source: 'log',
				lines: [],
				remarks: [],
				starts: Array.from({length: starts}, (_, index) => ({processId: index, atMs: nowMs - 600_000})),
				happened:
					promotedSeconds === undefined
						? []
						: [
								{
									id: 'won-failover',
									severity: 'warning',
									meaning: '-',
									atMs: nowMs - promotedSeconds * 1000,
									count: 1,
								},
							],
			},
		},
	};
}

testRule(errFailed, [
	[
		'keys in several slots, while more clients learn where slots are',
		severalSlots({CROSSSLOT: 24, MOVED: 60}, ['get', 60], ['mget', 12], ['del', 12]),
		'warning',
		/^answers MGET with CROSSSLOT errors, 12\.?0?\/s from orders-api: its keys are in several slots, so one hash tag {…} or one key a command$/,
	],
	[
		'keys in several slots, a moment after slots left',
		{
			...severalSlots({CROSSSLOT: 24, MOVED: 60}, ['get', 60], ['eval', 24]),
			watch: {slotsLeftAtMs: nowMs - 5000},
		},
		'warning',
		/^answers EVAL with CROSSSLOT errors/,
	],
	[
		'few commands on several slots beside many other errors',
		severalSlots({CROSSSLOT: 4, ERR: 60}, ['set', 60], ['mget', 4]),
		'warning',
		/^answers SET with ERR errors/,
	],
	[
		'several keys of one slot that moved away',
		severalSlots({CROSSSLOT: 1, MOVED: 60}, ['mget', 60]),
		'warning',
		/^answers MGET with MOVED errors/,
	],
	['none', command({command: 'get', callsPerSecond: 100}), 'clear'],
	[
		'many',
		command({command: 'incr', callsPerSecond: 100, failuresPerSecond: 60}),
		'warning',
		/^answers INCR with errors, 60\.?0?\/s$/,
	],
	[
		'while clients find a new owner',
		{
			...command({command: 'set', callsPerSecond: 100, failuresPerSecond: 60}),
			watch: {roleChangedAtMs: nowMs - 5000},
		},
		'clear',
	],
	[
		'while clients find the owner of slots that left',
		{...command({command: 'set', callsPerSecond: 100, failuresPerSecond: 60}), watch: {slotsLeftAtMs: nowMs - 5000}},
		'clear',
	],
	...(
		[
			['READONLY', {roleChangedAtMs: nowMs - 2000}, 'clear'],
			['READONLY', {roleChangedAtMs: nowMs - 3000}, 'warning'],
			['READONLY', {slotsLeftAtMs: nowMs - 1000}, 'warning'],
			['NOREPLICAS', {roleChangedAtMs: nowMs - 2000}, 'clear'],
			['NOREPLICAS', {roleChangedAtMs: nowMs - 3000}, 'warning'],
			['MOVED', {roleChangedAtMs: nowMs - 2000}, 'clear'],
			['MOVED', {roleChangedAtMs: nowMs - 3000}, 'warning'],
			['MOVED', {slotsLeftAtMs: nowMs - 29_000}, 'clear'],
			['MOVED', {slotsLeftAtMs: nowMs - 30_000}, 'warning'],
			['NOPERM', {roleChangedAtMs: nowMs - 1000}, 'warning'],
		] as const
	).map(
		([code, watch, expected]) =>
			[
				`${code} after a change: ${JSON.stringify(watch)}`,
				{...ofCode(code, {role: 'replica'}), watch},
				expected,
			] as const,
	),
	[
		'reads of a replica without a link',
		ofCode('MASTERDOWN', {role: 'replica'}),
		'warning',
		/: its link is down, and replica-serve-stale-data is no$/,
	],
	[
		'commands that were counted before the errors ended',
		{
			...command({command: 'set', callsPerSecond: 100, failuresPerSecond: 60}),
			info: {stats: {total_error_replies: 61}},
			earlier: {stats: {total_error_replies: 61}},
		},
		'clear',
	],
	[
		'while it loads its data',
		{
			...command({command: 'cluster|info', callsPerSecond: 0, failuresPerSecond: 60}),
			...grown('errorstats', {errorstat_LOADING: 'count=60'}),
			earlier: {errorstats: {errorstat_LOADING: 'count=0'}},
		},
		'clear',
	],
	[
		'after a failover',
		{
			...command({command: 'set', callsPerSecond: 100, failuresPerSecond: 60}),
			watch: {roleChangedAtMs: nowMs - 600_000},
		},
		'warning',
	],
	[
		'from clients without cluster mode',
		{
			info: {errorstats: {errorstat_MOVED: 'count=61'}},
			earlier: {errorstats: {errorstat_MOVED: 'count=1'}},
			record: {
				...command({command: 'get', callsPerSecond: 100, failuresPerSecond: 60}).record,
				clients: timed([clientOf({id: 7, name: 'webshop', command: 'get'})]),
			},
		},
		'warning',
		/^answers GET with MOVED errors, 60\.?0?\/s from webshop: its client is not in cluster mode$/,
	],
	[
		'from a client that stays on a node of a cluster that is a replica now',
		{
			info: {
				errorstats: {errorstat_MOVED: 'count=61'},
				replication: {role: 'slave', master_host: '10.0.1.12', master_port: 6379},
			},
			earlier: {errorstats: {errorstat_MOVED: 'count=1'}},
			record: {
				...command({command: 'set', callsPerSecond: 100, failuresPerSecond: 60}).record,
				role: 'replica',
				clients: timed([clientOf({id: 7, name: 'webshop', command: 'set'})]),
			},
		},
		'warning',
		/^is a replica and refuses SET \(MOVED\), 60\.?0?\/s from webshop: its primary is 10\.0\.1\.12:6379, and its client is not in cluster mode$/,
	],
	...(
		[
			['N', /^is a replica and refuses HGETALL \(MOVED\), 60\.?0?\/s from catalog: its client sends no READONLY$/],
			['r', /: its primary is 10\.0\.1\.12:6379, and its client is not in cluster mode$/],
		] as const
	).map(
		([flags, reason]) =>
			[
				`from a client with the flags ${flags} that reads from a replica of a cluster`,
				{
					info: {
						errorstats: {errorstat_MOVED: 'count=61'},
						replication: {role: 'slave', master_host: '10.0.1.12', master_port: 6379},
					},
					earlier: {errorstats: {errorstat_MOVED: 'count=1'}},
					record: {
						...command({command: 'hgetall', callsPerSecond: 60, failuresPerSecond: 60}).record,
						role: 'replica',
						clients: timed([clientOf({id: 7, name: 'catalog', command: 'hgetall', flags})]),
					},
				},
				'warning',
				reason,
			] as const,
	),
	...(
		[
			['a moment after a primary was lost', 20_000, 'master', 'clear'],
			['while a lost primary still owns its slots', 600_000, 'master,fail', 'clear'],
			['long after another node took its slots', 600_000, 'slave', 'warning'],
		] as const
	).map(
		([name, lostForMs, flags, expected]) =>
			[
				`redirected ${name}`,
				{
					info: {errorstats: {errorstat_MOVED: 'count=61'}},
					earlier: {errorstats: {errorstat_MOVED: 'count=1'}},
					record: {
						...command({command: 'get', callsPerSecond: 100, failuresPerSecond: 60}).record,
						clusterNodes: timed(
							parseClusterNodes(
								`${'b'.repeat(40)} 10.0.1.12:6379@16379 ${flags} - 0 1 2 connected${flags === 'slave' ? '' : ' 0-5460'}`,
							),
						),
					},
					nodes: [
						recordFrom({
							address: '10.0.1.12:6379',
							failure: refusedConnection,
							reach: 'down',
							failingSinceMs: nowMs - lostForMs,
						}),
					],
				},
				expected,
			] as const,
	),
	[
		'denied by the ACL',
		deniedKeys,
		'warning',
		/^refuses SET \(NOPERM\), 60\.?0?\/s: user shop has no right to keys orders:\*$/,
	],
	[
		'on a replica, SORT, which counts as a write',
		{
			info: {server: {redis_version: '7.0.15'}, errorstats: {errorstat_READONLY: 'count=60', errorstat_ERR: 'count=7'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1', errorstat_ERR: 'count=6'}},
			record: {role: 'replica', ...command({command: 'sort', callsPerSecond: 60, failuresPerSecond: 60}).record},
		},
		'critical',
		/^is a replica and refuses SORT \(READONLY\), 60\.?0?\/s: it counts as a write, SORT_RO does not$/,
	],
	[
		'on a replica, by one client',
		{
			info: {errorstats: {errorstat_READONLY: 'count=60', errorstat_ERR: 'count=7'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1', errorstat_ERR: 'count=6'}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
				clients: timed([
					clientOf({id: 7, name: 'cart-api', command: 'set'}),
					clientOf({id: 8, name: 'api-1', command: 'get'}),
					clientOf({id: 9, flags: 'M', command: 'set'}),
				]),
			},
		},
		'critical',
		/^is a replica and refuses SET \(READONLY\), 60\.?0?\/s from cart-api$/,
	],
	[
		'on a replica, by the only active clients, whose last command is another one',
		{
			info: {errorstats: {errorstat_READONLY: 'count=60'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
				clients: timed([
					clientOf({id: 7, name: 'shop', command: 'get', idleSeconds: 0}),
					clientOf({id: 8, name: '', command: 'info', idleSeconds: 30}),
				]),
			},
		},
		'critical',
		/^is a replica and refuses SET \(READONLY\), 60\.?0?\/s from shop$/,
	],
	[
		'on a replica, by a client that connects for each command and is not in the list',
		{
			info: {errorstats: {errorstat_READONLY: 'count=60'}, stats: {total_connections_received: 60}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}, stats: {total_connections_received: 1}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
				clients: timed([clientOf({id: 7, name: 'shop', command: 'get', idleSeconds: 0})]),
			},
		},
		'critical',
		/^is a replica and refuses SET \(READONLY\), 60\.?0?\/s$/,
	],
	[
		'on a replica, scripts of one client, of which only some write',
		{
			info: {errorstats: {errorstat_READONLY: 'count=30'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}},
			record: {
				role: 'replica',
				...command({command: 'evalsha', callsPerSecond: 60, failuresPerSecond: 29}).record,
				clients: timed([clientOf({id: 7, name: 'cart-api', command: 'evalsha'})]),
			},
		},
		'warning',
		/^is a replica and refuses EVALSHA \(READONLY\), 29\.?0?\/s$/,
	],
	[
		'on a replica, a moment after its role changed',
		{
			info: {errorstats: {errorstat_READONLY: 'count=60'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
				clients: timed([clientOf({id: 7, name: 'cart-api', command: 'set'})]),
			},
			watch: {roleChangedAtMs: nowMs - 2000},
		},
		'clear',
	],
	[
		'on a replica, two writes a second of somebody at a prompt',
		{
			info: {errorstats: {errorstat_READONLY: 'count=3'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 2, failuresPerSecond: 2}).record,
				clients: timed([clientOf({id: 7, command: 'set'})]),
			},
		},
		'clear',
	],
	[
		'a client in cluster mode, on a server that is in no cluster',
		{
			info: {errorstats: {errorstat_ERR: 'count=60'}, cluster: {cluster_enabled: 0}},
			earlier: {errorstats: {errorstat_ERR: 'count=56'}},
			...command({command: 'cluster|slots', callsPerSecond: 4, failuresPerSecond: 4}),
		},
		'warning',
		/^answers CLUSTER\|SLOTS with ERR errors, 4\.?0?\/s: it is in no cluster, and its client is set up for one$/,
	],
	['failed logins', command({command: 'auth', callsPerSecond: 20, failuresPerSecond: 20}), 'clear'],
	[
		'failed logins by HELLO',
		{
			info: {errorstats: {errorstat_WRONGPASS: 'count=20'}},
			earlier: {errorstats: {errorstat_WRONGPASS: 'count=0'}},
			...command({command: 'hello', callsPerSecond: 20, failuresPerSecond: 20}),
		},
		'clear',
	],
	['two a second', command({command: 'incr', callsPerSecond: 2, failuresPerSecond: 2}), 'clear'],
	[
		'on a replica, by one of several clients',
		{
			info: {errorstats: {errorstat_READONLY: 'count=60'}},
			earlier: {errorstats: {errorstat_READONLY: 'count=1'}},
			record: {
				role: 'replica',
				...command({command: 'set', callsPerSecond: 60, failuresPerSecond: 60}).record,
				clients: timed([
					clientOf({id: 7, name: 'shop', command: 'get', idleSeconds: 0}),
					clientOf({id: 8, name: 'search', command: 'get', idleSeconds: 0}),
				]),
			},
		},
		'critical',
		/^is a replica and refuses SET \(READONLY\), 60\.?0?\/s$/,
	],
	...(
		[
			['evalsha', 'NOSCRIPT', /^answers EVALSHA with NOSCRIPT errors, 60\.?0?\/s: the script is not loaded$/],
			['hget', 'WRONGTYPE', /: its keys hold values of another type$/],
			['xreadgroup', 'NOGROUP', /: the stream or its consumer group is gone$/],
			['select', 'ERR', /^answers SELECT with ERR errors, 60\.?0?\/s: it has no database of that number$/],
			['incr', 'ERR', /^answers INCR with ERR errors, 60\.?0?\/s: its values are no integers$/],
		] as const
	).map(
		([name, code, words]) =>
			[
				`${code} for ${name}`,
				{
					info: {errorstats: {[`errorstat_${code}`]: 'count=60'}},
					earlier: {errorstats: {[`errorstat_${code}`]: 'count=1'}},
					...command({command: name, callsPerSecond: 60, failuresPerSecond: 60}),
				},
				'warning',
				words,
			] as const,
	),
	['after a start', noScript({}), 'warning', /: the script is not loaded since its start at 14:05:00$/],
	[
		'after a restart that redis-top saw',
		noScript({watch: {restartedAtMs: nowMs - 300_000}}),
		'warning',
		/: the script is not loaded since its restart at 14:05:00$/,
	],
	['after a restart in its log', noScript({starts: 2}), 'warning', /since its restart at 14:05:00$/],
	[
		'after a failover',
		noScript({uptime: 86_400, watch: {promotedAtMs: [nowMs - 60_000]}, role: 'primary'}),
		'warning',
		/: the script is not loaded since it became the primary at 14:09:00$/,
	],
	[
		'after a failover in its log',
		noScript({uptime: 86_400, promotedSeconds: 60}),
		'warning',
		/: the script is not loaded since it became the primary at 14:09:00$/,
	],
	[
		'after a start that followed a failover in its log',
		noScript({promotedSeconds: 600, starts: 2}),
		'warning',
		/since its restart at 14:05:00$/,
	],
	['more than an hour after a start', noScript({uptime: 3600}), 'warning', /: the script is not loaded$/],
	['after SCRIPT FLUSH', noScript({also: 'script|flush'}), 'warning', /: the script is not loaded$/],
	['before 7.0 commandstats tells SCRIPT alone', noScript({also: 'script'}), 'warning', /: the script is not loaded$/],
	['after SCRIPT LOAD of another one', noScript({also: 'script|load'}), 'warning', /since its start/],
	['the server evicts scripts', noScript({evicted: 3}), 'warning', /: the script is not loaded$/],
	['rejected before they ran', command({command: 'set', callsPerSecond: 0, failuresPerSecond: 60}), 'warning'],
	['few of many', command({command: 'incr', callsPerSecond: 1000, failuresPerSecond: 20}), 'clear'],
	['no command statistics', {}, 'pending'],
]);

test('err.failed: the first step gives the user the right that it lacks', () => {
	const {next} = firingOf(errFailed, deniedKeys);
	assert.match(messageText(next[0]?.text ?? ''), /^ACL SETUSER shop '~orders:\*': as an administrator/);
	assert.match(messageText(next[1]?.text ?? ''), /^then ACL SAVE/);
});

const errors = (counts: Readonly<Record<string, number>>, commands: number): FactsParts => {
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const stats = (factor: number) =>
		Object.fromEntries(Object.entries(counts).map(([code, count]) => [`errorstat_${code}`, `count=${count * factor}`]));
	return {
		info: {stats: {total_error_replies: total, total_commands_processed: commands}, errorstats: stats(1)},
		earlier: {stats: {total_error_replies: 0, total_commands_processed: 0}, errorstats: stats(0)},
	};
};

/** Errors while clients connect to a server of that version. */
const connecting = (counts: Readonly<Record<string, number>>, version: string, connections: number): FactsParts => {
	const {info, earlier} = errors(counts, 500);
	return {
		info: {
			...info,
			server: {redis_version: version},
			stats: {...info?.stats, total_connections_received: 7 + connections},
		},
		earlier: {...earlier, stats: {...earlier?.stats, total_connections_received: 7}},
	};
};

const stat = (calls: number, rejected: number, failed = 0) =>
	`calls=${calls},usec=${calls},usec_per_call=1.00,rejected_calls=${rejected},failed_calls=${failed}`;

/** What Redis 7 prints once it has seen 128 error codes. */
const uncounted = (parts: FactsParts, rest: Sections = {}): FactsParts => ({
	...parts,
	info: {...parts.info, ...rest, errorstats: {errorstat_ERRORSTATS_DISABLED: 'count=1'}},
});

testRule(errRate, [
	['few', errors({WRONGTYPE: 9}, 1000), 'clear'],
	[
		'many',
		errors({WRONGTYPE: 90, ERR: 10}, 1000),
		'warning',
		/^answers 9\.9% of its commands with an error, most of them WRONGTYPE$/,
	],
	[
		'refused commands are not among those processed',
		errors({ERR: 75}, 5),
		'warning',
		/^answers 94% of its commands with an error, most of them ERR$/,
	],
	[
		'unknown commands are counted as errors alone',
		{
			...errors({ERR: 75}, 1),
			info: {...errors({ERR: 75}, 1).info, commandstats: {cmdstat_info: stat(1, 0)}},
			earlier: {...errors({ERR: 75}, 1).earlier, commandstats: {cmdstat_info: stat(0, 0)}},
		},
		'warning',
		/^answers 99% of its commands with an error/,
	],
	[
		'unknown commands beside others that succeed',
		{
			...errors({ERR: 60}, 30),
			info: {...errors({ERR: 60}, 30).info, commandstats: {cmdstat_set: stat(30, 0)}},
			earlier: {...errors({ERR: 60}, 30).earlier, commandstats: {cmdstat_set: stat(0, 0)}},
		},
		'warning',
		/^answers 67% of its commands with an error/,
	],
	[
		'all of the errors are of commands that ran',
		{
			...errors({ERR: 100}, 1000),
			info: {...errors({ERR: 100}, 1000).info, commandstats: {cmdstat_incr: stat(1000, 0, 100)}},
			earlier: {...errors({ERR: 100}, 1000).earlier, commandstats: {cmdstat_incr: stat(0, 0)}},
		},
		'warning',
		/^answers 10% of its commands/,
	],
	['a load', errors({LOADING: 500}, 20), 'clear'],
	['another monitor starts on a server without CONFIG, CLIENT and SLOWLOG', errors({ERR: 7}, 5), 'clear'],
	[
		'kinds no longer counted',
		uncounted(errors({ERR: 50}, 50)),
		'warning',
		/^answers 50% of its commands with an error, of kinds that it no longer counts$/,
	],
	[
		'kinds no longer counted, in a cluster',
		uncounted(errors({ERR: 50}, 50), {cluster: {cluster_enabled: 1}}),
		'absent',
	],
	['redirections', errors({MOVED: 900}, 1000), 'clear'],
	['our own denials', errors({NOPERM: 100}, 1000), 'clear'],
	['READONLY', errors({READONLY: 100}, 1000), 'warning', /most of them READONLY$/],
	[
		'READONLY, a moment after the role changed',
		{...errors({READONLY: 100}, 1000), watch: {roleChangedAtMs: nowMs - 2000}},
		'clear',
	],
	[
		'READONLY, soon after the role changed',
		{...errors({READONLY: 100}, 1000), watch: {roleChangedAtMs: nowMs - 3000}},
		'warning',
	],
	['somebody at a prompt', errors({ERR: 2}, 4), 'clear'],
	['libraries that connect to Redis 7.0', connecting({ERR: 30}, '7.0.15', 10), 'clear'],
	['libraries that connect to Redis 7.0, and ten other errors', connecting({ERR: 40}, '7.0.15', 10), 'warning'],
	['as many on Redis 8.0, which has what libraries try', connecting({ERR: 30}, '8.0.1', 10), 'warning'],
	[
		'other errors as libraries connect',
		connecting({WRONGTYPE: 30}, '7.0.15', 10),
		'warning',
		/most of them WRONGTYPE$/,
	],
	['before 6.2', {}, 'absent'],
]);

testRule(errUnexpected, [
	['none', grown('stats', {unexpected_error_replies: 0}), 'clear'],
	[
		'one',
		grown('stats', {unexpected_error_replies: 1}),
		'critical',
		/^may differ from its primary or its append-only file: 1 unexpected errors/,
	],
	['before 6.0', {}, 'absent'],
]);

testRule(modFork, [
	['none', {info: {persistence: {module_fork_in_progress: 0}}}, 'clear'],
	['one', {info: {persistence: {module_fork_in_progress: 1}}}, 'info', /^can start no save and no AOF rewrite: /],
	['before 6.0', {}, 'absent'],
]);

const indexed = (fields: Record<string, number>) => infoOf({search_errors: fields});
const searching = (now: Record<string, number>, before?: Record<string, number>): FactsParts => ({
	config: {},
	record: {
		modules: timed([{name: 'search', version: 21_005}]),
		moduleInfo: timed({now: indexed(now), before: before && indexed(before)}),
	},
});
const failures = 'search_errors_indexing_failures';

testRule(modSearch, [
	['no module', {record: {modules: timed([{name: 'ReJSON', version: 1}])}}, 'clear'],
	['as many as before', searching({[failures]: 3}, {[failures]: 3}), 'clear'],
	['more than before', searching({[failures]: 8}, {[failures]: 3}), 'warning', /^failed to index documents, 5 lately$/],
	['the first reading tells nothing of now', searching({[failures]: 8}), 'clear'],
	['the count began again', searching({[failures]: 1}, {[failures]: 3}), 'clear'],
	[
		'out of memory',
		searching({[failures]: 0, search_OOM_indexing_failures_indexes_count: 1}),
		'warning',
		/^has 1 search indexes that stopped indexing: out of memory$/,
	],
	['a version that does not count them', searching({}), 'absent'],
	['not asked yet', {config: {}, record: {modules: timed([{name: 'search', version: 1}])}}, 'pending'],
	['modules unknown', {}, 'pending'],
	[
		'a user of few rights',
		{record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]}},
		'denied',
		/^MODULE LIST is asked only of users who may CONFIG GET/,
	],
]);

test('err.failed: every command that a user is refused again and again is in the step', () => {
	const refused = (object: string, count: number, user = 'shop') => ({
		count,
		lack: 'command',
		object,
		user,
		ageSeconds: 1,
		clientAddress: '10.0.0.9:1',
		clientName: '',
	});
	const accessLog = timed([
		refused('set', 90),
		refused('brpop', 700),
		refused('flushall', 1),
		refused('get', 80, 'bi'),
	]);
	const {next} = firingOf(errFailed, {...deniedKeys, record: {...deniedKeys.record, accessLog}});
	assert.match(messageText(next[0]?.text ?? ''), /^ACL SETUSER shop \+brpop \+set: as/);
});

test('err.failed: what a user lacks is told by the beginning that its keys share', () => {
	const ask = (lack: string, ...objects: readonly string[]) => {
		const accessLog = timed(
			objects.map(object => ({
				count: 1,
				lack,
				object,
				user: 'shop',
				ageSeconds: 1,
				clientAddress: '10.0.0.9:1',
				clientName: '',
			})),
		);
		const {reason = '', next} = firingOf(errFailed, {...deniedKeys, record: {...deniedKeys.record, accessLog}});
		const step = messageText(next[0]?.text ?? '');
		return [
			messageText(reason).replace(/^user shop has no right to /, ''),
			/^ACL SETUSER shop (.*): as/.exec(step)?.[1],
		];
	};
	const cases = [
		[['key', 'basket:944', 'basket:985'], 'keys basket:*', "'~basket:*'"],
		[['key', 'basket:joe@example.com'], 'keys basket:*', "'~basket:*'"],
		[['key', 'app:cart:1', 'app:cart:2', 'app:order:1'], 'keys app:*', "'~app:*'"],
		[['key', 'app/cart/1', 'app/cart/1/items'], 'keys app/cart/*', "'~app/cart/*'"],
		[['key', 'basket:1', 'basket:2', 'order:1'], 'keys basket:* and 1 more', "'~basket:*' '~order:*'"],
		[['key', 'counter'], 'key counter', "'~counter'"],
		[['key', 'k1', 'k2', 'k3', 'k4'], 'its keys', "'~KEYS'"],
		[['key', "it's", 'it*'], 'its keys', "'~KEYS'"],
		[['key', '{shop}:1'], 'its keys', "'~KEYS'"],
		[['key', ''], 'its keys', "'~KEYS'"],
		[['channel', 'orders:new'], 'channel orders:new', "'&orders:new'"],
		[['channel', 'orders:new', 'orders:paid'], 'channels orders:*', "'&orders:*'"],
		[['channel', 'news.*'], 'its channels', "'&CHANNELS'"],
		[['command', 'config|set'], 'the command', '+config|set'],
	] as const;
	for (const [[lack, ...objects], reason, rule] of cases) {
		assert.deepEqual(ask(lack, ...objects), [reason, rule]);
	}
});

test('err.failed: keys of another user, and channels, are not among the keys that a user lacks', () => {
	const [denied] = deniedKeys.record?.accessLog?.value ?? [];
	assert.ok(denied !== undefined);
	const value = [denied, {...denied, count: 1, user: 'web', object: 'page:1'}, {...denied, count: 1, lack: 'channel'}];
	const {reason = ''} = firingOf(errFailed, {...deniedKeys, record: {...deniedKeys.record, accessLog: timed(value)}});
	assert.equal(messageText(reason), 'user shop has no right to keys orders:*');
});
