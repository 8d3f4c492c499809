import assert from 'node:assert/strict';
import test from 'node:test';
import type {KernelEvidence, LocalEvidence, OomKill, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {osCgroup, osClocksource, osOomscore, osOvercommit, osPsi, osSomaxconn, osThp} from '../../source/rules/host.js';
import {slowByItself} from '../../source/rules/own-slowness.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, refusedConnection} from '../harness/records.js';
import {emptyHost, emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const kernel = (parts: Partial<KernelEvidence>, rest: Partial<LocalEvidence> = {}): FactsParts => ({
	host: {...rest, kernel: {...emptyKernel, ...parts}},
});
const pages = (parts: Partial<ProcessEvidence>) =>
	kernel({transparentHugePages: 'always'}, {process: parts as ProcessEvidence});

/** Nothing listens at the address, and no process of a server was found here. */
const nothingThere = (parts: Partial<KernelEvidence>): FactsParts => ({
	...kernel(parts),
	record: {failure: refusedConnection},
});

testRule(osThp, [
	['left to programs', kernel({transparentHugePages: 'madvise'}), 'clear'],
	['on', kernel({transparentHugePages: 'always'}), 'info'],
	['on, and no server is there', nothingThere({transparentHugePages: 'always'}), 'clear'],
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
	['by guess, and no server is there', nothingThere({overcommitMemory: 0}), 'clear'],
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
const hourAgoMs = nowMs - 3_600_000;
const killed = (atMs: number | undefined, rest: Partial<LocalEvidence>, parts: Partial<OomKill> = {}): FactsParts => {
	const name = parts.name ?? 'redis-server';
	const line = `Memory cgroup out of memory: Killed process 7 (${name})`;
	return {host: {oomKills: [{atMs, processId: 7, name, line, ...parts}], ...rest}};
};
const running = (startedAtMs: number) => ({process: {processId: 9, state: 'sleeping', startedAtMs} as ProcessEvidence});
const was = (processId: number) => ({earlierProcess: {processId, seenAtMs: hourAgoMs - 1000}});
const unit = (name: string) => ({
	supervisor: {kind: 'systemd', unit: name, state: undefined, lastExit: undefined, restarts: undefined} as const,
});
const countedKills = (oomKills: number) => ({cgroup: {usedBytes: 80, limitBytes: 100, oomKills}});
const refused = {record: {failure: refusedConnection}};

testRule(osOomscore, [
	['nothing', {host: {oomKills: []}}, 'clear'],
	['another process, while this one ran for a week', killed(hourAgoMs, running(nowMs - 604_800_000)), 'clear'],
	['another process, and nothing answers here', {...killed(hourAgoMs, {}), ...refused}, 'clear'],
	['another process, and this one was stopped', {...killed(hourAgoMs, was(8)), ...refused}, 'clear'],
	[
		'this process',
		{...killed(hourAgoMs, was(7)), ...refused},
		'critical',
		/^was killed by the kernel, redis-server \(process 7\), 1h00m ago: memory limit of its control group$/,
	],
	[
		'this process, and Sentinels replaced it',
		{
			...killed(hourAgoMs, was(7)),
			record: {failure: refusedConnection, reach: 'down', role: 'primary'},
			nodes: [
				recordFrom({address: '10.0.1.12:6379'}),
				recordFrom({
					address: '10.0.1.21:26379',
					role: 'sentinel',
					sentinel: {
						atMs: nowMs,
						value: {
							primaries: [
								{
									name: 'main',
									address: '10.0.1.12:6379',
									flags: new Set(['master']),
									replicas: [{address: '10.0.1.11:6379', flags: new Set(['slave'])}],
								},
							],
						} as never,
					},
				}),
			],
		},
		'critical',
		/^was killed by the kernel, redis-server \(process 7\), 1h00m ago, 10\.0\.1\.12:6379 took over: memory limit/,
	],
	['this process, by another name', {...killed(hourAgoMs, was(7), {name: 'ld-linux-x86-64'}), ...refused}, 'critical'],
	[
		'this process, for want of memory',
		{...killed(hourAgoMs, was(7), {line: 'Out of memory: Killed process 7'}), ...refused},
		'critical',
		/the machine was out of memory$/,
	],
	['its number was used again since', {...killed(hourAgoMs - 60_000, was(7)), ...refused}, 'clear'],
	['its unit', {...killed(hourAgoMs, unit('a.service'), {group: '/system.slice/a.service'}), ...refused}, 'critical'],
	['another unit', {...killed(hourAgoMs, unit('a.service'), {group: '/system.slice/b.service'}), ...refused}, 'clear'],
	[
		'restarted within seconds, in a group that counts a kill',
		killed(hourAgoMs, {...running(hourAgoMs + 3000), ...countedKills(1)}),
		'warning',
		/started again/,
	],
	[
		'another server reached the limit of its group while this one started in a group without kills',
		killed(hourAgoMs, {...running(hourAgoMs + 3000), ...countedKills(0)}),
		'clear',
	],
	['the same, and this one is in no group with a limit', killed(hourAgoMs, running(hourAgoMs + 3000)), 'clear'],
	[
		'restarted within seconds, for want of memory',
		killed(hourAgoMs, running(hourAgoMs + 3000), {line: 'Out of memory: Killed process 7'}),
		'warning',
		/started again/,
	],
	[
		'restarted within seconds by its unit',
		killed(hourAgoMs, {...running(hourAgoMs + 3000), ...unit('a.service')}, {group: '/system.slice/a.service'}),
		'warning',
	],
	[
		'a server of another unit was killed while this one started',
		killed(
			hourAgoMs,
			{...running(hourAgoMs + 3000), ...unit('a.service')},
			{group: '/system.slice/b.service', line: 'Out of memory: Killed process 7'},
		),
		'clear',
	],
	['restarted much later', killed(hourAgoMs, running(hourAgoMs + 600_000)), 'clear'],
	['restarted, and known to be another', killed(hourAgoMs, {...running(hourAgoMs + 3000), ...was(8)}), 'clear'],
	['restarted much later, and known', killed(hourAgoMs, {...running(hourAgoMs + 600_000), ...was(7)}), 'warning'],
	['its child, while it ran', killed(hourAgoMs, {...running(hourAgoMs - 60_000), ...unit('a.service')}), 'clear'],
	['something else, as it started', killed(hourAgoMs, running(hourAgoMs + 3000), {name: 'chrome'}), 'clear'],
	[
		'two days ago',
		{...killed(nowMs - 172_800_000, {earlierProcess: {processId: 7, seenAtMs: 0}}), ...refused},
		'clear',
	],
	['nobody knows when', {...killed(undefined, was(7)), ...refused}, 'clear'],
	['the log may not be read', {host: {}}, 'unseen'],
]);

const pressure = (processorPressure: number, slowPerMinute: number, pings: readonly number[] = []): FactsParts => ({
	...kernel({processorPressure}),
	record: {pings, slowlog: {atMs: nowMs, value: {entries: [], lost: 0, perMinute: slowPerMinute}}},
});
/** The control group of the server stood still in half of its periods. */
const throttled = (runnable: number): FactsParts => ({
	...pressure(0.93, 3),
	...kernel(
		{processorPressure: 0.93, processorTime: {total: 1, stolen: 0, processors: 2, runnable}},
		{
			cgroup: {
				limitBytes: undefined,
				usedBytes: 1,
				oomKills: 0,
				processorQuota: {cores: 0.05, periods: 100, throttled: 53},
			},
		},
	),
});

/** A server whose process takes a share of a core, most of it for GET from one client. */
const ofServer = (share: number): FactsParts => ({
	info: {cpu: {used_cpu_user: 10 + share, used_cpu_sys: 5}},
	earlier: {cpu: {used_cpu_user: 10, used_cpu_sys: 5}},
	record: {
		...pressure(0.9, 3).record,
		commands: [
			{command: 'get', timeShare: 0.9, calls: 9, callsPerSecond: 9e5, meanMicroseconds: 1, failuresPerSecond: 0},
		],
		clients: {atMs: 0, value: [clientOf({id: 1, name: 'cart-sync', command: 'get', idleSeconds: 0})]},
	},
});

/** A machine of two processors, of which a program takes some. */
const withPrograms = (cores: number, parts: FactsParts, boundTo?: number): FactsParts => ({
	...parts,
	host: {
		...parts.host,
		busyPrograms: [{processName: 'gzip', processIds: [4711, 4712], cores, boundTo}],
		kernel: {...emptyKernel, ...parts.host?.kernel, processorTime: {total: 1, stolen: 0, runnable: 5, processors: 2}},
	},
});

/** The same machine, ten seconds after a reading of the server's waits, in which its thread waited for `waitedMs`. */
const waiting = (waitedMs: number, parts: FactsParts, beforeMs = 1000): FactsParts => {
	const process = {processId: 77} as ProcessEvidence;
	const waits = (ms: number) => ({processorWaitNs: ms * 1e6});
	return {
		...parts,
		host: {...parts.host, process, waits: waits(beforeMs + waitedMs)},
		record: {
			...parts.record,
			hostBefore: {atMs: factsOf({}).nowMs - 10_000, value: {...emptyHost, process, waits: waits(beforeMs)}},
		},
	};
};

testRule(osPsi, [
	['idle', pressure(0.02, 5), 'clear'],
	['busy, and the server is as quick as ever', pressure(0.9, 0, [0.3]), 'info'],
	[
		'busy, and commands are slow',
		pressure(0.9, 3),
		'warning',
		/^runs on a machine short of processor time, some process waits for a processor 90% of the time$/,
	],
	[
		'busy, and the server itself is a part of the load',
		{...pressure(0.9, 3), ...ofServer(0.37)},
		'warning',
		/90% of the time; the server takes 37% of a core, most for GET from cart-sync$/,
	],
	[
		'busy, and one program takes most of the processors',
		withPrograms(1.8, pressure(0.9, 3)),
		'warning',
		/^runs on a machine that gzip keeps busy, it takes 1\.8 of 2 processors; some process waits for a processor 90% of/,
	],
	[
		'busy, and no program takes much',
		withPrograms(0.7, pressure(0.9, 3)),
		'warning',
		/^runs on a machine short of processor time, some/,
	],
	[
		'busy, and one program takes most of the processor that the server is bound to',
		withPrograms(0.7, pressure(0.9, 3), 1),
		'warning',
		/^runs on a machine that gzip keeps busy, it takes 0\.7 of the server's processor; some process waits/,
	],
	[
		'busy, and a program takes little of the processors that the server is bound to',
		withPrograms(0.7, pressure(0.9, 3), 2),
		'warning',
		/^runs on a machine short of processor time, some/,
	],
	[
		'busy, and the server takes more than each program',
		{...withPrograms(0.9, pressure(0.9, 3)), ...ofServer(0.95)},
		'warning',
		/^runs on a machine short of processor time, .* the server takes 95% of a core/,
	],
	['busy, and the server takes little', {...pressure(0.9, 3), ...ofServer(0.1)}, 'warning', /90% of the time$/],
	['busy, and every command is logged', {...pressure(0.9, 300), config: {'slowlog-log-slower-than': '0'}}, 'info'],
	['busy, and PING is slow', pressure(0.9, 0, [25]), 'warning'],
	['busy, and the server waits for a processor as well', waiting(1000, pressure(0.9, 3)), 'warning'],
	['busy, and commands are slow, but the server hardly waits', waiting(200, pressure(0.9, 3)), 'info'],
	['busy, and PING is slow, but the server hardly waits', waiting(200, pressure(0.9, 0, [25])), 'info'],
	['busy, and the kernel counts no waits', waiting(0, pressure(0.9, 3), 0), 'warning'],
	[
		'busy, and a PING of the last minute was slow',
		pressure(0.9, 0, [25, ...Array.from({length: 59}, () => 1)]),
		'warning',
	],
	['busy, and PING has been quick for a minute', pressure(0.9, 0, [25, ...Array.from({length: 60}, () => 1)]), 'info'],
	['the limit of its own group holds it back', throttled(1), 'clear'],
	['that limit holds it back, and the machine is busy too', throttled(9), 'warning'],
	['a kernel without PSI', kernel({}), 'absent'],
	['another machine', {}, 'unseen'],
]);

const slowlog = (milliseconds: number): FactsParts => {
	const {host} = pressure(0.9, 1);
	const entry = {
		id: 1,
		atMs: factsOf({}).nowMs - 5000,
		durationMicroseconds: milliseconds * 1000,
		arguments: ['KEYS', '*'],
		argumentCount: 2,
		clientAddress: '10.0.0.9:1',
		clientName: 'cron',
	};
	return {
		...(host === undefined ? {} : {host}),
		record: {slowlog: {atMs: 0, value: {entries: [entry], lost: 0, perMinute: 1}}},
	};
};
for (const [milliseconds, expected] of [
	[60, undefined],
	[900, undefined],
	[1100, 1100],
	[8000, 8000],
] as const) {
	test(`os.psi: a command of ${milliseconds} ms at a pressure of 90 % is ${expected ? 'slow by itself' : 'explained'}`, () => {
		const {evidence} = firingOf(osPsi, slowlog(milliseconds));
		assert.equal(evidence.find(({name}) => name === slowByItself)?.value, expected);
	});
}

test('os.psi: a command is slowed at most by the number of threads that share a processor', () => {
	const {record} = slowlog(1100);
	const busy = {...emptyKernel, processorPressure: 0.99};
	const time = {total: 1, stolen: 0, processors: 2};
	const own = (runnable: number) =>
		firingOf(osPsi, {
			...(record === undefined ? {} : {record}),
			host: {kernel: {...busy, processorTime: {...time, runnable}}},
		}).evidence.find(({name}) => name === slowByItself)?.value;
	assert.equal(own(12), 1100);
	assert.equal(own(40), undefined);
});

testRule(osClocksource, [
	['fast', kernel({clockSource: 'tsc'}), 'clear'],
	['of a virtual machine', kernel({clockSource: 'kvm-clock'}), 'clear'],
	['slow', kernel({clockSource: 'hpet'}), 'info', /^reads the time from a slow clock source \(hpet\)$/],
	['another machine', {}, 'unseen'],
]);

test('os.psi: a command that held the thread by its own work stays a cause of its own for a minute', () => {
	const own = (agoMs: number) =>
		firingOf(osPsi, {
			...pressure(0.9, 3),
			watch: {heavyCommand: {command: 'evalsha', ownMs: 60, atMs: nowMs - agoMs}},
		}).evidence.find(({name}) => name === slowByItself)?.value;
	assert.equal(own(5000), 60);
	assert.equal(own(61_000), undefined);
});

test('os.psi: where the server is a large part of the load, the step about its client comes first', () => {
	const firstStep = (share: number) =>
		messageText(firingOf(osPsi, {...pressure(0.9, 3), ...ofServer(share)}).next[0]?.text ?? '');
	assert.equal(firstStep(0.72), 'let cart-sync send GET less often, or stop it');
	assert.match(firstStep(0.37), /^top /);
	const others = withPrograms(1.8, {...pressure(0.9, 3), ...ofServer(0.72)});
	assert.doesNotMatch(messageText(firingOf(osPsi, others).next[0]?.text ?? ''), /cart-sync/);
});

test('os.psi: where the server itself gets its processor, nothing else is to be moved', () => {
	const steps = (waitedMs: number) =>
		firingOf(osPsi, waiting(waitedMs, {...pressure(0.9, 3), ...ofServer(0.72)})).next.map(({text}) =>
			messageText(text),
		);
	assert.match(steps(4000).join('\n'), /move what else runs there/);
	assert.deepEqual(steps(200).slice(0, 2), [
		'let cart-sync send GET less often, or stop it',
		'see which commands take the time: panel 5',
	]);
	assert.doesNotMatch(steps(200).join('\n'), /move what else runs there/);
});
