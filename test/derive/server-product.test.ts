import assert from 'node:assert/strict';
import {test} from 'node:test';
import {serverProduct} from '../../source/derive/server-product.js';
import {infoOf, type Sections} from '../harness/records.js';

/**
What `# Server` of each product says. The fields of Dragonfly, Garnet, KeyDB, Kvrocks and Pika are those of captured
replies in netdata/netdata (src/go/plugin/go.d/collector/redis/testdata), those of Redict of a real Redict 7.3.6.
*/
const cases: ReadonlyArray<
	readonly [
		name: string,
		info: Sections,
		expected: readonly [
			product: string,
			version: string | undefined,
			family: string,
			familyVersion: string | undefined,
		],
	]
> = [
	['Redis', {server: {redis_version: '8.0.3'}}, ['redis', '8.0.3', 'redis', '8.0.3']],
	[
		'Valkey, which gives a redis_version too',
		{server: {redis_version: '7.2.4', valkey_version: '8.1.0', server_name: 'valkey'}},
		['valkey', '8.1.0', 'valkey', '8.1.0'],
	],
	[
		'Dragonfly',
		{server: {redis_version: '7.4.0', dragonfly_version: 'df-v2.0.0', executable: 'dragonfly'}},
		['dragonfly', '2.0.0', 'redis', '7.4.0'],
	],
	[
		'Garnet',
		{server: {garnet_version: '2.2.0', server_name: 'garnet', redis_version: '7.4.3'}},
		['garnet', '2.2.0', 'redis', '7.4.3'],
	],
	[
		'Kvrocks',
		{server: {version: '2.17.0', kvrocks_version: '2.17.0', redis_version: '7.0.0'}},
		['kvrocks', '2.17.0', 'redis', '7.0.0'],
	],
	['Redict', {server: {redis_version: '7.2.4', redict_version: '7.3.6'}}, ['redict', '7.3.6', 'redis', '7.2.4']],
	[
		'KeyDB by its section',
		{server: {redis_version: '6.3.4'}, keydb: {mvcc_depth: 0}},
		['keydb', '6.3.4', 'redis', '6.3.4'],
	],
	[
		'KeyDB by its executable',
		{server: {redis_version: '6.3.4', executable: '/usr/bin/keydb-server'}},
		['keydb', '6.3.4', 'redis', '6.3.4'],
	],
	['Pika, which names no Redis version', {server: {pika_version: '3.4.0'}}, ['pika', '3.4.0', 'redis', undefined]],
];

for (const [name, info, [product, version, family, familyVersion]] of cases) {
	test(`INFO names the product: ${name}`, () => {
		assert.deepEqual(serverProduct(infoOf(info)), {product, version, family, familyVersion});
	});
}

test('a server without any version is of no known product', () => {
	assert.equal(serverProduct(infoOf({server: {redis_mode: 'standalone'}})), undefined);
});
