import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import {orphansOf} from '../../source/topology/orphaned-replicas.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';

const history = 'a'.repeat(40);
const dead = recordFrom({address: '10.0.1.9:6379', failure: refusedConnection, reach: 'down', role: 'unknown'});
const replica = (fields: Sections[string] = {}) =>
	recordFrom({
		address: '10.0.1.11:6379',
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_host: '10.0.1.9',
				master_port: 6379,
				master_link_status: 'down',
				master_replid: history,
				...fields,
			},
		},
	});
const primary = (fields: Sections[string]) =>
	recordFrom({address: '10.0.1.12:6379', info: {replication: {role: 'master', ...fields}}});

const cases: ReadonlyArray<readonly [string, readonly NodeRecord[], number, string | undefined]> = [
	['its primary is down', [dead, replica()], 1, undefined],
	['its primary answers', [{...dead, failure: undefined, reach: 'up'}, replica()], 0, undefined],
	['its primary loads its data', [{...dead, reach: 'loading'}, replica()], 0, undefined],
	['its link is up', [dead, replica({master_link_status: 'up'})], 0, undefined],
	['another node was promoted', [dead, replica(), primary({master_replid2: history})], 0, undefined],
	['its primary answers at another address', [dead, replica(), primary({master_replid: history})], 1, '10.0.1.12:6379'],
	['a primary of other data answers', [dead, replica(), primary({master_replid: 'b'.repeat(40)})], 1, undefined],
	[
		'Sentinels promote a replica',
		[dead, replica(), recordFrom({address: '10.0.1.20:26379', role: 'sentinel'})],
		0,
		undefined,
	],
	[
		'a cluster promotes a replica',
		[dead, {...replica(), ...recordFrom({address: '10.0.1.11:6379', info: {cluster: {cluster_enabled: 1}}})}],
		0,
		undefined,
	],
];

for (const [name, records, count, address] of cases) {
	test(`replicas that lost their primary: ${name}`, () => {
		const {replicas, answersAt} = orphansOf(dead.address, new Map(records.map(record => [record.address, record])));
		assert.deepEqual([replicas.length, answersAt], [count, address]);
	});
}
