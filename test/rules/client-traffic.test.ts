import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ClientRow, ClientTraffic} from '../../source/domain/client.js';
import {cliNoPipeline, cliTopTalker} from '../../source/rules/client-traffic.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const traffic = (inBytes: number, outBytes: number, commands: number): ClientTraffic => ({inBytes, outBytes, commands});

/** A client with its rates per second. */
const client = (id: number, perSecond: ClientTraffic, parts: Partial<ClientRow> = {}): ClientRow =>
	clientOf({id, totals: perSecond, perSecond, ...parts});

/** Two samples, one second apart, between which the main thread ran for this many seconds. */
const facts = (busySeconds: number, ...value: readonly ClientRow[]): FactsParts => ({
	info: {cpu: {used_cpu_user_main_thread: busySeconds, used_cpu_sys_main_thread: 0}},
	earlier: {cpu: {used_cpu_user_main_thread: 0, used_cpu_sys_main_thread: 0}},
	record: {clients: {atMs: nowMs, value}},
});

/** The moment of the later sample in `factsOf`. */
const nowMs = sampleOf({}, 600_000).atMs;

const quiet = traffic(10, 10, 10);
const million = 1_000_000;

testRule(cliTopTalker, [
	[
		'one client sends most commands to a busy thread',
		facts(0.9, client(1, traffic(900, 900, 900), {name: 'export'}), client(2, quiet), client(3, quiet)),
		'info',
		/^gets most of its load from client export \(10\.0\.4\.20:50001\), 900\/s, 98% of all commands$/,
	],
	[
		'a client without a name is called by its address',
		facts(0.9, client(1, traffic(900, 900, 900)), client(2, quiet)),
		'info',
		/^gets most of its load from client 10\.0\.4\.20:50001, /,
	],
	['the same on a quiet thread', facts(0.1, client(1, traffic(900, 900, 900)), client(2, quiet)), 'clear'],
	[
		'one client moves most bytes, and they are many',
		facts(0.1, client(1, traffic(million, 80 * million, 5), {name: 'dump'}), client(2, quiet)),
		'info',
		/from client dump \(10\.0\.4\.20:50001\), 77\.2M\/s, 99\.9% of all bytes$/,
	],
	[
		'the connections of one name together',
		facts(
			0.9,
			client(1, traffic(40, 0, 40), {name: 'worker'}),
			client(2, traffic(40, 0, 40), {name: 'worker'}),
			client(3, traffic(30, 0, 30), {name: 'api'}),
		),
		'info',
		/from clients named worker, 80\/s, 73% of all commands$/,
	],
	[
		'the connections of one address, where all have one name',
		facts(
			0.9,
			client(1, traffic(40, 0, 40), {name: 'app', address: '10.0.0.9:1'}),
			client(2, traffic(40, 0, 40), {name: 'app', address: '10.0.0.9:2'}),
			client(3, traffic(30, 0, 30), {name: 'app', address: '10.0.0.8:1'}),
		),
		'info',
		/from clients at 10\.0\.0\.9, /,
	],
	[
		'the connections of one user, where addresses differ',
		facts(
			0.9,
			client(1, traffic(40, 0, 40), {user: 'batch', address: '10.0.0.7:1'}),
			client(2, traffic(40, 0, 40), {user: 'batch', address: '10.0.0.9:2'}),
			client(3, traffic(30, 0, 30), {user: 'web', address: '10.0.0.8:1'}),
		),
		'info',
		/from clients of the user batch, /,
	],
	[
		'the load is shared evenly',
		facts(0.9, client(1, quiet, {name: 'a'}), client(2, quiet, {name: 'b'}), client(3, quiet, {name: 'c'})),
		'clear',
	],
	[
		'a replica gets most bytes',
		facts(0.9, client(1, traffic(0, 90 * million, 1), {flags: 'S'}), client(2, quiet), client(3, quiet)),
		'clear',
	],
	['the server does not count', facts(0.9, clientOf({id: 1})), 'absent', /does not count what clients send/],
	[
		'there is one list only',
		facts(0.9, clientOf({id: 1, totals: quiet})),
		'pending',
		/needs two client lists, one after the other/,
	],
	[
		'the list is old',
		{...facts(0.9), record: {clients: {atMs: nowMs - 100_000, value: [client(1, traffic(900, 900, 900))]}}},
		'pending',
	],
	['CLIENT LIST was not read', {}, 'pending'],
]);

test('traffic of connections that are in no list lowers the share', () => {
	const parts = facts(0.9, client(1, traffic(900, 900, 900)), client(2, quiet));
	const unseen = {stats: {total_commands_processed: 5000}};
	const evaluation = cliTopTalker.evaluate(
		factsOf({
			...parts,
			info: {...parts.info, ...unseen},
			earlier: {...parts.earlier, stats: {total_commands_processed: 0}},
		}),
		0,
	);
	const shares = evaluation.kind === 'fires' ? evaluation.evidence.map(({name}) => name) : [];
	assert.ok(!shares.includes('share of commands'));
});

// The fields of parsed batches are made up after the documentation of Redis 8.8.
const batches = (commands: number, parsed: number, count: number): FactsParts => ({
	info: {
		stats: {
			total_commands_processed: 1_000_000 + commands,
			commands_per_parse_batch_sum: 500 + parsed,
			commands_per_parse_batch_cnt: 400 + count,
		},
	},
	earlier: {
		stats: {
			total_commands_processed: 1_000_000,
			commands_per_parse_batch_sum: 500,
			commands_per_parse_batch_cnt: 400,
		},
	},
});

testRule(cliNoPipeline, [
	[
		'each in a request of its own',
		batches(80_000, 80_000, 79_000),
		'info',
		/^gets almost every command in a request of its own, 80\.0k\/s commands, 1\.01 a request$/,
	],
	['some together', batches(80_000, 80_000, 40_000), 'clear'],
	['little load', batches(20_000, 20_000, 20_000), 'clear'],
	['nothing was parsed', batches(80_000, 0, 0), 'clear'],
	['not counted', {info: {stats: {total_commands_processed: 5}}, earlier: {}}, 'absent'],
]);
