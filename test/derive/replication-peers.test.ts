import assert from 'node:assert/strict';
import test from 'node:test';
import {nodeRole, primaryAddress, replicationPeers} from '../../source/derive/replication-peers.js';
import {addressOf} from '../../source/domain/node.js';
import {infoOf, type Sections} from '../harness/records.js';

const roles: ReadonlyArray<readonly [Sections, string]> = [
	[{replication: {role: 'master'}}, 'primary'],
	[{replication: {role: 'slave'}}, 'replica'],
	[{server: {redis_mode: 'sentinel'}, replication: {role: 'master'}}, 'sentinel'],
	[{server: {server_mode: 'sentinel'}}, 'sentinel'],
	[{server: {redis_mode: 'cluster'}, replication: {role: 'slave'}}, 'replica'],
	[{}, 'unknown'],
];

for (const [sections, role] of roles) {
	test(`role ${role}: ${JSON.stringify(sections)}`, () => {
		assert.equal(nodeRole(infoOf(sections)), role);
	});
}

const peers: ReadonlyArray<readonly [string, Readonly<Record<string, string | number>>, readonly string[]]> = [
	['a primary alone', {role: 'master', connected_slaves: 0}, []],
	[
		'a primary of two',
		{role: 'master', slave0: 'ip=10.0.1.12,port=6379,state=online', slave1: 'ip=db-3,port=6380,state=wait_bgsave'},
		['10.0.1.12:6379', 'db-3:6380'],
	],
	['IPv6', {role: 'master', slave0: 'ip=2001:db8::2,port=6379,state=online'}, ['[2001:db8::2]:6379']],
	['a replica', {role: 'slave', master_host: '10.0.1.11', master_port: 6379}, ['10.0.1.11:6379']],
	[
		'a chained replica',
		{role: 'slave', master_host: '10.0.1.11', master_port: 6379, slave0: 'ip=10.0.1.13,port=6379,state=online'},
		['10.0.1.11:6379', '10.0.1.13:6379'],
	],
	['a replica that has not announced its port', {role: 'master', slave0: 'ip=10.0.1.12,port=0,state=wait_bgsave'}, []],
	['a line without an address', {role: 'master', slave0: 'ip=,port=6379', slave1: 'nonsense'}, []],
	['fields that only look like replicas', {slave_read_only: 'ip=1.2.3.4,port=1', slaves: 'ip=1.2.3.4,port=1'}, []],
];

for (const [name, fields, addresses] of peers) {
	test(`peers: ${name}`, () => {
		assert.deepEqual(replicationPeers(infoOf({replication: fields})).map(addressOf), addresses);
	});
}

const primaries: ReadonlyArray<readonly [Readonly<Record<string, string | number>>, string | undefined]> = [
	[{role: 'slave', master_host: '10.0.1.11', master_port: 6379}, '10.0.1.11:6379'],
	[{role: 'slave', master_host: '2001:db8::1', master_port: 6379}, '[2001:db8::1]:6379'],
	[{role: 'slave', master_host: '', master_port: 6379}, undefined],
	[{role: 'slave', master_host: '10.0.1.11'}, undefined],
	[{role: 'master'}, undefined],
];

for (const [fields, address] of primaries) {
	test(`the primary named by ${JSON.stringify(fields)}: ${address ?? 'none'}`, () => {
		assert.equal(primaryAddress(infoOf({replication: fields})), address);
	});
}
