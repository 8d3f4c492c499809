import assert from 'node:assert/strict';
import test from 'node:test';
import {replicaBufferBytes, replicaBufferExcess} from '../../source/derive/replica-buffers.js';
import {memoryPart} from '../../source/report/snapshot/snapshot-info.js';
import {infoOf, type Sections} from '../harness/records.js';

type Case = readonly [name: string, sections: Sections, all: number | undefined, excess: number | undefined];

const cases: readonly Case[] = [
	[
		'7.0: one buffer with the backlog, a little beyond it',
		{
			memory: {mem_total_replication_buffers: 1_066_208, mem_clients_slaves: 17_632},
			replication: {repl_backlog_size: 1_048_576},
		},
		1_066_208,
		17_632,
	],
	[
		'7.0: the backlog is not full',
		{
			memory: {mem_total_replication_buffers: 41_008, mem_clients_slaves: 0},
			replication: {repl_backlog_size: 1_048_576},
		},
		41_008,
		0,
	],
	['6.2: the replicas’ own buffers', {memory: {mem_clients_slaves: 20_512}}, 20_512, 20_512],
	['4.0 does not say', {memory: {used_memory: 1}}, undefined, undefined],
];

for (const [name, sections, all, excess] of cases) {
	test(`replica buffers: ${name}`, () => {
		const info = infoOf(sections);
		assert.equal(replicaBufferBytes(info), all);
		assert.equal(replicaBufferExcess(info), excess);
		assert.equal(memoryPart(info).replicasBytes, all ?? null);
	});
}
