import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {cliEvicted, cliObuf, cliObufKill, cliQbuf} from '../../source/rules/client-buffers.js';
import {
	cliChurn,
	cliFdlimit,
	cliIdleHog,
	cliMax,
	cliRejected,
	cliTimeoutsOff,
} from '../../source/rules/client-limits.js';
import {cliBlocked, cliMonitor, cliPubsub, cliTracking, cliWatch} from '../../source/rules/client-use.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const clients = (fields: Sections[string]): FactsParts => ({info: {clients: fields}});

/** A counter that stood at 10 a second ago. */
const counted = (name: string, now: number): FactsParts => ({
	info: {stats: {[name]: now}},
	earlier: {stats: {[name]: 10}},
});

const listed = (...rows: ReadonlyArray<Parameters<typeof clientOf>[0]>): FactsParts => ({
	info: {server: {redis_version: '7.0.15'}},
	record: {clients: {atMs: 0, value: rows.map(clientOf)}},
});

const mebibyte = 2 ** 20;

testRule(cliMax, [
	['far from it', clients({connected_clients: 79, maxclients: 100}), 'clear'],
	[
		'at 80 %',
		clients({connected_clients: 80, maxclients: 100}),
		'warning',
		/^80 of 100 connections are taken \(80%\)$/,
	],
	['at 90 %', clients({connected_clients: 90, maxclients: 100}), 'critical'],
	[
		'cluster links and replicas count',
		{
			info: {
				clients: {connected_clients: 60, cluster_connections: 20, maxclients: 100},
				replication: {connected_slaves: 10},
			},
		},
		'critical',
	],
	['before 6.2, from the settings', {...clients({connected_clients: 85}), config: {maxclients: '100'}}, 'warning'],
	['the limit is not told', clients({connected_clients: 85}), 'pending'],
	[
		'denied',
		{
			...clients({connected_clients: 85}),
			record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]},
		},
		'denied',
	],
]);

testRule(cliRejected, [
	['none', counted('rejected_connections', 10), 'clear'],
	['one', counted('rejected_connections', 11), 'critical', /turned 1 new/],
	['the first sample', {info: {stats: {rejected_connections: 10}}}, 'pending'],
	['not counted', {}, 'absent'],
]);

testRule(cliBlocked, [
	['half of them', clients({connected_clients: 20, blocked_clients: 10}), 'clear'],
	['most of them', clients({connected_clients: 20, blocked_clients: 11}), 'info', /^11 of 20/],
	['a few clients in all', clients({connected_clients: 4, blocked_clients: 4}), 'clear'],
	['not told', clients({connected_clients: 4}), 'absent'],
]);

const churned = (connections: number, commands: number): FactsParts => ({
	info: {stats: {total_connections_received: connections, total_commands_processed: commands}},
	earlier: {stats: {total_connections_received: 0, total_commands_processed: 0}},
});

testRule(cliChurn, [
	['a pool', churned(1, 10_000), 'clear'],
	['a connection for each command', churned(200, 400), 'warning', /^200\/s new connections/],
	['many, and far more commands', churned(200, 10_000), 'clear'],
	['few, and few commands', churned(50, 60), 'clear'],
	['the first sample', {info: {stats: {total_connections_received: 1, total_commands_processed: 1}}}, 'pending'],
]);

testRule(cliObuf, [
	['32 MB', clients({client_recent_max_output_buffer: 32 * mebibyte}), 'clear'],
	['more', clients({client_recent_max_output_buffer: 33 * mebibyte}), 'warning', /33\.0M/],
	['before 5.0 it counts list entries', clients({client_longest_output_list: 99 * mebibyte}), 'absent'],
]);

testRule(cliQbuf, [
	['64 MB', clients({client_recent_max_input_buffer: 64 * mebibyte}), 'clear'],
	['more', clients({client_recent_max_input_buffer: 65 * mebibyte}), 'warning'],
	['not told', {}, 'absent'],
]);

const loggedKill = (agoMs: number): FactsParts => {
	const {nowMs} = factsOf({});
	const line = 'Client id=4 scheduled to be closed ASAP for overcoming of output buffer limits.';
	const rules = ['cli.obuf_kill', 'rep.fullsync_storm'];
	const remark = {id: 'output-buffer', severity: 'warning' as const, rules, meaning: '', line, count: 1};
	return {host: {log: {source: 'log', lines: [line], remarks: [{...remark, atMs: nowMs - agoMs}]}}};
};

testRule(cliObufKill, [
	['none', counted('client_output_buffer_limit_disconnections', 10), 'clear'],
	['two', counted('client_output_buffer_limit_disconnections', 12), 'warning', /^closed 2 clients/],
	['7.0 does not count them', {info: {stats: {rejected_connections: 0}}}, 'absent'],
	['7.0, and its log says so now', loggedKill(10_000), 'warning', /within the last minute/],
	['7.0, and its log said so before', loggedKill(70_000), 'clear'],
	['7.0, and its log says nothing', {host: {log: {source: 'log', lines: [], remarks: []}}}, 'clear'],
]);

testRule(cliEvicted, [
	['none', counted('evicted_clients', 10), 'clear'],
	['some', counted('evicted_clients', 13), 'warning', /^evicted 3/],
	['before 7.0', {}, 'absent'],
]);

const crowd = (from: string, size: number, offset = 0) =>
	Array.from({length: size}, (_, index) => ({id: offset + index, address: `${from}:${1000 + index}`}));

testRule(cliIdleHog, [
	['spread', listed(...crowd('10.0.0.1', 1100), ...crowd('10.0.0.2', 1100, 2000)), 'clear'],
	[
		'one holds most',
		listed(...crowd('10.0.0.1', 1100), ...crowd('10.0.0.2', 900, 2000)),
		'warning',
		/^10\.0\.0\.1 holds/,
	],
	['one holds all of a few', listed(...crowd('10.0.0.1', 900)), 'clear'],
	['not listed', {}, 'pending'],
]);

testRule(cliMonitor, [
	['nobody', listed({id: 1, flags: 'N'}), 'clear'],
	[
		'somebody',
		listed({id: 1, flags: 'O', address: '10.0.0.9:1', name: 'bob'}),
		'warning',
		/^10\.0\.0\.9:1 \(bob\) runs MONITOR$/,
	],
	['not listed', {}, 'pending'],
]);

testRule(cliPubsub, [
	['keeps up', listed({id: 1, flags: 'P', outputBufferBytes: 8 * mebibyte}), 'clear'],
	[
		'is behind',
		listed({id: 1, flags: 'P', outputBufferBytes: 9 * mebibyte}),
		'warning',
		/9\.00M behind$|9\.0M behind$/,
	],
	['no subscriber', listed({id: 1, flags: 'N', outputBufferBytes: 9 * mebibyte}), 'clear'],
	['not listed', {}, 'pending'],
]);

testRule(cliTimeoutsOff, [
	['the defaults', {config: {timeout: '0', 'tcp-keepalive': '300'}}, 'clear'],
	['both off', {config: {timeout: '0', 'tcp-keepalive': '0'}}, 'info'],
	['strict', {config: {timeout: '0', 'tcp-keepalive': '0'}, settings: {isStrict: true}}, 'warning'],
	['not told', {}, 'pending'],
]);

const withFiles = (openFilesLimit: number | undefined): FactsParts => ({
	config: {maxclients: '10000'},
	host: {process: {openFilesLimit} as ProcessEvidence},
});

testRule(cliFdlimit, [
	['enough', withFiles(10_032), 'clear'],
	['too few', withFiles(1024), 'warning', /^may open 1024 files, but maxclients 10000 needs 10032$/],
	['another machine', {config: {maxclients: '10000'}}, 'unseen'],
	['without the right to look', withFiles(undefined), 'unseen'],
]);

testRule(cliTracking, [
	['nothing is tracked', {info: {stats: {tracking_total_keys: 0}}}, 'clear'],
	['below', {info: {stats: {tracking_total_keys: 799_999}}}, 'clear'],
	[
		'near the limit that servers have by themselves',
		{info: {stats: {tracking_total_keys: 800_000}}},
		'warning',
		/^the tracking table holds 800k of 1\.00M keys \(80%\)$/,
	],
	[
		'near a limit of its own',
		{info: {stats: {tracking_total_keys: 95}}, config: {'tracking-table-max-keys': '100'}},
		'warning',
	],
	['no limit', {info: {stats: {tracking_total_keys: 5_000_000}}, config: {'tracking-table-max-keys': '0'}}, 'clear'],
	['before 6.0', {info: {stats: {total_commands_processed: 1}}}, 'absent'],
]);

testRule(cliWatch, [
	['a few', clients({watching_clients: 3, total_watched_keys: 1000}), 'clear'],
	['many', clients({watching_clients: 3, total_watched_keys: 1001}), 'info', /^3 clients watch 1\.00k keys$/],
	['before 7.4', clients({connected_clients: 3}), 'absent'],
]);
