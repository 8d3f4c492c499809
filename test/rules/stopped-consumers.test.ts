import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate} from '../../source/derive/command-rates.js';
import {messageText} from '../../source/domain/message.js';
import {memOom} from '../../source/rules/memory-eviction.js';
import {memMax} from '../../source/rules/memory-limit.js';
import {keyUndrained, keyUntrimmed} from '../../source/rules/undrained.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const calls = (command: string, total: number, callsPerSecond = 0, failuresPerSecond = 0): CommandRate => ({
	command,
	calls: total,
	callsPerSecond,
	meanMicroseconds: 3,
	timeShare: 0.1,
	failuresPerSecond,
});

const megabytes = (used: number, limit: number) => ({
	memory: {used_memory: used * 2 ** 20, maxmemory: limit * 2 ** 20, maxmemory_policy: 'noeviction'},
});
const server = {server: {uptime_in_seconds: 100}};
const producer = clientOf({id: 5, name: 'mail-web', command: 'lpush'});
const commands = (...list: readonly CommandRate[]): NonNullable<FactsParts['record']> => ({
	commands: list,
	clients: {atMs: 0, value: [producer, clientOf({id: 6, name: 'web', command: 'get'})]},
});

/** A full server whose clients send these commands. */
const full = (...list: readonly CommandRate[]): FactsParts => ({
	info: {...megabytes(64, 64), ...server, errorstats: {errorstat_OOM: 'count=60'}},
	earlier: {errorstats: {errorstat_OOM: 'count=0'}},
	record: commands(...list),
});

/** The same with one more client. */
const beside = (parts: FactsParts, name: string, command: string): FactsParts => ({
	...parts,
	record: {...parts.record, clients: {atMs: 0, value: [producer, clientOf({id: 7, name, command})]}},
});

const refusedPush = calls('lpush', 1700, 0, 60);
const most = /^refuses writes \(OOM\), most writes are LPUSH from mail-web: the policy is noeviction$/;

testRule(memOom, [
	[
		'the consumers are gone, and the producers go on',
		full(refusedPush, calls('brpop', 1000), calls('get', 900, 20)),
		'critical',
		/^refuses writes \(OOM\), LPUSH from mail-web goes on: BRPOP stopped$/,
	],
	[
		'consumers that ask now and then are gone',
		full(refusedPush, calls('rpop', 1000)),
		'critical',
		/, LPUSH from mail-web goes on: no RPOP now$/,
	],
	['consumers run', full(refusedPush, calls('brpop', 1000, 40)), 'critical', most],
	[
		'consumers run with another command',
		full(refusedPush, calls('brpop', 1000), calls('lmpop', 9, 3)),
		'critical',
		most,
	],
	[
		'a full server refuses the command of the consumers',
		full(refusedPush, calls('blmove', 1000, 0, 3)),
		'critical',
		most,
	],
	['a script may take entries', full(refusedPush, calls('brpop', 1000), calls('evalsha', 90, 2)), 'critical', most],
	[
		'a consumer waits: the queue is empty',
		beside(full(refusedPush, calls('brpop', 1000)), 'mail-worker', 'brpop'),
		'critical',
		most,
	],
	[
		'consumers take one entry at a time, fewer than are pushed',
		full(calls('lpush', 1700, 20, 100), calls('brpop', 1000, 20)),
		'critical',
		/^refuses writes \(OOM\), LPUSH from mail-web goes on: BRPOP takes only 20\/s$/,
	],
	['consumers take nearly all', full(refusedPush, calls('brpop', 1000, 50)), 'critical', most],
	['a command may take several entries', full(refusedPush, calls('lpop', 1000, 20)), 'critical', most],
	[
		'entries are deleted as well',
		full(refusedPush, calls('brpop', 1000, 20), calls('unlink', 1000, 1)),
		'critical',
		most,
	],
	[
		'a consumer waits, although others take entries: a list is empty',
		{
			...full(refusedPush, calls('brpop', 1000, 20)),
			record: {
				...commands(refusedPush, calls('brpop', 1000, 20)),
				clients: {atMs: 0, value: [producer, clientOf({id: 7, name: 'mail-worker', command: 'brpop', flags: 'b'})]},
			},
		},
		'critical',
		most,
	],
	['few are pushed', full(calls('lpush', 1700, 0, 6), calls('brpop', 1000, 1)), 'critical', most],
	['consumers came rarely', full(refusedPush, calls('brpop', 300)), 'critical', most],
	['consumers never came', full(refusedPush), 'critical', most],
	[
		'most writes go elsewhere',
		full(refusedPush, calls('brpop', 1000), calls('set', 90_000, 0, 900)),
		'critical',
		/^refuses writes \(OOM\): the policy is noeviction$/,
	],
	[
		'nobody removes the entries of a stream any more',
		beside(full(calls('xadd', 1700, 0, 60), calls('xdel', 1000)), 'ingest', 'xadd'),
		'critical',
		/, XADD from ingest goes on: no XDEL now$/,
	],
	[
		'a stream that its producer limits',
		beside(full(calls('xadd', 1700, 0, 60), calls('xreadgroup', 1000)), 'ingest', 'xadd'),
		'critical',
		/, most writes are XADD from ingest:/,
	],
	[
		'nobody takes the members of a sorted set any more',
		beside(full(calls('zadd', 1700, 0, 60), calls('bzpopmin', 1000)), 'planner', 'zadd'),
		'critical',
		/, ZADD from planner goes on: BZPOPMIN stopped$/,
	],
]);

test('the first step starts the consumers, and no larger limit is offered by key', () => {
	const {next, action, culprit} = firingOf(memOom, full(refusedPush, calls('brpop', 1000)));
	assert.equal(
		messageText(next[0]?.text ?? ''),
		'start the consumers of the queue: BRPOP ran until now, and no client runs it',
	);
	assert.deepEqual([action, culprit], [undefined, undefined]);
});

test('consumers whose command a full server refuses need room first', () => {
	const {next} = firingOf(memOom, full(refusedPush, calls('blmove', 1000)));
	assert.match(messageText(next[0]?.text ?? ''), /^raise maxmemory first: a full server refuses BLMOVE/);
});

/** Memory that grows by two megabytes a second, before the server refuses writes. */
const growing = (limit: number, used: number, ...list: readonly CommandRate[]): FactsParts => ({
	info: {...megabytes(used, limit), ...server},
	earlier: megabytes(used - 2, limit),
	record: commands(...list),
});
const pushes = calls('lpush', 1700, 60);

testRule(keyUndrained, [
	[
		'the consumers are gone, before memory is full',
		growing(400, 100, pushes, calls('brpop', 1000)),
		'warning',
		/^gets list entries from mail-web that nobody takes, full in 2m30s: BRPOP stopped$/,
	],
	['consumers never came', growing(400, 100, pushes), 'warning', /that nobody takes, full in 2m30s$/],
]);

testRule(keyUntrimmed, [
	[
		'nobody removes entries any more, before memory is full',
		growing(400, 100, calls('xadd', 1700, 60), calls('xtrim', 1000)),
		'warning',
		/ that nobody trims, full in 2m30s: no XTRIM now$/,
	],
]);

testRule(memMax, [
	[
		'memory fills up because the consumers are gone',
		growing(100, 95, pushes, calls('brpop', 1000)),
		'critical',
		/: BRPOP stopped, most writes are LPUSH from mail-web$/,
	],
	[
		'memory fills up, and consumers run',
		growing(100, 95, pushes, calls('brpop', 1000, 50)),
		'critical',
		/: most writes are LPUSH/,
	],
	[
		'memory fills up, and consumers take far fewer entries',
		growing(100, 95, pushes, calls('brpop', 1000, 9)),
		'critical',
		/: BRPOP takes only 9\.0\/s, most writes are LPUSH/,
	],
]);

test('the step about slow consumers is to start more of them, and no larger limit', () => {
	const finding = firingOf(memOom, full(calls('lpush', 1700, 20, 100), calls('brpop', 1000, 20)));
	assert.match(
		messageText(finding.next[0]?.text ?? ''),
		/^start more consumers of the queue, or slow its producers down/,
	);
	assert.equal(finding.action, undefined);
});
