import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {cliFew, cliLockout, cliStorm} from '../../source/rules/connection-storm.js';
import {sampledAtMs} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const storm = (usual: number, now: number, readings = 200): FactsParts => ({
	info: {stats: {total_connections_received: 10_000 + now}},
	earlier: {stats: {total_connections_received: 10_000}},
	record: {series: {connectionsReceived: [...Array.from({length: readings}, () => usual), now]}},
});

testRule(cliStorm, [
	['ten times the usual', storm(8, 90), 'info', /^gets a storm of new connections, 90\/s, usually 8\.0\/s/],
	['it lasts', {...storm(8, 90), heldSeconds: 30}, 'warning'],
	['many, as ever', storm(60, 90), 'clear'],
	['few', storm(0, 40), 'clear'],
	['another threshold', {...storm(8, 90), thresholds: {'cli.storm.times': 20}}, 'clear'],
	['just started to look', storm(8, 90, 100), 'pending'],
	['the first sample', {info: {stats: {total_connections_received: 5}}}, 'pending'],
	['not in INFO', {info: {stats: {}}, earlier: {}}, 'absent'],
]);

const clients = (from: number, to: number, most = 1000): FactsParts => ({
	info: {clients: {connected_clients: to, maxclients: most}},
	record: {
		series: {connectedClients: Array.from({length: 10}, (_, index) => from + ((to - from) * index) / 9)},
		intervalMs: 1000,
	},
});

testRule(cliLockout, [
	[
		'nearly full and growing',
		clients(860, 905),
		'critical',
		/^is about to turn new clients away, 95 connections are left, the last one goes in about 19s/,
	],
	['nearly full, and has been for long', clients(905, 905), 'clear'],
	['becoming fewer', clients(950, 905), 'clear'],
	['slowly', clients(904, 905), 'clear'],
	['half full', clients(400, 500), 'clear'],
	['full: cli.max says so', clients(950, 1000), 'clear'],
	[
		'the open files are the limit',
		{...clients(860, 905, 10_000), host: {process: {openFilesLimit: 1024} as ProcessEvidence}},
		'critical',
	],
	['too few samples', {info: {clients: {connected_clients: 905, maxclients: 1000}}}, 'pending'],
	['maxclients is not known', {info: {clients: {connected_clients: 905}}}, 'pending'],
]);

const gone = (usual: number, now: number, readings = 120): FactsParts => ({
	info: {clients: {connected_clients: now}, server: {uptime_in_seconds: 90_000}},
	record: {series: {connectedClients: [...Array.from({length: readings}, () => usual), now]}},
});

testRule(cliFew, [
	['most are gone', gone(100, 4), 'warning', /^has lost 96 ?% of its clients, 4 are connected, usually 100$/],
	['half are gone', gone(100, 50), 'clear'],
	['there were few', gone(6, 1), 'clear'],
	['another threshold', {...gone(6, 1), thresholds: {'cli.few.least': 5}}, 'warning'],
	['after a failover', {...gone(100, 4), watch: {roleChangedAtMs: sampledAtMs}}, 'clear'],
	['after its slots left', {...gone(100, 4), watch: {slotsLeftAtMs: sampledAtMs}}, 'clear'],
	[
		'just started',
		{...gone(100, 4), info: {clients: {connected_clients: 4}, server: {uptime_in_seconds: 30}}},
		'clear',
	],
	['a replica', {...gone(100, 4), record: {...gone(100, 4).record, role: 'replica'}}, 'clear'],
	['just started to look', gone(100, 4, 20), 'pending'],
]);
