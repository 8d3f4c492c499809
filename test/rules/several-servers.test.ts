import type {SeenServer} from '../../source/domain/closer-look.js';
import type {NodeRole} from '../../source/domain/node.js';
import {connSeveralServers} from '../../source/rules/several-servers.js';
import {recordFrom} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const server = (letter: string, role: NodeRole, replicationId = 'd'.repeat(40)): SeenServer => ({
	runId: `1${letter.repeat(39)}`,
	role,
	uptimeSeconds: 3 * 86_400,
	replicationId,
});

const primary = server('a', 'primary');
const replica = server('b', 'replica');

const seen = (servers: readonly SeenServer[], rest: FactsParts = {}): FactsParts => ({
	...rest,
	record: {servers: {atMs: nowMs, seen: servers}, ...rest.record},
});

testRule(connSeveralServers, [
	['one server', seen([primary, primary, primary]), 'clear'],
	[
		'a primary and a replica',
		seen([replica, primary, replica]),
		'warning',
		/^leads to a primary and a replica in turn: some writes fail \(READONLY\)$/,
	],
	[
		'two primaries',
		seen([primary, server('c', 'primary', 'e'.repeat(40)), primary]),
		'warning',
		/^leads to 2 primaries in turn: each connection finds the data of one of them only$/,
	],
	[
		'a name with two addresses, as localhost',
		seen([
			{...primary, host: '127.0.0.1'},
			{...server('c', 'primary', 'e'.repeat(40)), host: '::1'},
			{...primary, host: '127.0.0.1'},
		]),
		'warning',
		/^leads to 2 primaries at 127\.0\.0\.1 and ::1: each connection finds the data of one of them only$/,
	],
	['three servers', seen([primary, replica, server('c', 'replica'), primary]), 'warning', /a primary and 2 replicas/],
	['an address for reads', seen([replica, server('c', 'replica'), replica]), 'info', /^leads to 2 replicas in turn$/],
	[
		'replicas of different data',
		seen([replica, server('c', 'replica', 'e'.repeat(40)), replica]),
		'warning',
		/the data of one of them only/,
	],
	['a restart, or a failover behind the address', seen([primary, primary, replica, replica]), 'clear'],
	['a cluster', seen([replica, primary, replica], {info: {cluster: {cluster_enabled: 1}}}), 'clear'],
	['a Sentinel', seen([replica, primary, replica], {record: {role: 'sentinel'}}), 'clear'],
	['a discovered node', seen([replica, primary, replica], {record: {origin: 'replication'}}), 'clear'],
	[
		'a managed service with a proxy',
		seen([replica, primary, replica], {record: {address: 'redis-12.c1.eu-west-1-2.ec2.cloud.redislabs.com:12000'}}),
		'clear',
	],
	[
		'a server that is known by its own address',
		seen([replica, primary, replica], {
			nodes: [recordFrom({address: '10.0.1.12:6379', info: {server: {run_id: replica.runId}}})],
		}),
		'warning',
	],
	['nobody was asked yet', {}, 'pending'],
]);
