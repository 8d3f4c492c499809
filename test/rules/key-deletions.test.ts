import type {CommandRate} from '../../source/derive/command-rates.js';
import {keyDeleted} from '../../source/rules/key-deletions.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const calls = (command: string, callsPerSecond: number | undefined): CommandRate => ({
	command,
	calls: 100,
	callsPerSecond,
	meanMicroseconds: 3,
	timeShare: 0.1,
	failuresPerSecond: 0,
});

const keys = (number: number, stats: Readonly<Record<string, number>>): Sections => ({
	stats,
	keyspace: {db0: `keys=${number},expires=0,avg_ttl=0`},
});

/** A second in which the keys of a server fall from 30,000 to `left`, and reads miss. */
const second = (
	left: number,
	misses: number,
	commands: readonly CommandRate[],
	removed: Readonly<Record<string, number>> = {},
): FactsParts => ({
	info: keys(left, {keyspace_hits: 160 - misses, keyspace_misses: misses, ...removed}),
	earlier: keys(30_000, {
		keyspace_hits: 0,
		keyspace_misses: 0,
		...Object.fromEntries(Object.keys(removed).map(name => [name, 0])),
	}),
	record: {
		commands,
		clients: {
			atMs: 0,
			value: [
				clientOf({id: 5, name: 'cleanup-job', command: 'unlink'}),
				clientOf({id: 6, name: 'user-svc', command: 'get'}),
			],
		},
	},
});

const unlinks = [calls('unlink', 4), calls('get', 160)];

testRule(keyDeleted, [
	[
		'a job deletes keys that are read',
		second(28_800, 96, unlinks),
		'warning',
		/^loses keys to UNLINK from cleanup-job, 1\.20k\/s, 28\.8k left, 60% of reads miss$/,
	],
	[
		'a client that shows another command deletes them',
		second(28_800, 96, [calls('del', 9), calls('get', 160)]),
		'warning',
		/^loses keys to DEL, /,
	],
	['nobody reads deleted keys', second(28_800, 0, unlinks), 'clear'],
	['the keys expired', second(28_800, 96, unlinks, {expired_keys: 1150}), 'clear'],
	['the keys were evicted', second(28_800, 96, unlinks, {evicted_keys: 1150}), 'clear'],
	['few keys are lost', second(29_950, 96, unlinks), 'clear'],
	['keys are deleted and as many are written', second(30_000, 96, unlinks), 'clear'],
	['no DEL or UNLINK ran, as when slots move away', second(28_800, 96, [calls('get', 160)]), 'clear'],
	['the commands of the interval are not known', second(28_800, 96, [calls('unlink', undefined)]), 'pending'],
	[
		'the first sample',
		{info: keys(30_000, {keyspace_hits: 9, keyspace_misses: 9}), record: {commands: unlinks}},
		'pending',
	],
]);
