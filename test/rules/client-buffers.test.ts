import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate} from '../../source/derive/command-rates.js';
import type {ClientRow} from '../../source/domain/client.js';
import {messageText} from '../../source/domain/message.js';
import type {LargeLog} from '../../source/domain/slowlog.js';
import {cliObuf, cliObufKill, cliQbuf} from '../../source/rules/client-buffers.js';
import {cliEvicted} from '../../source/rules/evicted-clients.js';
import {netBigReply} from '../../source/rules/large-replies.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const mebibyte = 2 ** 20;

const clients = (fields: Sections[string]): FactsParts => ({info: {clients: fields}});

/** A counter that was 10 a second ago. */
const counted = (name: string, now: number): FactsParts => ({
	info: {stats: {[name]: now}},
	earlier: {stats: {[name]: 10}},
});

testRule(cliObuf, [
	['32 MB', clients({client_recent_max_output_buffer: 32 * mebibyte}), 'clear'],
	[
		'more',
		clients({client_recent_max_output_buffer: 33 * mebibyte}),
		'warning',
		/^holds a large output buffer, 33\.0M for one client$/,
	],
	['before 5.0 it counts list entries', clients({client_longest_output_list: 99 * mebibyte}), 'absent'],
]);

testRule(cliQbuf, [
	['64 MB', clients({client_recent_max_input_buffer: 64 * mebibyte}), 'clear'],
	['more', clients({client_recent_max_input_buffer: 65 * mebibyte}), 'warning'],
	['not printed', {}, 'absent'],
]);

const overLimit = 'Client id=4 scheduled to be closed ASAP for overcoming of output buffer limits.';

function loggedOf(line: string, agoMs = 10_000): NonNullable<FactsParts['host']> {
	const rules = ['cli.obuf_kill', 'rep.fullsync_storm'];
	const remark = {id: 'output-buffer', severity: 'warning' as const, rules, meaning: '', line, count: 1};
	return {log: {source: 'log', lines: [line], remarks: [{...remark, atMs: nowMs - agoMs}]}};
}

/** The same log, which has several lines about one meaning. */
const happened = (
	host: NonNullable<FactsParts['host']>,
	count: number,
	agoMs: number,
	id = 'output-buffer',
): NonNullable<FactsParts['host']> => ({
	...host,
	log: host.log && {...host.log, happened: [{id, severity: 'warning', meaning: '', count, atMs: nowMs - agoMs}]},
});

const loggedKill = (agoMs: number): FactsParts => ({host: loggedOf(overLimit, agoMs)});

const closed = (name: string, command: string, omem = 1_066_208) =>
	`Client id=70 addr=10.0.0.9:41000 fd=13 ${name} age=0 idle=0 flags=N db=0 omem=${omem} events=r cmd=${command} user=*redacted* scheduled to be closed ASAP for overcoming of output buffer limits.`;

/** A large reply of COMMANDLOG to catalog-svc. */
const largeReply = (command: string, clientName = 'catalog-svc') => ({
	log: 'large-reply' as const,
	id: 1,
	atMs: nowMs - 2000,
	bytes: 4_005_000,
	arguments: [command, 'catalog:all', '0', '-1'],
	clientAddress: '10.0.0.9:41000',
	clientName,
});

testRule(cliObufKill, [
	['none', counted('client_output_buffer_limit_disconnections', 10), 'clear'],
	[
		'two',
		counted('client_output_buffer_limit_disconnections', 12),
		'warning',
		/^disconnects clients over their buffer limits, 2 since the last sample$/,
	],
	['7.0 does not count them', {info: {stats: {rejected_connections: 0}}}, 'absent'],
	['7.0, and its log says so now', loggedKill(10_000), 'warning', /within the last minute/],
	['7.0, and its log said so before', loggedKill(70_000), 'clear'],
	[
		'the log names the subscriber',
		{
			...counted('client_output_buffer_limit_disconnections', 10),
			host: loggedOf(
				'Client id=7 addr=10.0.0.9:41000 laddr=10.0.1.11:6379 fd=8 name=feed age=2 idle=1 flags=P db=0 omem=2147168 cmd=subscribe user=default scheduled to be closed ASAP for overcoming of output buffer limits.',
			),
		},
		'warning',
		/^disconnects the subscriber feed over its buffer limit, within the last minute$/,
	],
	[
		'the log has several disconnections',
		{
			...counted('client_output_buffer_limit_disconnections', 10),
			host: happened(loggedOf(closed('name=feed', 'subscribe')), 4, 50_000),
		},
		'warning',
		/^disconnects the subscriber feed over its buffer limit, 4 disconnections in 50s$/,
	],
	[
		'the log has one, and several of another kind',
		{
			...counted('client_output_buffer_limit_disconnections', 10),
			host: happened(loggedOf(closed('name=feed', 'subscribe')), 4, 50_000, 'other'),
		},
		'warning',
		/^disconnects the subscriber feed over its buffer limit, within the last minute$/,
	],
	[
		'the log names a replica by its address',
		{
			host: loggedOf(
				'Client id=7 addr=10.0.0.9:41000 laddr=10.0.1.11:6379 fd=8 name= age=2 idle=1 flags=S db=0 cmd=psync user=default scheduled to be closed ASAP for overcoming of output buffer limits.',
			),
		},
		'warning',
		/^disconnects the replica 10\.0\.0\.9:41000 over its buffer limit/,
	],
	[
		'the log names a client that asks for large replies, and CONFIG GET its limit',
		{
			config: {'client-output-buffer-limit': 'normal 4194304 2097152 10 slave 268435456 67108864 60 pubsub 0 0 0'},
			host: loggedOf(
				'Client id=7 addr=10.0.0.9:41000 fd=8 name=export age=2 idle=1 flags=N db=0 omem=5147168 cmd=hgetall user=default scheduled to be closed ASAP for overcoming of output buffer limits.',
			),
		},
		'warning',
		/^disconnects export over its buffer limit, within the last minute: the limit of normal clients is 4\.00M$/,
	],
	[
		'a kind of clients without a limit in the setting',
		{
			config: {'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'},
			host: loggedOf(
				'Client id=7 addr=10.0.0.9:41000 fd=8 name=export age=2 idle=1 flags=N db=0 cmd=hgetall user=default scheduled to be closed ASAP for overcoming of output buffer limits.',
			),
		},
		'warning',
		/^disconnects export over its buffer limit, within the last minute$/,
	],
	[
		'a buffer that stayed between the soft and the hard limit',
		{
			config: {'client-output-buffer-limit': 'normal 4194304 2097152 10 slave 268435456 67108864 60 pubsub 0 0 0'},
			host: loggedOf(closed('name=export', 'hgetall', 3_147_168)),
		},
		'warning',
		/: the limit of normal clients is 2\.00M for 10 s$/,
	],
	[
		'a log that hides names, and nothing else that names the client',
		{host: loggedOf(closed('name=*redacted*', 'lrange'))},
		'warning',
		/^disconnects 10\.0\.0\.9:41000 over its buffer limit, within the last minute$/,
	],
	[
		'a log that hides names, and its large replies',
		{
			config: {'client-output-buffer-limit': 'normal 1048576 524288 5'},
			host: loggedOf(closed('name=*redacted*', 'lrange')),
			record: {
				largeReplies: {
					atMs: nowMs,
					value: {entries: [largeReply('lrange'), largeReply('get', 'other')], lost: 0, perMinute: 2},
				},
			},
		},
		'warning',
		/^disconnects catalog-svc over its buffer limit, LRANGE catalog:all 3\.82M, within the last minute: the limit of normal clients is 1\.00M$/,
	],
	[
		'no log, and large replies over the limit',
		{
			...counted('client_output_buffer_limit_disconnections', 12),
			config: {'client-output-buffer-limit': 'normal 1048576 524288 5'},
			record: {largeReplies: {atMs: nowMs, value: {entries: [largeReply('lrange')], lost: 0, perMinute: 1}}},
		},
		'warning',
		/^disconnects catalog-svc over its buffer limit, LRANGE catalog:all 3\.82M, 2 since the last sample: the limit of normal clients is 1\.00M$/,
	],
	[
		'no log, and large replies below the limit',
		{
			...counted('client_output_buffer_limit_disconnections', 12),
			config: {'client-output-buffer-limit': 'normal 8388608 0 0'},
			record: {largeReplies: {atMs: nowMs, value: {entries: [largeReply('lrange')], lost: 0, perMinute: 1}}},
		},
		'warning',
		/^disconnects clients over their buffer limits, 2 since the last sample$/,
	],
	[
		'a log that hides names, and the slow log',
		{
			host: loggedOf(closed('name=*redacted*', 'lrange')),
			record: {
				slowlog: {
					atMs: nowMs,
					value: {entries: [{...largeReply('lrange'), durationMicroseconds: 20_000}], lost: 0, perMinute: 1},
				},
			},
		},
		'warning',
		/^disconnects catalog-svc over its buffer limit, LRANGE catalog:all, within the last minute$/,
	],
	[
		'a log that hides names, and two senders of the command',
		{
			host: loggedOf(closed('name=*redacted*', 'lrange')),
			record: {clients: {atMs: nowMs, value: ['a', 'b'].map(name => clientOf({id: 7, name, command: 'lrange'}))}},
		},
		'warning',
		/^disconnects 10\.0\.0\.9:41000 over/,
	],
	[
		'a log that hides names, and the only subscribers',
		{
			host: loggedOf(closed('name=*redacted*', 'subscribe')),
			record: {clients: {atMs: nowMs, value: [clientOf({id: 7, name: 'mailer', command: 'subscribe'})]}},
		},
		'warning',
		/^disconnects the subscriber mailer over/,
	],
	['7.0, and its log says nothing', {host: {log: {source: 'log', lines: [], remarks: []}}}, 'clear'],
]);

test('a client over its limit is urgent, and its limit can be taken away', () => {
	const {effect, culprit, next} = firingOf(cliObufKill, {
		config: {'client-output-buffer-limit': 'normal 1048576 524288 5'},
		host: loggedOf(closed('name=export', 'lrange')),
	});
	assert.equal(effect, 'reads-refused');
	assert.deepEqual([culprit?.client?.name, culprit?.command], ['export', 'LRANGE']);
	// The part before the colon stands alone below line 2 of a narrow screen.
	assert.match(messageText(next[0]?.text ?? ''), /^let it ask for parts, or raise its limit: /);
	assert.ok(next.some(({text}) => messageText(text).endsWith('CONFIG SET client-output-buffer-limit "normal 0 0 0"')));
});

/** Three evicted clients, the last of them as the log has it. */
const evicted = (name: string, sizes: string, agoMs = 1000): FactsParts => {
	const line = `Evicting client: id=3 addr=10.0.0.9:41738 ${name} flags=N db=0 ${sizes} events=r cmd=get user=default redir=-1`;
	const remark = {
		id: 'client-evicted',
		severity: 'warning' as const,
		rules: ['cli.evicted'],
		meaning: '',
		line,
		count: 1,
		atMs: nowMs - agoMs,
	};
	return {...counted('evicted_clients', 13), host: {log: {source: 'log', lines: [line], remarks: [remark]}}};
};

testRule(cliEvicted, [
	['none', counted('evicted_clients', 10), 'clear'],
	[
		'some',
		counted('evicted_clients', 13),
		'warning',
		/^disconnects clients to save memory, evicted 3 since the last sample: maxmemory-clients is reached$/,
	],
	[
		'the limit is known, and its unit was forgotten',
		{...counted('evicted_clients', 13), config: {'maxmemory-clients': '512'}},
		'warning',
		/: maxmemory-clients is 512B \(unit missing\?\)$/,
	],
	[
		'the limit is a share',
		{...counted('evicted_clients', 13), config: {'maxmemory-clients': '5%'}},
		'warning',
		/: maxmemory-clients is 5% of maxmemory$/,
	],
	['before 7.0', {}, 'absent'],
	[
		'the log names the client, which does not read its replies (Redis 7.0)',
		{...evicted('name=bi-export', 'qbuf=858 omem=1048600 tot-mem=2114350'), config: {'maxmemory-clients': '2097152'}},
		'warning',
		/^disconnects bi-export to save memory, 2\.02M of unread replies, by GET, evicted 3 since .*: maxmemory-clients is 2.00M$/,
	],
	[
		'the log hides the name, and one client sends that command (Valkey 9.1)',
		{
			...evicted('name=*redacted*', 'qbuf=0 omem=39000468 tot-mem=40021012'),
			record: {
				...evicted('', '').record,
				clients: {atMs: 0, value: [clientOf({id: 9, name: 'bi-export', command: 'get', idleSeconds: 0})]},
			},
		},
		'warning',
		/^disconnects bi-export to save memory, 38\.2M of unread replies/,
	],
	[
		'its requests are large',
		evicted('name=loader', 'qbuf=30000000 argv-mem=5 omem=0 tot-mem=31000000'),
		'warning',
		/^disconnects loader to save memory, 29\.6M of requests, by GET/,
	],
	[
		'the line of the log is old',
		evicted('name=bi-export', 'omem=9 tot-mem=9', 61_000),
		'warning',
		/^disconnects clients to save memory/,
	],
]);

test('cli.evicted: the first step is about what fills the buffers', () => {
	const first = (sizes: string) => messageText(firingOf(cliEvicted, evicted('name=etl', sizes)).next[0]?.text ?? '');
	assert.match(first('qbuf=858 omem=1048600 tot-mem=2114350'), /^let etl read its replies/);
	assert.match(first('qbuf=5000000 omem=0 tot-mem=5114350'), /^let etl send less at once/);
});

const replies = (bytes: number, commands: number, rest: Sections[string] = {}): FactsParts => ({
	info: {stats: {total_net_output_bytes: bytes, total_commands_processed: commands, ...rest}},
	earlier: {
		stats: {
			total_net_output_bytes: 0,
			total_commands_processed: 0,
			...Object.fromEntries(Object.keys(rest).map(name => [name, 0])),
		},
	},
});

const entry = (log: LargeLog, secondsAgo: number, bytes: number, clientName = 'app') => ({
	log,
	bytes,
	id: bytes,
	atMs: nowMs - secondsAgo * 1000,
	arguments: ['HGETALL', 'key'],
	clientAddress: '10.0.0.9:1',
	clientName,
});
const logged = (...entries: ReadonlyArray<ReturnType<typeof entry>>) => ({
	info: {stats: {total_net_output_bytes: 10, total_commands_processed: 1}},
	earlier: {stats: {total_net_output_bytes: 0, total_commands_processed: 0}},
	record: {largeReplies: {atMs: nowMs, value: {entries, lost: 0, perMinute: entries.length}}},
});

/** COMMANDLOG of a server from which a reshard moved large keys, and of the client that copied some before. */
const moving = logged(
	...Array.from({length: 22}, (_, index) => ({
		...entry('large-reply', index, 11 << 20, ''),
		arguments: [index === 0 ? 'DUMP' : 'RESTORE', 'timeline'],
		clientAddress: '10.0.0.9:41000',
	})),
);

/** Many large replies to a client that is idle for so many seconds. */
function sentBefore(idleSeconds: number): FactsParts {
	const {record, ...parts} = logged(
		...Array.from({length: 11}, (_, index) => entry('large-reply', 15 + index, 2 << 20)),
	);
	const client = clientOf({id: 1, name: 'app', address: '10.0.0.9:1', idleSeconds});
	return {...parts, record: {...record, clients: {atMs: nowMs, value: [client]}}};
}

/** GET with this mean duration in microseconds and share of the time of all commands. */
const bigGets = (meanMicroseconds: number, timeShare = 0.9): NonNullable<FactsParts['record']> => ({
	commands: [{command: 'get', calls: 9, callsPerSecond: 25, meanMicroseconds, timeShare, failuresPerSecond: 0}],
	clients: {atMs: 0, value: [clientOf({id: 5, name: 'thumbs', command: 'get'})]},
});

/** Clients of a server that gets GET from all of them: their name, age, size of the reply buffer, and bytes sent a second. */
const getters = (
	rows: ReadonlyArray<readonly [string, number, number | undefined, number?]>,
	timeShare = 0.3,
): NonNullable<FactsParts['record']> => ({
	...bigGets(1900, timeShare),
	clients: {
		atMs: nowMs,
		value: rows.map(([name, ageSeconds, replyBufferBytes, outBytes], id) => {
			const perSecond = outBytes === undefined ? undefined : {inBytes: 9, outBytes, commands: 9};
			return clientOf({id, name, command: 'get', ageSeconds, idleSeconds: 0, replyBufferBytes, perSecond});
		}),
	},
});
const web = ['web', 90, 1024] as const;
const toGet = (record: NonNullable<FactsParts['record']>, stats: Sections[string] = {}): FactsParts => ({
	...replies(10_000_000, 100, stats),
	record,
});

testRule(netBigReply, [
	[
		'large, and one client of several has full reply buffers',
		toGet(getters([web, web, web, ['thumbs', 20, 16_384], ['thumbs', 20, 2048]])),
		'warning',
		/^sends large replies, most to GET from thumbs, 97/,
	],
	[
		'the same, and GET takes most of the time',
		toGet(getters([web, web, web, ['thumbs', 20, 16_384]], 0.9)),
		'warning',
		/^sends large replies, most to GET from thumbs, 97/,
	],
	[
		'two clients have full reply buffers, and GET takes most of the time',
		toGet(getters([web, ['api', 90, 16_384], ['thumbs', 20, 16_384]], 0.9)),
		'warning',
		/^sends large replies, most to GET, 97/,
	],
	[
		'the only client that sends GET now has small reply buffers',
		toGet(getters([web, web], 0.9)),
		'warning',
		/^sends large replies, most to GET, 97/,
	],
	[
		'before 7.0 no buffers are listed',
		toGet(
			getters(
				[
					['web', 90, undefined],
					['thumbs', 20, undefined],
				],
				0.9,
			),
		),
		'warning',
		/^sends large replies, most to GET, 97/,
	],
	[
		'another client has just connected, so that its buffer tells nothing',
		toGet(getters([web, ['job', 1, 16_384], ['thumbs', 20, 16_384]])),
		'warning',
		/^sends large replies, 97/,
	],
	['all have just connected', toGet(getters([['thumbs', 2, 16_384]])), 'warning', /^sends large replies, 97/],
	[
		'clients come and go',
		toGet(getters([web, ['thumbs', 20, 16_384]]), {total_connections_received: 40}),
		'warning',
		/^sends large replies, 97/,
	],
	[
		'the server counts what each client gets',
		toGet(
			getters([
				['web', 90, 16_384, 900],
				['thumbs', 20, 1024, 9_000_000],
			]),
		),
		'warning',
		/^sends large replies, most to GET from thumbs, 97/,
	],
	[
		'the server counts, and two get about as much',
		toGet(
			getters([
				['web', 90, 16_384, 5_000_000],
				['thumbs', 20, 1024, 5_000_000],
			]),
		),
		'warning',
		/^sends large replies, 97/,
	],
]);

test('the step to fetch less fits the command, and a large request has none', () => {
	const stepsOf = (command: string, log: 'large-reply' | 'large-request' = 'large-reply') =>
		firingOf(netBigReply, logged({...entry(log, 3, 3 << 20, 'export-batch'), arguments: [command, 'report:7']}))
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(stepsOf('GET'), /^let export-batch fetch parts of it: GETRANGE$/m);
	assert.match(stepsOf('HGETALL'), /^let export-batch fetch parts of it: HMGET or HSCAN$/m);
	assert.match(stepsOf('SINTER'), /^let export-batch fetch parts of it: HGET, LRANGE, ZRANGE with limits$/m);
	assert.doesNotMatch(stepsOf('SET', 'large-request'), /fetch parts/);
});

test('a large reply leads to its key, if all have the same key', () => {
	const one = logged(entry('large-reply', 3, 3 << 20));
	const {next, culprit, effect} = firingOf(netBigReply, {...replies(10_000_000, 100), record: one.record});
	assert.equal(culprit?.key?.name, 'key');
	assert.equal(culprit?.client?.name, 'app');
	assert.equal(effect, 'slow');
	assert.match(messageText(next[0]?.text ?? ''), /^make key smaller/);
	assert.match(messageText(next[1]?.text ?? ''), /MEMORY USAGE key$/);
	const other = {...entry('large-reply', 5, 2 << 20, 'job'), arguments: ['HGETALL', 'other']};
	const several = firingOf(netBigReply, logged(entry('large-reply', 3, 3 << 20), other));
	assert.deepEqual([several.culprit?.key, several.culprit?.client], [undefined, undefined]);
	assert.match(messageText(several.next[0]?.text ?? ''), /^make keys such as key smaller/);
	assert.match(messageText(firingOf(netBigReply, replies(10_000_000, 100)).next.at(-1)?.text ?? ''), /--bigkeys/);
	const script = {...entry('large-reply', 5, 2 << 20), arguments: ['EVAL', 'return 1', '1', 'key']};
	assert.equal(firingOf(netBigReply, logged(script)).culprit?.key, undefined, 'the first argument is the script');
});

/** Requests of a server whose replies are small. */
const requests = (
	bytes: number,
	count: number,
	command = 'set',
	parts: FactsParts['record'] = {},
	ofPrimary = 900,
): FactsParts => {
	const {info = {}, earlier = {}} = replies(1000, count, {
		total_net_input_bytes: bytes,
		total_net_repl_input_bytes: ofPrimary,
	});
	return {
		info,
		earlier,
		record: {
			commands: [
				{command, calls: 9, callsPerSecond: count, meanMicroseconds: 900, timeShare: 0.9, failuresPerSecond: 0},
			],
			clients: {atMs: nowMs, value: [clientOf({id: 5, name: 'uploader', command, idleSeconds: 0})]},
			...parts,
		},
	};
};
/** The same server, which also answered requests with errors. */
const withErrors = ({info = {}, earlier = {}, ...rest}: FactsParts, errors: number): FactsParts => ({
	...rest,
	info: {...info, stats: {...info.stats, total_error_replies: errors}},
	earlier: {...earlier, stats: {...earlier.stats, total_error_replies: 0}},
});
const running = (command: string, callsPerSecond: number) => ({
	command,
	calls: 9,
	callsPerSecond,
	meanMicroseconds: 9,
	timeShare: 0.1,
	failuresPerSecond: 0,
});

/** A server that gets large messages and sends each to three subscribers. */
function published({
	input = 4_000_000,
	subscribers = 3,
	channels = 0,
	commands = [running('publish', 40)],
	memory = 9,
	messages = 0,
	logged: command = 'PUBLISH',
}: {
	readonly input?: number;
	readonly subscribers?: number;
	readonly channels?: number;
	readonly commands?: readonly CommandRate[];
	readonly memory?: number;
	readonly messages?: number;
	readonly logged?: string;
} = {}): FactsParts {
	const {info, earlier} = replies(12_000_000, 100, {total_net_input_bytes: input, total_net_repl_input_bytes: 0});
	const {record} = logged(
		...Array.from({length: messages}, () => ({
			...entry('large-request', 5, 2 << 20, 'ticker'),
			arguments: [command, 'ticks'],
		})),
	);
	return {
		info: {stats: {...info?.stats, pubsub_channels: channels}, clients: {pubsub_clients: subscribers}},
		earlier: earlier ?? {},
		record: {
			...record,
			commands,
			clients: {
				atMs: nowMs,
				value: [
					clientOf({id: 4, name: 'ticker', command: 'publish', idleSeconds: 0, totalMemoryBytes: memory}),
					clientOf({id: 5, name: 'web', command: 'set', idleSeconds: 0}),
					clientOf({
						id: 6,
						name: 'feed',
						command: 'subscribe',
						flags: subscribers > 0 ? 'P' : 'N',
						totalMemoryBytes: 4e7,
					}),
				],
			},
		},
	};
}

/** Eleven large requests of this address in the log of a replica. */
const onReplica = (clientAddress: string): FactsParts => {
	const {info, earlier, record} = logged(
		...Array.from({length: 11}, (_, index) => ({...entry('large-request', index, 2 << 20, ''), clientAddress})),
	);
	return {
		info: {...info, replication: {role: 'slave', master_host: '10.0.1.10', master_port: 6379}},
		earlier,
		record: {...record, role: 'replica'},
	};
};

/** Clients that wait for this many bytes each. */
const waiting = (size: number, parts: Partial<ClientRow> = {}, number = 4): readonly ClientRow[] =>
	Array.from({length: number}, (_, id) =>
		clientOf({id: 10 + id, name: 'export-batch', outputBufferBytes: size, idleSeconds: 0, ...parts}),
	);

const quick = Array<number>(20).fill(1);
const queue = [...quick, 123, 131, 120];
const lately = [...quick, 45, 95, 60];

/** A server that sends large replies over a line; its main thread is at work for this share of the time. */
const overLine = (clients: readonly ClientRow[], pings: readonly number[] = queue, share = 0.02): FactsParts => ({
	...replies(5_000_000, 30, {eventloop_duration_sum: share * 1_000_000}),
	record: {address: '10.0.1.11:6379', clients: {atMs: nowMs, value: clients}, pings},
});
const reader = clientOf({id: 1, name: 'web'});
const sent = replies(5_000_000, 30, {eventloop_duration_sum: 20_000});
const copied: FactsParts = {
	info: {
		...sent.info,
		replication: {connected_slaves: 1, slave0: 'ip=10.0.1.12,port=6379,state=send_bulk,offset=0,lag=0'},
	},
	earlier: sent.earlier ?? {},
};
const hedged =
	/^sends large replies to export-batch, 4 clients wait for 7\.63M at 4\.77M\/s: the network is full, or they read slowly$/;

testRule(netBigReply, [
	[
		'replies wait for the network',
		overLine([reader, ...waiting(2_000_000)]),
		'critical',
		/^fills its network with replies to export-batch, all clients wait 120 ms, 1\.0 ms at best; GET 4\.77M\/s$/,
	],
	[
		'a replica copies all data over the line',
		{...overLine(waiting(2_000_000)), ...copied},
		'warning',
		/ 4\.77M\/s: a replica copies all data over the same line$/,
	],
	['PINGs come at once', overLine(waiting(2_000_000), queue.slice(0, 20)), 'warning', hedged],
	['the server is far away', overLine(waiting(2_000_000), [120, 122, 121, 130, 125]), 'warning', hedged],
	['most of the last PINGs came at once', overLine(waiting(2_000_000), [...queue, 1, 1, 1]), 'warning', hedged],
	['the main thread is at work', overLine(waiting(2_000_000), queue, 0.6), 'warning', /^sends large replies, 163K/],
	[
		'the server does not tell how long its thread is at work',
		{...overLine(waiting(2_000_000)), ...replies(5_000_000, 30)},
		'warning',
		hedged,
	],
	[
		'the system of the server has all replies, and those of one program wait in the queue of a full link',
		overLine([reader, ...waiting(0, {totals: {inBytes: 1, outBytes: 9_000_000, commands: 9}})], lately),
		'warning',
		/^fills its network with replies to export-batch, all clients wait 45\.0 ms, 1\.0 ms at best; GET 4\.77M\/s$/,
	],
	[
		'the connections of one program have numbers',
		overLine([
			reader,
			...waiting(900_000, {name: 'report-1', command: 'get', replyBufferBytes: 2048}, 1),
			...waiting(300_000, {name: 'report-2', command: 'get', replyBufferBytes: 2048}, 1),
		]),
		'critical',
		/^fills its network with replies to report-1 and 1 more, all clients wait 120 ms/,
	],
	[
		'PINGs are late and replies are small',
		{...overLine([reader]), ...replies(500_000, 3000, {eventloop_duration_sum: 20_000})},
		'clear',
	],
	[
		'one slow reader',
		overLine([reader, ...waiting(20_000_000, {}, 1)], quick),
		'warning',
		/^sends large replies, 163K/,
	],
	[
		'one of three has just got its reply',
		overLine([reader, ...waiting(0, {}, 1), ...waiting(3_000_000, {}, 2)]),
		'critical',
		/^fills its network with replies to export-batch, all clients wait 120 ms/,
	],
	[
		'few commands are answered over the full line',
		{...overLine(waiting(2_000_000), [1, 1, 1]), ...replies(5_000_000, 12)},
		'warning',
		hedged,
	],
	['few commands, and no reply waits', {...overLine([reader]), ...replies(5_000_000, 12)}, 'clear'],
	[
		'one waits now, its reply buffer has shrunk, and the others have small replies',
		overLine(
			[
				clientOf({id: 1, name: 'web', command: 'get', replyBufferBytes: 1024}),
				...waiting(1_500_000, {command: 'get', replyBufferBytes: 2048, ageSeconds: 3}, 1),
			],
			quick,
		),
		'warning',
		/^sends large replies, most to GET from export-batch, 163K/,
	],
	[
		'one waits now, and another has a full reply buffer',
		overLine(
			[
				clientOf({id: 1, name: 'web', command: 'get', replyBufferBytes: 16_384, ageSeconds: 90}),
				...waiting(1_500_000, {command: 'get', replyBufferBytes: 2048}, 1),
			],
			quick,
		),
		'warning',
		/^sends large replies, 163K/,
	],
	['they do not read', overLine(waiting(2_000_000, {idleSeconds: 9}), quick), 'warning', /^sends large replies, 163K/],
	['slow subscribers', overLine(waiting(2_000_000, {flags: 'P'}), quick), 'warning', /^sends large replies, 163K/],
	['slow replicas', overLine(waiting(2_000_000, {flags: 'S'}), quick), 'warning', /^sends large replies, 163K/],
	['a fast line soon sends them', overLine(waiting(900_000), quick), 'warning', /^sends large replies, 163K/],
	['buffers of small replies', overLine(waiting(20_000), quick), 'warning', /^sends large replies, 163K/],
	[
		'several programs wait, most commands are small',
		{
			...overLine([...waiting(2_000_000), ...waiting(2_000_000, {name: 'api', command: 'lrange'})]),
			...replies(5_000_000, 3000, {eventloop_duration_sum: 20_000}),
		},
		'critical',
		/^fills its network with replies, all clients wait 120 ms/,
	],
	[
		'small commands, and nothing shows that it is the network',
		{...overLine(waiting(2_000_000), [1, 1, 1]), ...replies(5_000_000, 3000)},
		'clear',
	],
]);

test('the client whose replies wait for the network is stopped first', () => {
	const {next, culprit, action} = firingOf(netBigReply, overLine(waiting(2_000_000)));
	assert.match(messageText(next[0]?.text ?? ''), /^stop export-batch, or let it ask for less/);
	assert.deepEqual([culprit?.client?.name, culprit?.command, action], ['export-batch', 'GET', 'client-kill']);
	assert.equal(firingOf(netBigReply, overLine(waiting(2_000_000), [1, 1, 1])).action, undefined);
});

testRule(netBigReply, [
	[
		'large requests',
		requests(90_000_000, 100),
		'warning',
		/^receives large requests, most from uploader, 879K on average, 85\.8M\/s$/,
	],
	[
		'large requests of one client, and small writes of another',
		requests(90_000_000, 100, 'set', {
			clients: {
				atMs: nowMs,
				value: [
					clientOf({id: 5, name: 'web', command: 'set', idleSeconds: 0}),
					clientOf({id: 6, name: 'uploader', command: 'set', idleSeconds: 0, totalMemoryBytes: 12_000_000}),
				],
			},
		}),
		'warning',
		/^receives large requests, most from uploader,/,
	],
	[
		'large requests, and no client holds one now',
		requests(90_000_000, 100, 'set', {
			clients: {
				atMs: nowMs,
				value: ['web', 'uploader'].map((name, id) => clientOf({id, name, command: 'set', idleSeconds: 0})),
			},
		}),
		'warning',
		/^receives large requests, 879K/,
	],
	[
		'requests of which most are refused: they do not count as processed',
		withErrors(requests(2_900_000, 21), 82),
		'clear',
	],
	['small requests', requests(900_000, 100), 'clear'],
	['few large requests', requests(90_000_000, 8), 'clear'],
	['keys that move to the node', requests(90_000_000, 100, 'restore'), 'clear'],
	['what its primary sends', requests(90_000_000, 100, 'set', {role: 'replica'}, 89_990_000), 'clear'],
	['what clients of a replica send', requests(90_000_000, 100, 'set', {role: 'replica'}), 'warning'],
	['small', replies(100_000, 100), 'clear'],
	['large', replies(10_000_000, 100), 'warning', /^sends large replies, 97\.7K on average, 9\.54M\/s$/],
	[
		'large, most to one command and one client',
		{...replies(10_000_000, 100), record: bigGets(1900)},
		'warning',
		/^sends large replies, most to GET from thumbs, 97\.7K on average, 9\.54M\/s$/,
	],
	[
		'large, and no command takes most of the time',
		{...replies(10_000_000, 100), record: bigGets(1900, 0.3)},
		'warning',
		/^sends large replies, 97\.7K on average/,
	],
	[
		'large, and the most frequent command is quick',
		{...replies(10_000_000, 100), record: bigGets(5)},
		'warning',
		/replies, 97/,
	],
	['large, but only two', replies(10_000_000, 2), 'clear'],
	['large messages for subscribers', published(), 'clear'],
	['the same, and COMMANDLOG has the messages as requests', published({messages: 8}), 'info', /^has large requests or/],
	['the same, many', published({messages: 12, logged: 'PUBLISH'}), 'info', /^has large requests or replies, PUBLISH/],
	['many large writes', published({messages: 12, logged: 'SET'}), 'warning', /^has large requests or replies, SET/],
	['the same, and commandstats was not read', published({commands: []}), 'clear'],
	['the same, and INFO counts no subscribers', published({subscribers: 0, channels: 3}), 'clear'],
	[
		'one subscriber for messages of a third of the output',
		published({subscribers: 1}),
		'warning',
		/^sends large replies/,
	],
	['nobody subscribes', published({subscribers: 0}), 'warning', /^sends large replies/],
	['subscribers, and nobody publishes', published({commands: [running('get', 5)]}), 'warning', /^sends large replies/],
	[
		'subscribers, and a reading command that takes the time',
		published({commands: [running('publish', 5), ...(bigGets(1900).commands ?? [])]}),
		'warning',
		/^sends large replies, most to GET/,
	],
	[
		'messages that are large requests',
		published({input: 8_000_000}),
		'info',
		/^receives large messages, most from ticker, 78\.1K/,
	],
	[
		'messages that are large requests, and small writes of others',
		published({input: 8_000_000, commands: [running('publish', 5), running('set', 5)], memory: 120_000}),
		'info',
		/^receives large messages, most from ticker,/,
	],
	[
		'large writes, and small messages of others',
		published({input: 8_000_000, commands: [running('publish', 5), running('set', 5)]}),
		'warning',
		/^receives large requests, most from web,/,
	],
	['data for replicas does not count', replies(10_000_000, 100, {total_net_repl_output_bytes: 9_900_000}), 'clear'],
	['not printed', {}, 'absent'],
	['COMMANDLOG is empty', logged(), 'clear'],
	[
		'a large one',
		logged(entry('large-reply', 5, 3 << 20)),
		'info',
		/^has large requests or replies, HGETALL key from app, 1 in the last minute, up to 3\.0+M$/,
	],
	['one long ago', logged(entry('large-reply', 90, 3 << 20)), 'clear'],
	['what its primary sent', onReplica('10.0.1.10:6379'), 'clear'],
	[
		'what a client sent to a replica',
		onReplica('10.0.1.10:43122'),
		'warning',
		/^has large requests or replies, HGETALL/,
	],
	['redis-top’s own', logged(entry('large-reply', 5, 3 << 20, 'redis-top')), 'clear'],
	[
		'many',
		logged(...Array.from({length: 11}, (_, index) => entry('large-reply', index, 2 << 20))),
		'warning',
		/^has large requests or replies, HGETALL key from app, 11 in/,
	],
	['many, of a reshard', moving, 'info', /^has large requests or replies, DUMP timeline from 10\.0\.0\.9:41000, 22 in/],
	['many, and their client is idle since', sentBefore(12), 'info', /^has large requests or replies, HGETALL/],
	['many, and their client goes on', sentBefore(1), 'warning', /^has large requests or replies, HGETALL/],
	[
		'many, to several clients',
		logged(...Array.from({length: 11}, (_, index) => entry('large-reply', index, 2 << 20, `app-${index}`))),
		'warning',
		/^has large requests or replies, HGETALL key, 11 in/,
	],
	[
		'large, and COMMANDLOG names the key and the client',
		{
			...replies(10_000_000, 100),
			record: logged(entry('large-reply', 3, 3 << 20), entry('large-request', 9, 4 << 20)).record,
		},
		'warning',
		/^sends large replies to app, HGETALL key 3\.0+M, 9\.54M\/s$/,
	],
	[
		'large, and COMMANDLOG has only the request that wrote it',
		{...replies(10_000_000, 100), record: logged(entry('large-request', 9, 4 << 20)).record},
		'warning',
		/^sends large replies, 97\.7K on average/,
	],
	...(
		[
			[
				'two entries of the slow log name the key',
				['cfg', 'cfg'],
				/^sends large replies, most to GET cfg from thumbs, 97\.7K/,
			],
			['one entry of the slow log is of any key', ['cfg'], /^sends large replies, most to GET from thumbs, 97\.7K/],
			['two entries of the slow log differ', ['cfg', 'img'], /^sends large replies, most to GET from thumbs, 97\.7K/],
		] as const
	).map(
		([name, keys, text]) =>
			[
				`large, ${name}`,
				{
					...replies(10_000_000, 100),
					record: {
						...bigGets(1900),
						slowlog: {
							atMs: nowMs,
							value: {
								entries: keys.map((key, id) => ({
									...entry('large-reply', 3, 1),
									id,
									arguments: ['GET', key],
									durationMicroseconds: 9,
								})),
								lost: 0,
								perMinute: keys.length,
							},
						},
					},
				},
				'warning',
				text,
			] as const,
	),
]);

test('large replies of one command and one size stand in the evidence once, with their number', () => {
	const same = Array.from({length: 4}, () => entry('large-reply', 3, 3 << 20));
	const {evidence} = firingOf(netBigReply, logged(...same, entry('large-reply', 5, 2 << 20)));
	assert.deepEqual(
		evidence.map(({name, value}) => [name, value]),
		[
			['large reply of HGETALL, 4 of', 3 << 20],
			['large reply of HGETALL', 2 << 20],
		],
	);
});
