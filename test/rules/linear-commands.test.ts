import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate} from '../../source/derive/command-rates.js';
import {message, messageText} from '../../source/domain/message.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {latOnCmds} from '../../source/rules/linear-commands.js';
import {linearSteps} from '../../source/rules/linear-remedies.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const command = (parts: Partial<CommandRate> & {readonly command: string}): FactsParts => ({
	record: {
		commands: [
			{calls: 100, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0.5, failuresPerSecond: 0, ...parts},
		],
	},
});

/** A slow log in which LREM and ZUNION ran five seconds ago on these keys. */
const logged = (...keys: readonly string[]) => ({
	atMs: nowMs,
	value: {
		entries: keys.flatMap((key, id): SlowlogEntry[] =>
			['lrem', 'ZUNION'].map(name => ({
				id,
				atMs: nowMs - 5000,
				arguments: [name, key, '1'],
				clientAddress: undefined,
				clientName: 'worker',
				durationMicroseconds: 15_000,
			})),
		),
		lost: 0,
		perMinute: keys.length,
	},
});

/** A slow log with these commands and the addresses and names of their clients, the oldest first. */
const loggedBy = (...rows: ReadonlyArray<readonly [command: string, address: string, name: string]>) => ({
	atMs: nowMs,
	value: {
		entries: rows
			.map(
				([name, clientAddress, clientName], id): SlowlogEntry => ({
					id,
					atMs: nowMs - 5000,
					arguments: [name, 'tag:*'],
					clientAddress,
					clientName,
					durationMicroseconds: 15_000,
				}),
			)
			.toReversed(),
		lost: 0,
		perMinute: rows.length,
	},
});
const keysNow = command({command: 'keys', callsPerSecond: 2, meanMicroseconds: 58_000}).record;

/** KEYS of 12 ms runs now, and scripts do; the slow log has these commands. */
const unlogged = (...rows: ReadonlyArray<readonly [command: string, address: string, name: string]>): FactsParts => ({
	config: {'slowlog-log-slower-than': '10000'},
	record: {
		commands: [
			...(command({command: 'keys', callsPerSecond: 2, meanMicroseconds: 12_000}).record?.commands ?? []),
			...(command({command: 'eval', callsPerSecond: 2, meanMicroseconds: 13_000}).record?.commands ?? []),
		],
		slowlog: loggedBy(...rows),
	},
});

testRule(latOnCmds, [
	[
		'KEYS in a script',
		{record: {...keysNow, slowlog: loggedBy(['KEYS', '?:0', ''], ['EVAL', '10.0.0.9:1', 'magento'])}},
		'warning',
		/^runs KEYS 2\.0\/s in EVAL from magento, 58\.0 ms each, on tag:\*$/,
	],
	[
		'KEYS in a script of a client without a name',
		{record: {...keysNow, slowlog: loggedBy(['KEYS', '?:0', ''], ['DEL', '?:0', ''], ['FCALL', '10.0.0.9:1', ''])}},
		'warning',
		/^runs KEYS 2\.0\/s in FCALL from 10\.0\.0\.9:1, /,
	],
	[
		'KEYS of a client that is gone, beside a slow script',
		{record: {...keysNow, slowlog: loggedBy(['KEYS', '10.0.0.8:1', 'cron'], ['EVAL', '10.0.0.9:1', 'magento'])}},
		'warning',
		/^runs KEYS 2\.0\/s from cron, 58\.0 ms each, on tag:\*$/,
	],
	[
		'the script of KEYS has not ended yet',
		{record: {...keysNow, slowlog: loggedBy(['EVAL', '10.0.0.9:1', 'magento'], ['KEYS', '?:0', ''])}},
		'warning',
		/^runs KEYS 2\.0\/s, 58\.0 ms each, on tag:\*$/,
	],
	[
		'KEYS in a script, which the log has in its place',
		unlogged(['EVAL', '10.0.0.9:1', 'cms-purge'], ['EVAL', '10.0.0.9:7', 'cms-purge']),
		'warning',
		/^runs KEYS 2\.0\/s in EVAL from cms-purge, 12\.0 ms each$/,
	],
	[
		'KEYS in a script, and two clients run scripts',
		unlogged(['EVAL', '10.0.0.9:1', 'cms-purge'], ['EVAL', '10.0.0.8:1', 'cart']),
		'warning',
		/^runs KEYS 2\.0\/s, 12\.0 ms each$/,
	],
	[
		'KEYS that is too short for the log, beside a script',
		{...unlogged(['EVAL', '10.0.0.9:1', 'cms-purge']), config: {'slowlog-log-slower-than': '20000'}},
		'warning',
		/^runs KEYS 2\.0\/s, 12\.0 ms each$/,
	],
	['KEYS ran, but does not run now', command({command: 'keys'}), 'clear'],
	[
		'KEYS now',
		command({command: 'keys', callsPerSecond: 1, meanMicroseconds: 40}),
		'warning',
		/^runs KEYS 1.*, 40.* each$/,
	],
	[
		'KEYS, by clients of one name',
		{
			record: {
				...command({command: 'keys', callsPerSecond: 1, meanMicroseconds: 40}).record,
				clients: {
					atMs: 0,
					value: [
						clientOf({id: 7, name: 'cron-report', command: 'keys'}),
						clientOf({id: 8, name: 'redis-top', command: 'keys'}),
						clientOf({id: 9, name: 'cron-report', command: 'keys'}),
					],
				},
			},
		},
		'warning',
		/^runs KEYS 1\S* from cron-report, /,
	],
	['HGETALL of small hashes', command({command: 'hgetall', callsPerSecond: 900, meanMicroseconds: 8}), 'clear'],
	['HGETALL of large ones', command({command: 'hgetall', callsPerSecond: 9, meanMicroseconds: 1100}), 'warning'],
	['LREM of short lists', command({command: 'lrem', callsPerSecond: 900, meanMicroseconds: 1100}), 'clear'],
	[
		'LREM of long ones, whose key the slow log names',
		{
			record: {
				...command({command: 'lrem', callsPerSecond: 8, meanMicroseconds: 15_000}).record,
				slowlog: logged('queue:default'),
			},
		},
		'warning',
		/^runs LREM 8\.0\/s from worker, 15\.0 ms each, on queue:default$/,
	],
	[
		'of several keys none is named',
		{
			record: {
				...command({command: 'lrem', callsPerSecond: 8, meanMicroseconds: 15_000}).record,
				slowlog: logged('a', 'b'),
			},
		},
		'warning',
		/, 15\.0 ms each$/,
	],
	[
		'a command without a key in front names none',
		{
			record: {
				...command({command: 'zunion', callsPerSecond: 8, meanMicroseconds: 15_000}).record,
				slowlog: logged('2'),
			},
		},
		'warning',
		/, 15\.0 ms each$/,
	],
	['no command statistics', {}, 'pending'],
]);

test('a slow command of O(N) is named', () => {
	const evaluation = latOnCmds.evaluate(factsOf(command({command: 'keys', callsPerSecond: 1})), 0);
	assert.equal(evaluation.kind, 'fires');
	assert.equal(evaluation.effect, 'slow');
	assert.deepEqual(evaluation.culprit, {command: 'KEYS'});
});

/** The steps of the finding about a command that these clients have as their last one. */
function stepsOf(name: string, ...clients: readonly string[]): readonly string[] {
	const value = clients.map((client, id) => clientOf({id, name: client, command: name}));
	const facts = command({command: name, callsPerSecond: 2, meanMicroseconds: 58_000});
	return firingOf(latOnCmds, {record: {...facts.record, clients: {atMs: 0, value}}}).next.map(({text}) =>
		messageText(text),
	);
}

test('the steps say what to send in place of the command, and look for no client that is named', () => {
	assert.deepEqual(stepsOf('keys', 'nightly'), [
		'send SCAN in place of KEYS: it returns the keys in parts',
		'until then, stop nightly',
	]);
	assert.deepEqual(stepsOf('hgetall', 'nightly'), ['use HSCAN in its place; or keep collections small']);
	assert.deepEqual(stepsOf('smembers', 'api-1', 'api-2'), [
		'use SSCAN in its place; or keep collections small',
		'find the clients: panel 4, by last command',
	]);
});

test('the slow log names the client whose connections have another last command', () => {
	const facts = command({command: 'zrangebyscore', callsPerSecond: 3, meanMicroseconds: 190_000});
	const clients = {atMs: 0, value: [clientOf({id: 1, name: 'delay-poller', command: 'ping'})]};
	const textOf = (slowlog: ReturnType<typeof loggedBy>) => {
		const {problem, culprit} = firingOf(latOnCmds, {record: {...facts.record, clients, slowlog}});
		return [messageText(problem), culprit?.client && messageText(message`${culprit.client}`)];
	};

	const named = loggedBy(['ZRANGEBYSCORE', '10.0.0.9:1', 'delay-poller']);
	assert.deepEqual(textOf(named), ['runs ZRANGEBYSCORE 3.0/s from delay-poller', 'delay-poller']);
	const unnamed = loggedBy(['ZRANGEBYSCORE', '10.0.0.9:1', '']);
	assert.deepEqual(textOf(unnamed), ['runs ZRANGEBYSCORE 3.0/s from 10.0.0.9:1', '10.0.0.9:1']);
	assert.deepEqual(textOf(loggedBy(['ZRANGEBYSCORE', '?:0', ''])), ['runs ZRANGEBYSCORE 3.0/s', undefined]);
});

test('a command within a script is taken out of the script before it is replaced', () => {
	for (const [name, address, client] of [
		['EVAL', '10.0.0.9:1', 'magento'],
		['FCALL', '10.0.0.9:1', ''],
	] as const) {
		const steps = firingOf(latOnCmds, {
			record: {...keysNow, slowlog: loggedBy(['KEYS', '?:0', ''], [name, address, client])},
		}).next.map(({text}) => messageText(text));
		assert.match(steps[0] ?? '', /^take KEYS out of the script, which /);
		assert.match(steps[1] ?? '', /^send SCAN in place of KEYS/);
		assert.doesNotMatch(steps.join(' '), /by last command/);
	}

	const alone = firingOf(latOnCmds, {record: {...keysNow}}).next.map(({text}) => messageText(text));
	assert.doesNotMatch(alone.join(' '), /out of the script/);
});

test('a list that is walked through is replaced, and its length is asked for where its key is known', () => {
	const steps = (key: string, keyspace: Record<string, string>) =>
		firingOf(latOnCmds, {
			record: {
				...command({command: 'lrem', callsPerSecond: 8, meanMicroseconds: 15_000}).record,
				slowlog: logged(key),
			},
			info: {keyspace},
		}).next.map(({text}) => messageText(text));
	const [first = '', size, senders] = steps("it's", {db2: 'keys=4,expires=0,avg_ttl=0'});
	assert.match(first, /^use a set or sorted set in place of the list: /);
	assert.match(size ?? '', /^redis-cli \S+ \S+ \S+ \S+ -n 2 LLEN 'it'\\''s'$/);
	assert.equal(senders, undefined, 'the client is named');
	const withoutSize = [
		steps('queue', {db0: 'keys=4,expires=0,avg_ttl=0', db1: 'keys=1,expires=0,avg_ttl=0'}),
		steps('queue... (300 more bytes)', {db0: 'keys=4,expires=0,avg_ttl=0'}),
		steps('queue', {}),
	];
	assert.ok(withoutSize.every(each => each.length === 1 && !each.join(' ').includes('LLEN')));
});

test('each slow command of O(N) has a step of its own, whose first clause fits a narrow screen', () => {
	const names = [
		...['lrem', 'lpos', 'linsert', 'lindex', 'lset', 'lrange', 'sort', 'sort_ro', 'hgetall', 'smembers', 'zrange'],
		...['sinter', 'sunion', 'sdiff', 'sinterstore', 'zunionstore', 'sintercard', 'pfcount', 'pfmerge', 'bitop'],
		...['bitcount', 'zrangebyscore', 'zremrangebyrank', 'zrangestore', 'xrange', 'geosearch', 'exec', 'keys'],
	];
	const firsts = names.map(name => linearSteps([name], factsOf({}))?.[0]?.text ?? '');
	for (const text of firsts) {
		const [clause = ''] = messageText(text).split(/: |; /);
		assert.match(clause, /^(?:ask|give|keep|remove|search|send|store|use) /);
		assert.ok(clause.length <= 46, clause);
	}

	assert.equal(linearSteps(['hget', 'a', 'b'], factsOf({})), undefined);
});

test('a replica is not asked to run a command that writes', () => {
	for (const name of ['sinterstore', 'sunionstore', 'zunionstore', 'pfmerge', 'bitop', 'zrangestore', 'sort']) {
		const steps = linearSteps([name], factsOf({})) ?? [];
		assert.ok(steps.length > 0 && !steps.some(({text}) => messageText(text).includes('replica')), name);
	}
});

const exec = (meanMs: number, heavy = 'exec', agoMs = 2000): FactsParts => {
	const {record = {}} = command({command: 'exec', callsPerSecond: 1, meanMicroseconds: meanMs * 1000});
	const clients = {atMs: nowMs, value: [clientOf({id: 1, name: 'import', command: 'exec'})]};
	return {
		record: {...record, clients},
		watch: {heavyCommand: heavy === '' ? undefined : {command: heavy, ownMs: meanMs, atMs: nowMs - agoMs}},
	};
};
testRule(latOnCmds, [
	['transactions that take long', exec(300), 'warning', /^runs EXEC 1\.0?0?\/s from import, 300 ms each$/],
	['transactions that take little', exec(60), 'clear'],
	['the thread did not run for that long', exec(300, ''), 'clear'],
	['the thread ran for another command', exec(300, 'sort'), 'clear'],
	['the thread ran for transactions a minute ago', exec(300, 'exec', 60_000), 'clear'],
]);

test('a long transaction is made shorter', () => {
	assert.match(
		messageText(firingOf(latOnCmds, exec(300)).next[0]?.text ?? ''),
		/^send fewer commands in a transaction/,
	);
});

test('an offset is walked through: the step for ranges by score pages from the last entry', () => {
	const [step] = linearSteps(['zrangebyscore'], factsOf({})) ?? [];
	assert.match(messageText(step?.text ?? ''), /^ask from the last entry seen on/);
});
