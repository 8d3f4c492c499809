import assert from 'node:assert/strict';
import test from 'node:test';
import {type HostingFacts, hostingOf} from '../../source/derive/hosting.js';
import {knownServices} from '../../source/derive/managed-services.js';
import {InfoReply} from '../../source/domain/info-reply.js';

const at = (host: string): HostingFacts['endpoint'] => ({kind: 'tcp', host, port: 6379});
const info = (section: string, fields: Readonly<Record<string, string>>) =>
	new InfoReply(new Map([[section, new Map(Object.entries(fields))]]));

const hosts: ReadonlyArray<readonly [host: string, kind: string]> = [
	['my-cluster.abc123.ng.0001.use1.cache.amazonaws.com', 'elasticache'],
	['clustercfg.my.abc123.use1.cache.amazonaws.com', 'elasticache'],
	['x-abc.serverless.use1.cache.amazonaws.com', 'elasticache'],
	['my.abc.cnn1.cache.amazonaws.com.cn', 'elasticache'],
	['clustercfg.my.abc123.memorydb.us-east-1.amazonaws.com', 'memorydb'],
	['Shop.Redis.Cache.Windows.Net', 'azure'],
	['shop.westeurope.redis.azure.net', 'azure'],
	['redis-12345.c1.eu-west-1-3.ec2.cloud.redislabs.com', 'redis-cloud'],
	['redis-12345.c1.eu.ec2.redns.redis-cloud.com', 'redis-cloud'],
	['eu1-good-cat-3.upstash.io', 'upstash'],
	['redis-1-project.aivencloud.com', 'aiven'],
	['db-redis-1-do-user-1.b.db.ondigitalocean.com', 'digitalocean'],
	['ec2-3-4-5-6.compute-1.amazonaws.com', 'heroku'],
	['ec2-3-4-5-6.eu-west-1.compute.amazonaws.com', 'heroku'],
	['a.redis.eu-frankfurt-1.oci.oraclecloud.com', 'unknown'],
	['cache.amazonaws.com.example.org', 'unknown'],
	['10.0.0.5', 'unknown'],
	['localhost', 'self-hosted'],
	['::1', 'self-hosted'],
];

for (const [host, kind] of hosts) {
	test(`${host} is ${kind}`, () => {
		assert.equal(hostingOf({endpoint: at(host), info: undefined}).kind, kind);
	});
}

test('what INFO says goes before a loopback address, and a name before INFO', () => {
	const elastic = info('server', {os: 'Amazon ElastiCache'});
	assert.equal(hostingOf({endpoint: at('127.0.0.1'), info: elastic}).kind, 'elasticache');
	assert.equal(hostingOf({endpoint: at('x.upstash.io'), info: elastic}).kind, 'upstash');
	assert.equal(hostingOf({endpoint: at('10.0.0.1'), info: info('memory', {maxmemory_reservation: '1'})}).kind, 'azure');
	assert.equal(hostingOf({endpoint: at('10.0.0.1'), info: info('server', {rlec_version: '7'})}).kind, 'redis-cloud');
	const own = info('server', {executable: '/usr/bin/redis-server', process_id: '7'});
	assert.equal(hostingOf({endpoint: at('db.example.org'), info: own}).kind, 'self-hosted');
	assert.equal(hostingOf({endpoint: at('db.example.org'), info: info('server', {executable: '-'})}).kind, 'unknown');
});

test('Memorystore is known by what it lacks, and only likely', () => {
	const facts = {endpoint: at('10.1.2.3'), info: info('server', {os: 'Linux'})};
	const found = hostingOf({...facts, absent: ['CLIENT LIST', 'CONFIG GET']});
	assert.equal(found.kind, 'memorystore');
	assert.equal(found.certainty, 'likely');
	assert.equal(hostingOf({...facts, absent: ['CLIENT LIST']}).kind, 'unknown');
	assert.equal(hostingOf({...facts, endpoint: at('8.8.8.8'), absent: ['CLIENT LIST', 'CONFIG GET']}).kind, 'unknown');
});

test('a socket file and an own address are of one’s own', () => {
	assert.equal(hostingOf({endpoint: {kind: 'unix', path: '/run/redis.sock'}, info: undefined}).kind, 'self-hosted');
	assert.equal(hostingOf({endpoint: at('10.0.0.1'), info: undefined, isHere: true}).kind, 'self-hosted');
});

test('every service says where to look and what to do instead', () => {
	for (const {statusPage, console: place, forbidden, save, restart} of knownServices) {
		assert.match(statusPage, /^https:\/\/\S+$/);
		assert.ok(place !== '' && save !== '' && restart !== '' && forbidden.includes('SHUTDOWN'));
	}
});
