import type {KernelEvidence, LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {osCgroup, osClocksource, osOomscore, osOvercommit, osSomaxconn, osThp} from '../../source/rules/host.js';
import {emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const kernel = (parts: Partial<KernelEvidence>, rest: Partial<LocalEvidence> = {}): FactsParts => ({
	host: {...rest, kernel: {...emptyKernel, ...parts}},
});
const pages = (parts: Partial<ProcessEvidence>) =>
	kernel({transparentHugePages: 'always'}, {process: parts as ProcessEvidence});

testRule(osThp, [
	['left to programs', kernel({transparentHugePages: 'madvise'}), 'clear'],
	['on', kernel({transparentHugePages: 'always'}), 'info'],
	['on, and switched off by the server', pages({usesHugePages: false}), 'clear'],
	['on, and in use', pages({usesHugePages: true, hugePageBytes: 4 << 20}), 'warning', /4\.0/],
	['another machine', {}, 'unseen'],
]);

testRule(osOvercommit, [
	['always', kernel({overcommitMemory: 1}), 'clear'],
	[
		'by guess',
		kernel({overcommitMemory: 0}),
		'info',
		/^may fail to save although memory is free: vm\.overcommit_memory is 0$/,
	],
	['by guess, strictly', {...kernel({overcommitMemory: 0}), settings: {isStrict: true}}, 'warning'],
	['another machine', {}, 'unseen'],
]);

const queue = (maximumBacklog: number, queued: number): FactsParts => ({
	...kernel(
		{maximumBacklog},
		{listeners: [{address: '127.0.0.1', port: 6379, queued, processId: 1, processName: 'redis-server'}]},
	),
	config: {'tcp-backlog': '511'},
});

testRule(osSomaxconn, [
	['long enough', queue(4096, 0), 'clear'],
	['cut', queue(128, 0), 'info', /^has a shorter connection queue than tcp-backlog sets: the kernel cuts it to 128$/],
	['full', queue(4096, 511), 'critical', /^takes no new connections, 511 wait to be accepted: the queue is full$/],
	['full, and cut', queue(128, 128), 'critical'],
	['another machine', {config: {'tcp-backlog': '511'}}, 'unseen'],
]);

const group = (usedBytes: number | undefined, limitBytes: number | undefined): FactsParts => ({
	host: {cgroup: {usedBytes, limitBytes, oomKills: 0}},
});

testRule(osCgroup, [
	['room', group(80, 100), 'clear'],
	['near', group(91, 100), 'critical', /^uses 91% of the memory limit of its control group, limit 100/],
	['no limit', group(91, undefined), 'clear'],
	[
		'nothing of it can be read',
		{host: {gaps: [{what: "the process' control group", why: 'no'}]}},
		'unseen',
		/^the process' control group: no/,
	],
	['no process', {host: {}}, 'unseen', /^no process of it/],
	['another machine', {}, 'unseen'],
]);

const {nowMs} = factsOf({});
const killed = (name: string, atMs: number | undefined): FactsParts => ({
	host: {oomKills: [{atMs, processId: 7, name, line: `Killed process 7 (${name})`}]},
});

testRule(osOomscore, [
	['nothing', {host: {oomKills: []}}, 'clear'],
	[
		'a server, an hour ago',
		killed('redis-server', nowMs - 3_600_000),
		'critical',
		/^runs where the kernel killed a server process, redis-server \(process 7\): out of memory$/,
	],
	['a server, two days ago', killed('valkey-server', nowMs - 172_800_000), 'clear'],
	['something else', killed('chrome', nowMs), 'clear'],
	['nobody knows when', killed('redis-server', undefined), 'clear'],
	['the log may not be read', {host: {}}, 'unseen'],
]);

testRule(osClocksource, [
	['fast', kernel({clockSource: 'tsc'}), 'clear'],
	['of a virtual machine', kernel({clockSource: 'kvm-clock'}), 'clear'],
	['slow', kernel({clockSource: 'hpet'}), 'info', /^reads the time from a slow clock source \(hpet\)$/],
	['another machine', {}, 'unseen'],
]);
