import assert from 'node:assert/strict';
import test from 'node:test';
import type {Listener, LocalEvidence, ProcessEvidence, WaitEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {isOfBusyMachine} from '../../source/rules/explanation-conditions.js';
import {osDisk, osListenDrop, osPsiMemory, osRetrans, osRunq} from '../../source/rules/host-waits.js';
import {slowByItself} from '../../source/rules/own-slowness.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom} from '../harness/records.js';
import {emptyHost, emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const process = {processId: 77} as ProcessEvidence;

/** Two readings of a machine, ten seconds apart. */
const between = (before: WaitEvidence, after: WaitEvidence, rest: FactsParts = {}, processId = 77): FactsParts => ({
	...rest,
	info: rest.info ?? {},
	host: {...rest.host, process, waits: after},
	record: {
		hostBefore: {
			atMs: nowMs - 10_000,
			value: {...emptyHost, process: {...process, processId}, waits: before},
		},
	},
});

const queue = (seconds: number): WaitEvidence => ({processorWaitNs: seconds * 1e9});

/** A control group that stood still in half of its periods. */
const heldBack = {
	limitBytes: undefined,
	usedBytes: 1,
	oomKills: 0,
	processorQuota: {cores: 0.1, periods: 100, throttled: 53},
};

testRule(osRunq, [
	['a moment', between(queue(100), queue(100.2)), 'clear'],
	['a tenth of the time', between(queue(100), queue(101)), 'info', /^waits for a processor 10% of the time/],
	['half of the time', between(queue(100), queue(105)), 'warning'],
	[
		'half of the time, and one program has the processors',
		between(queue(100), queue(105), {
			host: {
				busyPrograms: [{processName: 'gzip', processIds: [4711], cores: 1.8}],
				kernel: {...emptyKernel, processorTime: {total: 1, stolen: 0, processors: 2}},
			},
		}),
		'warning',
		/^waits for a processor that gzip has, 50% of the time, it takes 1\.8 of 2 processors$/,
	],
	[
		'a fifth of a time that was longer than between the beginnings of both looks',
		between({...queue(100), readAtMs: nowMs - 10_000}, {...queue(104), readAtMs: nowMs + 10_000}),
		'warning',
		/^waits for a processor 20% of the time/,
	],
	[
		'half of the time, within the limit of its control group',
		between(queue(100), queue(105), {
			host: {cgroup: heldBack, busyPrograms: [{processName: 'gzip', processIds: [4711], cores: 1.8}]},
		}),
		'warning',
		/^waits for a processor 50% of the time: the limit of its control group holds it back$/,
	],
	[
		'half of the time, within its limit and on a crowded machine',
		between(queue(100), queue(105), {
			host: {
				cgroup: heldBack,
				kernel: {...emptyKernel, processorTime: {total: 1, stolen: 0, runnable: 6, processors: 2}},
			},
		}),
		'warning',
		/: the limit of its control group holds it back, or other processes run in its place$/,
	],
	[
		'half of the time, with a limit that does not stop it',
		between(queue(100), queue(105), {
			host: {cgroup: {...heldBack, processorQuota: {cores: 2, periods: 100, throttled: 1}}},
		}),
		'warning',
		/: other processes of its machine run in its place$/,
	],
	['another process than before', between(queue(100), queue(105), {}, 76), 'pending'],
	['another threshold', {...between(queue(100), queue(101)), thresholds: {'os.runq.share': 0.2}}, 'clear'],
	['one reading', {host: {process, waits: queue(1)}}, 'pending'],
	['no reading', {}, 'unseen'],
]);

const drops = (listenDrops: number): WaitEvidence => ({listenDrops});

testRule(osListenDrop, [
	['none', between(drops(5), drops(5)), 'clear'],
	[
		'some, with a queue of one',
		between(drops(5), drops(25), {config: {'tcp-backlog': '1'}}),
		'warning',
		/20 dropped since the last look/,
	],
	[
		'some, while connections wait in its queue',
		between(drops(5), drops(25), {
			host: {listeners: [{address: '*', port: 6379, queued: 3, processId: 77, processName: 'redis-server'}]},
		}),
		'warning',
	],
	['some, of another program perhaps', between(drops(5), drops(25), {config: {'tcp-backlog': '511'}}), 'info'],
	['the counter started over', between(drops(25), drops(5)), 'pending'],
	['one reading', {host: {process, waits: drops(1)}}, 'pending'],
]);

const segments = (segmentsSent: number, segmentsResent: number): WaitEvidence => ({segmentsSent, segmentsResent});

/** A listening socket of the server. */
const listensOn = (address: string): Listener => ({
	address,
	port: 6379,
	queued: 0,
	processId: 77,
	processName: 'redis-server',
});

/** A machine on which three segments in a hundred were sent again, and the addresses of the clients of the server. */
function lossy(rest: FactsParts, clients?: readonly string[]): FactsParts {
	const parts = between(segments(0, 0), segments(100_000, 3000), rest);
	return clients === undefined
		? parts
		: {
				...parts,
				record: {
					...parts.record,
					clients: {atMs: nowMs, value: clients.map((address, index) => clientOf({id: index + 1, address}))},
				},
			};
}

/** Another node with a burst of PINGs, one of which came late. */
const withBurst = (roundTripMs: number, isOvertaken: boolean) =>
	recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		ping: {
			burst: {
				atMs: nowMs,
				pings: [1, 1.2, roundTripMs].map(each => ({roundTripMs: each, isOvertaken: isOvertaken && each > 2})),
			},
		},
	});

testRule(osRetrans, [
	['none', between(segments(0, 0), segments(100_000, 20)), 'clear'],
	['three in a hundred', between(segments(0, 0), segments(100_000, 3000)), 'warning', /3\.0% of the TCP segments/],
	['too few to tell', between(segments(0, 0), segments(100, 50)), 'clear'],
	[
		'a server that listens on loopback addresses only',
		lossy({host: {listeners: [listensOn('127.0.0.1'), listensOn('::1')]}}),
		'clear',
	],
	['a server that listens on all addresses', lossy({host: {listeners: [listensOn('0.0.0.0')]}}), 'warning'],
	['a server whose clients are all on its machine', lossy({}, ['127.0.0.1:5000', '/run/redis.sock:0']), 'clear'],
	['a server with a client on another machine', lossy({}, ['127.0.0.1:5000', '10.0.0.9:5000']), 'warning'],
	[
		'a replica whose clients are on its machine, and whose primary is not',
		lossy({info: {replication: {role: 'slave', master_host: '10.0.0.2', master_port: 6379}}}, ['127.0.0.1:5000']),
		'warning',
	],
	[
		'PINGs to a replica get lost as well: it is named',
		between(segments(0, 0), segments(100_000, 3000), {nodes: [withBurst(204, true)]}),
		'warning',
		/^loses packets to 10\.0\.1\.12:6379, 3\.0% of the TCP segments were sent again$/,
	],
	[
		'PINGs to a replica that the server itself answered late',
		between(segments(0, 0), segments(100_000, 3000), {nodes: [withBurst(204, false)]}),
		'warning',
		/^is on a network that loses packets/,
	],
	['not known', between({}, {}), 'pending'],
]);

test('os.retrans: the first step is a look at the way to the node that is named', () => {
	const {next, nodes} = firingOf(
		osRetrans,
		between(segments(0, 0), segments(100_000, 3000), {nodes: [withBurst(204, true)]}),
	);
	assert.match(messageText(next[0]?.text ?? ''), /^from here: ping -c 50 -i 0\.2 10\.0\.1\.12,/);
	assert.deepEqual(nodes?.slice(1), ['10.0.1.12:6379']);
});

const disk = (busyMs: number, requests: number): WaitEvidence => ({
	disk: {name: 'nvme0n1', busyMs, requests, requestsMs: requests * 40},
});

testRule(osDisk, [
	['half of the time', between(disk(0, 0), disk(5000, 100)), 'clear'],
	['always', between(disk(0, 0), disk(9800, 100)), 'info', /nvme0n1 is busy 98% of the time, 40\.0 ms a request/],
	[
		'always, and the append-only file waits',
		between(disk(0, 0), disk(9800, 100), {info: {persistence: {aof_pending_bio_fsync: 1}}}),
		'warning',
		/^waits for its disk/,
	],
	[
		'always, and round trips show that all commands wait',
		between(disk(0, 0), disk(9800, 100), {
			info: {persistence: {aof_pending_bio_fsync: 1}},
			roundTripMs: 1500,
			earlierRoundTripMs: 900,
			earlier: {},
		}),
		'warning',
		/^makes commands wait up to 1\.5 s for its disk, nvme0n1 is busy/,
	],
	['a folder without a disk', between({}, {}), 'pending'],
]);

const pressure = (memoryPressure: number): FactsParts => ({
	host: {kernel: {...emptyKernel, memoryPressure, availableMemoryBytes: 1024}},
});

/** A machine of 10 GB, with a server and another process. */
const withLargest = (residentBytes: number, ofServer = 2e9): FactsParts => ({
	host: {
		process: {...process, residentBytes: ofServer},
		largest: {processName: 'java', processId: 4711, residentBytes},
		kernel: {...emptyKernel, memoryPressure: 0.3, totalMemoryBytes: 1e10, availableMemoryBytes: 1e8},
	},
});

testRule(osPsiMemory, [
	['none', pressure(0), 'clear'],
	['some', pressure(0.02), 'warning', /^runs on a machine short of memory/],
	['much', pressure(0.3), 'critical'],
	['much, and another process takes most', withLargest(6e9), 'critical', /: java \(process 4711\) takes 5\.59G$/],
	['much, and the largest other process is small', withLargest(1e9), 'critical', /available$/],
	['much, and the server is larger', withLargest(6e9, 7e9), 'critical', /available$/],
	['another threshold', {...pressure(0.02), thresholds: {'os.psi_memory.share': 0.05}}, 'clear'],
	['a kernel without it', {host: {kernel: emptyKernel}}, 'absent'],
	['no look at the machine', {}, 'unseen'],
]);

test('os.runq: a command that is too long for the wait is slow by itself', () => {
	const own = (milliseconds: number) => {
		const entry = {
			id: 1,
			atMs: nowMs - 1000,
			durationMicroseconds: milliseconds * 1000,
			arguments: ['KEYS', '*'],
			argumentCount: 2,
			clientAddress: '10.0.0.9:4000',
			clientName: 'cron',
		};
		const {host, record} = between(queue(100), queue(108));
		return firingOf(osRunq, {
			...(host === undefined ? {} : {host}),
			record: {...record, slowlog: {atMs: 0, value: {entries: [entry], lost: 0, perMinute: 1}}},
		}).evidence.find(({name}) => name === slowByItself)?.value;
	};
	// At 80 % a command takes five times as long.
	assert.deepEqual([own(90), own(490), own(4000)], [undefined, undefined, 4000]);
});

test('os.runq: only where no program and no limit is known as the cause, the machine as a whole is busy', () => {
	const isBusy = (host: Partial<LocalEvidence>) =>
		isOfBusyMachine({rule: 'os.runq', evidence: firingOf(osRunq, between(queue(100), queue(105), {host})).evidence});
	const processors = {kernel: {...emptyKernel, processorTime: {total: 1, stolen: 0, processors: 2}}};
	assert.equal(isBusy(processors), true);
	assert.equal(isBusy({...processors, busyPrograms: [{processName: 'gzip', processIds: [4711], cores: 1.8}]}), false);
	assert.equal(isBusy({cgroup: heldBack}), false);
	assert.equal(isOfBusyMachine({rule: 'os.psi', evidence: []}), true);
	assert.equal(isOfBusyMachine({rule: 'os.disk', evidence: []}), false);
});
