import assert from 'node:assert/strict';
import test from 'node:test';
import type {ClientRow} from '../../source/domain/client.js';
import {messageText} from '../../source/domain/message.js';
import {errFailed} from '../../source/rules/errors-modules.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

type Failing = {
	readonly code?: string;
	readonly info?: Sections;
	readonly earlier?: Sections;
	/** Other commands, with their calls since the start. */
	readonly also?: Readonly<Record<string, number>>;
	readonly clients?: readonly ClientRow[];
};

const rates = {callsPerSecond: 0, failuresPerSecond: 0, meanMicroseconds: 1, timeShare: 0};

/** A command that fails 20 times a second, whenever it is sent. */
const failing = (command: string, {code = 'ERR', info, earlier, also = {}, clients}: Failing = {}): FactsParts => ({
	info: {...info, errorstats: {[`errorstat_${code}`]: 'count=21'}},
	earlier: {...earlier, errorstats: {[`errorstat_${code}`]: 'count=1'}},
	record: {
		commands: [
			{...rates, command, calls: 100, callsPerSecond: 20, failuresPerSecond: 20},
			...Object.entries(also).map(([name, calls]) => ({...rates, command: name, calls})),
		],
		...(clients === undefined ? {} : {clients: {atMs: nowMs, value: clients}}),
	},
});

const functions = (number: number): Sections => ({memory: {number_of_functions: number}});
const counted = (command: string, rejected: number, failed: number): Sections => ({
	commandstats: {
		[`cmdstat_${command}`]: `calls=${failed},usec=${failed},usec_per_call=1.00,rejected_calls=${rejected},failed_calls=${failed}`,
	},
});

testRule(errFailed, [
	...(
		[
			['incr', /^answers INCR with ERR errors, 20\.?0?\/s: its values are no integers$/],
			['hincrby', /: its values are no integers$/],
			['incrbyfloat', /: its values are no numbers$/],
			['setex', /^answers SETEX with ERR errors, 20\.?0?\/s: its TTL is 0 or not valid$/],
			['set', /: its TTL or an option is not valid$/],
			['expire', /: its TTL or an option is not valid$/],
			['hset', /: it is sent without a value for each name$/],
			['mset', /: it is sent without a value for each name$/],
			['zadd', /: a score is no number, or an option is not valid$/],
			['xadd', /: its ids are not above the last, or not valid$/],
			['xgroup|create', /^answers XGROUP\|CREATE with ERR errors, 20\.?0?\/s: the stream does not exist$/],
			['rename', /: the key does not exist$/],
			['exec', /: no transaction is open on the connection$/],
			['restore', /: a newer version dumped the values, or they are damaged$/],
			['migrate', /: the other server refuses the keys$/],
			['evalsha', /^answers EVALSHA with ERR errors, 20\.?0?\/s: the script itself fails$/],
			['client|setname', /: the name has a space or a special character$/],
			['sort', /^answers SORT with ERR errors, 20\.?0?\/s$/],
		] as const
	).map(([command, words]) => [`ERR for ${command}`, failing(command), 'warning', words] as const),
	[
		'a script in a cluster, which may use a key of another slot',
		failing('eval', {info: {cluster: {cluster_enabled: 1}}}),
		'warning',
		/^answers EVAL with ERR errors, 20\.?0?\/s: the script fails, perhaps at a key of another slot$/,
	],
	[
		'WAITAOF without an append-only file',
		{...failing('waitaof'), config: {appendonly: 'no'}},
		'warning',
		/^answers WAITAOF with ERR errors, 20\.?0?\/s: appendonly is no$/,
	],
	['WAITAOF with one', {...failing('waitaof'), config: {appendonly: 'yes'}}, 'warning', /ERR errors, 20\.?0?\/s$/],
	[
		'keys that are there, for RESTORE',
		failing('restore', {code: 'BUSYKEY'}),
		'warning',
		/^answers RESTORE with BUSYKEY errors, 20\.?0?\/s: the keys are there already$/,
	],
	[
		'groups that are there',
		failing('xgroup|create', {code: 'BUSYGROUP'}),
		'warning',
		/: the consumer group is there already$/,
	],
	[
		'calls with too many arguments, which the server refuses before they run',
		failing('incr', {info: counted('incr', 21, 0), earlier: counted('incr', 1, 0)}),
		'warning',
		/^answers INCR with ERR errors, 20\.?0?\/s$/,
	],
	[
		'calls that ran, where others were refused long ago',
		failing('incr', {info: counted('incr', 7, 21), earlier: counted('incr', 7, 1)}),
		'warning',
		/: its values are no integers$/,
	],
	[
		'functions on a server that has none',
		failing('fcall', {info: functions(0)}),
		'warning',
		/^answers FCALL with ERR errors, 20\.?0?\/s: it has no functions$/,
	],
	[
		'functions after FUNCTION FLUSH',
		failing('fcall_ro', {info: functions(0), also: {'function|flush': 1}}),
		'warning',
		/: it has no functions, since FUNCTION FLUSH or DELETE$/,
	],
	[
		'functions where there are some',
		failing('fcall', {info: functions(3), also: {'function|flush': 0}}),
		'warning',
		/: the function is not there, or fails$/,
	],
	['functions that are not counted', failing('fcall'), 'warning', /: the function is not there, or fails$/],
]);

test('the first step against errors of functions loads them, and no step needs their names', () => {
	const [first] = firingOf(errFailed, failing('fcall', {info: functions(0)})).next;
	assert.match(messageText(first?.text ?? ''), /^load the libraries again: FUNCTION LOAD/);
});

const shopAt = (id: number, ageSeconds: number, command: string): ClientRow =>
	clientOf({id, name: 'shop', ageSeconds, command});

testRule(errFailed, [
	[
		'passwords for a server that has none',
		failing('auth', {clients: [shopAt(1, 0, 'auth'), clientOf({id: 2, name: 'web', ageSeconds: 90})]}),
		'warning',
		/^answers AUTH with ERR errors, 20\.?0?\/s from shop: it has no password$/,
	],
	[
		'passwords from a client without a name, whose connection ends at once',
		failing('auth', {clients: [clientOf({id: 1, ageSeconds: 0, command: 'auth'}), clientOf({id: 2, name: 'web'})]}),
		'warning',
		/^answers AUTH with ERR errors, 20\.?0?\/s from 10\.0\.4\.20: it has no password$/,
	],
	[
		'passwords for a server that has none, from clients that are not in the list',
		failing('auth', {clients: [clientOf({id: 2, name: 'web'}), clientOf({id: 3, name: 'api'})]}),
		'warning',
		/^answers AUTH with ERR errors, 20\.?0?\/s: it has no password$/,
	],
	[
		'connections that were only greeted do not go on',
		failing('auth', {
			clients: Array.from({length: 20}, (_, id) => shopAt(id, 1, id % 2 === 0 ? 'client|setinfo' : 'hello')),
		}),
		'warning',
		/: it has no password$/,
	],
	[
		'clients that go on without a password',
		failing('auth', {clients: Array.from({length: 10}, (_, id) => shopAt(id, 5, 'get'))}),
		'clear',
	],
	[
		'clients that were there before do not count as going on',
		failing('auth', {clients: Array.from({length: 10}, (_, id) => shopAt(id, 6, 'get'))}),
		'warning',
		/: it has no password$/,
	],
	...(
		[
			['of libraries that connect', 10, 'clear'],
			['of libraries that connect, and of others', 6, 'warning'],
			['of fewer than libraries try', 14, 'warning'],
		] as const
	).map(
		([name, connections, expected]) =>
			[
				`CLIENT before 7.0, ${name}`,
				failing('client', {
					info: {server: {redis_version: '6.2.14'}, stats: {total_connections_received: 100 + connections}},
					earlier: {stats: {total_connections_received: 100}},
				}),
				expected,
			] as const,
	),
	['wrong passwords, which sec.authfail reports', failing('auth', {code: 'WRONGPASS'}), 'clear'],
]);
