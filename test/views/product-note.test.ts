import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clientLimit} from '../../source/derive/client-limit.js';
import {plainText} from '../../source/text/line.js';
import {productNote} from '../../source/views/product-note.js';
import {recordFrom, type Sections} from '../harness/records.js';

// Which fields each product lacks is that of captured replies in netdata/netdata (see server-product.test.ts).
const garnet: Sections = {
	server: {garnet_version: '2.2.0', server_name: 'garnet', redis_version: '7.4.3'},
	clients: {connected_clients: 3},
	replication: {role: 'master', master_repl_offset: 'N/A'},
};
const kvrocks: Sections = {
	server: {kvrocks_version: '2.17.0', redis_version: '7.0.0'},
	memory: {used_memory_rss: 39_284_736},
	keyspace: {db0: 'keys=4,expires=0,avg_ttl=0,expired=0'},
};
const dragonfly: Sections = {
	server: {dragonfly_version: 'df-v2.0.0', redis_version: '7.4.0'},
	clients: {connected_clients: 1, max_clients: 64_000, blocked_clients: 0},
};

const note = (panel: Parameters<typeof productNote>[0], info: Sections) => {
	const line = productNote(panel, recordFrom({info}));
	return line && plainText(line);
};

test('a panel says what a compatible product does not report', () => {
	assert.equal(
		note('memory', kvrocks),
		'Kvrocks does not report used_memory, maxmemory, mem_fragmentation_ratio, evicted_keys: a dash is not 0',
	);
	assert.equal(note('clients', garnet), 'Garnet does not report blocked_clients: a dash is not 0');
	assert.equal(note('clients', dragonfly), undefined);
	assert.match(note('persistence', dragonfly) ?? '', /^Dragonfly does not report rdb_last_save_time, .*aof_enabled/);
});

test('Redis and Valkey have no such note, nor has a panel that is made of no fields', () => {
	assert.equal(note('memory', {server: {redis_version: '3.2.0'}}), undefined);
	assert.equal(note('memory', {server: {redis_version: '7.2.4', valkey_version: '9.1.0'}}), undefined);
	assert.equal(note('findings', kvrocks), undefined);
	assert.equal(productNote('memory', recordFrom({})), undefined);
});

test('Dragonfly names its limit of clients differently', () => {
	assert.equal(clientLimit(recordFrom({info: dragonfly})), 64_000);
});
