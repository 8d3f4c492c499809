import type {CommandRate} from '../../source/derive/command-rates.js';
import {keyUndrained, keyUntrimmed} from '../../source/rules/undrained.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const calls = (command: string, callsPerSecond: number | undefined): CommandRate => ({
	command,
	calls: 100_000,
	callsPerSecond,
	meanMicroseconds: 3,
	timeShare: 0.1,
	failuresPerSecond: 0,
});

/** The same with the largest memory so far, in megabytes. */
const taken = (parts: FactsParts, peak: number): FactsParts => ({
	...parts,
	info: {...parts.info, memory: {...parts.info?.memory, used_memory_peak: peak * 2 ** 20}},
});

/** Megabytes of maxmemory, used, and used a second ago, with the commands of that second. */
const queue = (limit: number, used: number, before: number, ...commands: readonly CommandRate[]): FactsParts => ({
	info: {memory: {maxmemory: limit * 2 ** 20, used_memory: used * 2 ** 20}},
	earlier: {memory: {maxmemory: limit * 2 ** 20, used_memory: before * 2 ** 20}},
	record: {
		commands,
		clients: {atMs: 0, value: [clientOf({id: 5, name: 'shop-web', command: 'rpush'})]},
	},
});

testRule(keyUndrained, [
	[
		'producers push, and the workers are gone',
		queue(400, 100, 98, calls('rpush', 2000), calls('get', 50)),
		'warning',
		/^gets list entries from shop-web that nobody takes, full in 2m30s$/,
	],
	['the workers take entries', queue(400, 100, 98, calls('rpush', 2000), calls('blpop', 20)), 'clear'],
	['a worker takes them by a script', queue(400, 100, 98, calls('rpush', 2000), calls('evalsha', 20)), 'clear'],
	['the lists are trimmed', queue(400, 100, 98, calls('lpush', 2000), calls('ltrim', 2000)), 'clear'],
	[
		'consumers came earlier, and memory was larger then',
		taken(queue(1000, 100, 98, calls('rpush', 2000), calls('lpop', 0)), 300),
		'info',
		/that nobody takes, full in 7m30s$/,
	],
	[
		'consumers came earlier, and have not come for longer than two minutes',
		{...taken(queue(1000, 100, 98, calls('rpush', 2000), calls('lpop', 0)), 300), heldSeconds: 121},
		'warning',
	],
	[
		'consumers came earlier, and memory was never so large',
		taken(queue(1000, 100, 98, calls('rpush', 2000), calls('lpop', 0)), 100),
		'warning',
	],
	[
		'consumers came earlier, and memory is full in a few minutes',
		taken(queue(400, 100, 98, calls('rpush', 2000), calls('lpop', 0)), 300),
		'warning',
	],
	['memory does not grow', queue(400, 100, 100, calls('rpush', 2000)), 'clear'],
	['memory grows slowly', queue(400, 100, 99.9, calls('rpush', 20)), 'clear'],
	['memory grows for another reason', queue(400, 100, 98, calls('set', 2000)), 'clear'],
	['no limit, and the memory of the machine is not known', queue(0, 100, 98, calls('rpush', 2000)), 'clear'],
	['commandstats was read once', queue(400, 100, 98, calls('rpush', undefined)), 'pending'],
]);

/** The same with a client that adds stream entries. */
const stream = (limit: number, used: number, before: number, ...commands: readonly CommandRate[]): FactsParts => {
	const parts = queue(limit, used, before, ...commands);
	const clients = {atMs: 0, value: [clientOf({id: 5, name: 'tracker', command: 'xadd'})]};
	return {...parts, record: {...parts.record, clients}};
};

testRule(keyUntrimmed, [
	[
		'consumers read and acknowledge, and nobody trims',
		stream(400, 100, 98, calls('xadd', 400), calls('xreadgroup', 5), calls('xack', 400)),
		'warning',
		/^gets stream entries from tracker that nobody trims, full in 2m30s$/,
	],
	['it is trimmed', stream(400, 100, 98, calls('xadd', 400), calls('xtrim', 1)), 'clear'],
	['a script may trim it', stream(400, 100, 98, calls('xadd', 400), calls('evalsha', 1)), 'clear'],
	['memory does not grow: XADD has MAXLEN', stream(400, 100, 100, calls('xadd', 400)), 'clear'],
	['memory is full in an hour', stream(4000, 100, 99, calls('xadd', 400)), 'clear'],
	['other writes are more', stream(400, 100, 98, calls('xadd', 400), calls('set', 2000)), 'clear'],
	['few entries', stream(400, 100, 98, calls('xadd', 4)), 'clear'],
	['no limit, and the memory of the machine is not known', stream(0, 100, 98, calls('xadd', 400)), 'clear'],
	['commandstats was read once', stream(400, 100, 98, calls('xadd', undefined)), 'pending'],
]);

/** A queue of jobs with a time, on a server that has run for an hour. */
const delayed = (...commands: readonly CommandRate[]): FactsParts => {
	const parts = queue(400, 100, 98, ...commands);
	return {
		...parts,
		info: {...parts.info, server: {uptime_in_seconds: 3600}},
		record: {...parts.record, clients: {atMs: 0, value: [clientOf({id: 5, name: 'scheduler', command: 'zadd'})]}},
	};
};

const zpopmin = calls('zpopmin', 0);
testRule(keyUndrained, [
	[
		'a sorted set whose consumers took entries until now',
		delayed(calls('zadd', 80), zpopmin),
		'warning',
		/^gets sorted set entries from scheduler that nobody takes, full in 2m30s: no ZPOPMIN now$/,
	],
	['its consumers go on', delayed(calls('zadd', 80), calls('zpopmin', 40)), 'clear'],
	['a sorted set of data, from which nobody ever took', delayed(calls('zadd', 80)), 'clear'],
	['consumers that ran rarely', delayed(calls('zadd', 80), {...zpopmin, calls: 60}), 'clear'],
	['few entries', delayed(calls('zadd', 4), zpopmin), 'clear'],
	['other writes are more', delayed(calls('zadd', 80), calls('set', 90), zpopmin), 'clear'],
	['a script may take them', delayed(calls('zadd', 80), calls('evalsha', 1), zpopmin), 'clear'],
	[
		'a set whose consumers took entries until now',
		delayed(calls('sadd', 80), calls('spop', 0)),
		'warning',
		/^gets set entries that nobody takes, full in 2m30s: no SPOP now$/,
	],
]);
