import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {memAofBuf, memClients, memReplBuf} from '../../source/rules/memory-buffers.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;

const fields = (values: Sections[string]): Sections => ({memory: values});

const buffers = (bytes: number, used: number): Sections => ({
	memory: {mem_clients_normal: bytes, used_memory: used},
	clients: {connected_clients: 10},
});

testRule(memClients, [
	['small buffers', {info: buffers(mega, 900 * mega)}, 'clear'],
	['small buffers of a small server', {info: buffers(mega, 2 * mega)}, 'clear'],
	[
		'a quarter of used memory',
		{info: buffers(50 * mega, 200 * mega)},
		'warning',
		/^holds 50\.0M in client buffers, 25% /,
	],
	[
		'most of it requests, by CLIENT LIST',
		{
			info: buffers(50 * mega, 200 * mega),
			record: {
				clients: {
					atMs: 0,
					value: [
						clientOf({id: 1, name: 'bulk-import', queryBufferBytes: 30 * mega}),
						clientOf({id: 2, outputBufferBytes: mega}),
					],
				},
			},
		},
		'warning',
		/^holds 50\.0M in client buffers, most of it requests, 25% of used memory$/,
	],
	[
		'most of it requests, by INFO',
		{
			info: {
				...buffers(50 * mega, 200 * mega),
				clients: {
					connected_clients: 10,
					client_recent_max_input_buffer: 3 * mega,
					client_recent_max_output_buffer: 0,
				},
			},
		},
		'warning',
		/most of it requests/,
	],
	['before Redis 5.0', {info: fields({used_memory: 5})}, 'absent'],
]);

testRule(memAofBuf, [
	['a hundred bytes', {info: fields({mem_aof_buffer: 100})}, 'clear'],
	['65 MB', {info: fields({mem_aof_buffer: 65 * mega})}, 'warning', /^has 65\.0M not yet written /],
	['before Redis 5.0', {info: fields({})}, 'absent'],
]);

const replicating = (total: number): Sections => ({
	memory: {mem_total_replication_buffers: total},
	replication: {repl_backlog_size: mega},
});

testRule(memReplBuf, [
	['the backlog alone', {info: replicating(mega)}, 'clear'],
	['50 MB beyond the backlog', {info: replicating(51 * mega)}, 'warning', /^holds 50\.0M in replica output buffers$/],
	[
		'50 MB, and no limit is set',
		{info: replicating(51 * mega), config: {'client-output-buffer-limit': 'normal 0 0 0 slave 0 0 0 pubsub 5 5 5'}},
		'warning',
		/^holds 50\.0M in replica output buffers: client-output-buffer-limit replica is 0: no limit$/,
	],
	['before Redis 7.0, the buffers of replicas alone', {info: fields({mem_clients_slaves: 20 * mega})}, 'warning'],
	['no replica buffers in INFO', {info: fields({used_memory: 5})}, 'absent'],
]);

test('mem.clients: the finding has an effect where buffers take most of maxmemory and keys were evicted', () => {
	const effect = (maxmemory: number, evicted: number) => {
		const {memory, ...rest} = buffers(50 * mega, 60 * mega);
		return firingOf(memClients, {info: {...rest, memory: {...memory, maxmemory}, stats: {evicted_keys: evicted}}})
			.effect;
	};
	assert.equal(effect(64 * mega, 5), 'keys-evicted');
	assert.equal(effect(64 * mega, 0), undefined);
	assert.equal(effect(200 * mega, 5), undefined);
	assert.equal(effect(0, 5), undefined);
});

test('the limit of the client with most of the buffers is the one to set', () => {
	for (const [flags, limit, type] of [
		['P', 'pubsub 32mb 8mb 60', 'pubsub'],
		['N', 'normal 64mb 32mb 10', 'normal'],
	] as const) {
		const value = [clientOf({id: 7, name: 'feed', flags, outputBufferBytes: 40 * mega})];
		const {next, briefProblems} = firingOf(memClients, {
			info: buffers(50 * mega, 60 * mega),
			record: {clients: {atMs: 0, value}},
		});
		const steps = next.map(({text}) => messageText(text)).join('\n');
		assert.ok(steps.includes(`"${limit}"`) && steps.includes(`CLIENT LIST TYPE ${type}`), steps);
		assert.equal(messageText(briefProblems?.[0] ?? ''), 'holds 50.0M in buffers for feed');
	}
});
