import {losesSmallPackets} from '../derive/pending-reply.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {LocalEvidence, WaitEvidence} from '../domain/host-evidence.js';
import {message, nodeName} from '../domain/message.js';
import {bytes, count, milliseconds, percent} from '../text/units.js';
import {hogOf, memoryHogOf} from './busy-program.js';
import {cpuThrottle} from './cpu-network.js';
import {infoEvidence} from './evidence.js';
import {commandsWait, feltWait} from './felt-waits.js';
import {clearAfterTwoReadings, hostFact, kernelFact, type Need, pending} from './needs.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {ownSlowness, slowByItself, slowdown} from './own-slowness.js';
import {lossSteps} from './packet-loss.js';
import {clear, fires, rule} from './rule.js';
import {throttling} from './throttling.js';

/** Fewest milliseconds between two readings of the machine that are compared. */
const leastBetweenMs = 1000;

/** Two readings of the same process, and the milliseconds between them. */
type Between = {readonly before: WaitEvidence; readonly after: WaitEvidence; readonly elapsedMs: number};

function betweenReadings({record}: NodeFacts): Between | undefined {
	const here = (value: unknown): LocalEvidence | undefined => (isHere(value) ? value : undefined);
	const [earlier, later] = [here(record.hostBefore?.value), here(record.host?.value)];
	const begunMs = (record.host?.atMs ?? 0) - (record.hostBefore?.atMs ?? 0);
	const [readBefore, readAfter] = [earlier?.waits?.readAtMs, later?.waits?.readAtMs];
	const elapsedMs = readBefore === undefined || readAfter === undefined ? begunMs : readAfter - readBefore;
	const isSame = earlier?.process !== undefined && earlier.process.processId === later?.process?.processId;
	return !isSame || earlier.waits === undefined || later?.waits === undefined || elapsedMs < leastBetweenMs
		? undefined
		: {before: earlier.waits, after: later.waits, elapsedMs};
}

const isHere = (value: unknown): value is LocalEvidence =>
	typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'here';

const waitsNow = hostFact(({waits}) => waits);
const twoReadings = pending('needs two readings of the machine');

/** A need for a figure that is computed from two readings of the machine, such as the growth of a counter. */
const waited = <T>(read: (between: Between) => T | undefined): Need<T> => ({
	read(facts) {
		const between = betweenReadings(facts);
		return between && read(between);
	},
	missing: facts => (waitsNow.read(facts) === undefined ? waitsNow.missing(facts) : twoReadings),
});

/** The growth of a counter. Undefined if a reading lacks the counter, or if the counter was reset. */
const growth = (before: number | undefined, after: number | undefined): number | undefined =>
	before === undefined || after === undefined || after < before ? undefined : after - before;

const nanosecondsPerMs = 1e6;

/** The share of the time in which the main thread was ready to run and had no processor. */
export const processorWait = waited(({before, after, elapsedMs}) => {
	const ns = growth(before.processorWaitNs, after.processorWaitNs);
	return ns === undefined ? undefined : Math.min(1, ns / nanosecondsPerMs / elapsedMs);
});

/**
Why the thread waits where the limit of its control group stops it: the kernel counts that as a wait for a processor.
Undefined without such a limit.
*/
function limitText(facts: NodeFacts): string | undefined {
	if (throttling(facts).share <= facts.limitsOf(cpuThrottle).share) {
		return undefined;
	}

	const host = facts.record.host?.value;
	const {runnable = 0, processors = Number.POSITIVE_INFINITY} =
		(isHere(host) ? host.kernel.processorTime : undefined) ?? {};
	const held = 'the limit of its control group holds it back';
	return runnable > processors ? `${held}, or other processes run in its place` : held;
}

/** Name of the evidence that no one program keeps the processors from the server. */
export const unknownProcesses = 'processes in its place';

export const osRunq = rule({
	id: 'os.runq',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes in which share of the time the main thread was ready to run and had no processor: the second number of /proc/PID/task/PID/schedstat, between two readings. The server has to run on the machine of redis-top.',
		since: 'any',
		falsePositives: [
			'A machine may be busy without slowing the server. The figure is about the main thread of this server alone.',
		],
	},
	thresholds: {
		share: {value: 0.05, unit: 'share', source: 'of the time; a thread with a processor of its own waits far less'},
		warning: {value: 0.2, unit: 'share', source: 'of the time; each command then takes a quarter longer on average'},
	},
	clearAfter: clearAfterTwoReadings,
	needs: {share: processorWait},
	evaluate({share}, facts, limits) {
		const {longestMs, heavy, isSlowByItself} = ownSlowness(facts, slowdown(share));
		const limit = limitText(facts);
		const hog = share <= limits.share || limit !== undefined ? undefined : hogOf(facts);
		return share <= limits.share
			? clear
			: fires(share >= limits.warning ? 'warning' : 'info', {
					...(hog === undefined
						? {
								problem: `waits for a processor ${percent(share)} of the time`,
								reason: limit ?? 'other processes of its machine run in its place',
							}
						: {
								problem: message`waits for a processor that ${hog.name} has, ${percent(share)} of the time`,
								detail: hog.takes,
							}),
					effect: share >= limits.warning ? 'slow' : undefined,
					evidence: [
						{name: 'schedstat, time in the run queue', value: share, unit: 'share'},
						...(hog === undefined && limit === undefined ? [{name: unknownProcesses, value: 'none stands out'}] : []),
						...(isSlowByItself
							? [{name: slowByItself, value: Math.max(longestMs, heavy?.ownMs ?? 0), unit: 'milliseconds' as const}]
							: []),
					],
					meaning: 'While the main thread waits, no client is served. Commands look slow that are not.',
					next: [
						...(hog?.next ?? []),
						...(limit === undefined ? [] : [hint('raise or remove the limit of its control group')]),
						onHost('top -b -n 1 -o %CPU | head -n 20'),
						hint('move what else runs there, or give the server processors of its own (taskset, cpuset)'),
					],
				});
	},
});

export const osListenDrop = rule({
	id: 'os.listen_drop',
	scope: 'node',
	docs: {
		looksAt:
			"The rule checks whether the kernel drops new connections because an accept queue is full: `ListenDrops` in /proc/PID/net/netstat, between two readings. The counter is of the server's network namespace.",
		since: 'any',
		falsePositives: [
			'Another program of the same machine may have the full queue. The finding is only info while the queue of the server has room.',
		],
	},
	raiseAfter: 1,
	clearAfter: 3,
	needs: {drops: waited(({before, after}) => growth(before.listenDrops, after.listenDrops))},
	evaluate({drops}, facts) {
		if (drops === 0) {
			return clear;
		}

		const host = facts.record.host?.value;
		const {endpoint} = facts.record;
		const queued = (isHere(host) ? host.listeners : []).map(listener => listener.queued ?? 0);
		const backlog = Number(facts.setting('tcp-backlog') ?? Number.NaN);
		const isOurs = queued.some(length => length > 0) || (backlog > 0 && backlog < smallBacklog);
		return fires(isOurs ? 'warning' : 'info', {
			problem: 'loses new connections in the kernel',
			detail: `${count(drops)} dropped since the last look`,
			reason: isOurs ? 'its accept queue is full' : 'some accept queue of its machine is full',
			effect: isOurs ? 'connections-refused' : undefined,
			evidence: [
				{name: 'ListenDrops', value: drops, unit: 'count'},
				...(Number.isNaN(backlog) ? [] : [{name: 'tcp-backlog', value: backlog, unit: 'count' as const}]),
			],
			meaning: 'A dropped client tries again after a second, then after three: it sees a slow or missing server.',
			next: [
				onHost(endpoint.kind === 'tcp' ? `ss -ltn 'sport = :${endpoint.port}'` : 'ss -lx'),
				hint(
					'raise tcp-backlog in the config file and net.core.somaxconn, then restart; or find who connects so often',
				),
			],
		});
	},
});

/**
Length of the listen queue, in connections, below which even a small burst of new connections fills it. Redis' default,
`tcp-backlog`, is 511.
*/
const smallBacklog = 128;

/**
Whether all traffic of the server stays on its machine, so that the segments that were sent again are of other programs.
It listens on loopback addresses only, or all listed clients are on such addresses; and it replicates from no other
machine.
*/
function isOnLoopback({record}: NodeFacts): boolean {
	const host = record.host?.value;
	const addresses = (isHere(host) ? host.listeners : []).filter(({port}) => port !== 0).map(({address}) => address);
	const clients = (record.clients?.value ?? []).map(({address}) => address);
	const primary = record.sample && primaryAddress(record.sample.info);
	const areLocal = (all: readonly string[]) => all.length > 0 && all.every(address => loopback.test(address));
	return (areLocal(addresses) || areLocal(clients)) && (primary === undefined || loopback.test(primary));
}

/** Matches a loopback address, with or without a port, and the path of a unix socket. */
const loopback = /^(?:127\.|\[?::1\]?(?::\d+)?$|localhost(?::|$)|\/)/;

/** Fewest sent TCP segments for which the share of segments that were sent again is computed. */
const fewestSegments = 1000;

export const osRetrans = rule({
	id: 'os.retrans',
	scope: 'node',
	docs: {
		looksAt:
			"The rule computes the share of TCP segments that were sent again: `RetransSegs` and `OutSegs` in /proc/PID/net/snmp, between two readings. The counters are of the server's network namespace. A node to which redis-top's own PINGs from this machine get lost is named.",
		since: 'any',
		falsePositives: [
			'Connections of other programs are counted as well. The finding is only a warning.',
			'A server may be reached on this machine alone. The rule is clear if it listens on a loopback address only, or if all of its clients are on such addresses.',
		],
	},
	thresholds: {
		share: {
			value: 0.01,
			unit: 'share',
			source: 'of the segments; a healthy network resends fewer than one in a thousand',
		},
	},
	needs: {
		segments: waited(({before, after}) => {
			const sent = growth(before.segmentsSent, after.segmentsSent);
			const resent = growth(before.segmentsResent, after.segmentsResent);
			return sent === undefined || resent === undefined ? undefined : {sent, resent};
		}),
	},
	evaluate({segments: {sent, resent}}, facts, limits) {
		const share = sent < fewestSegments ? 0 : Math.min(1, resent / sent);
		if (share <= limits.share || isOnLoopback(facts)) {
			return clear;
		}

		const peers = [...facts.nodes.values()].filter(
			record => record.address !== facts.address && losesSmallPackets(record, facts.nowMs),
		);
		const [peer] = peers;
		return fires('warning', {
			problem:
				peer === undefined ? 'is on a network that loses packets' : message`loses packets to ${nodeName(peer.address)}`,
			detail: `${percent(share)} of the TCP segments were sent again`,
			effect: 'slow',
			nodes: [facts.address, ...peers.map(({address}) => address)],
			evidence: [
				{name: 'RetransSegs', value: resent, unit: 'count'},
				{name: 'OutSegs', value: sent, unit: 'count'},
			],
			meaning:
				'A lost packet costs at least 200 ms before it is sent again. Clients time out, and replicas fall behind.',
			next: [
				...(peer === undefined ? [] : lossSteps(peer.endpoint).slice(0, 2)),
				onHost('ss -tin state established   # retrans of each connection'),
				...(peer === undefined ? [hint('look at the interface and its link: errors, a full link, a policer')] : []),
			],
		});
	},
});

/** Round trips, in milliseconds, from which the wait of commands for the disk is told. It is the threshold of conn.rtt. */
const feltMs = 100;

/** The wait for the disk of the append-only file as text: the wait of commands where round trips show it. */
function waitForDisk(facts: NodeFacts): string {
	const felt = feltWait(facts);
	return felt?.isOften(feltMs) === true ? commandsWait(felt.longestMs, true) : 'waits for its disk';
}

export const osDisk = rule({
	id: 'os.disk',
	scope: 'node',
	docs: {
		looksAt:
			"The rule computes how long the disk with the server's folder was busy, and how long a request took: /proc/diskstats, between two readings. It is a warning while the append-only file waits for the disk (`aof_pending_bio_fsync`, `aof_delayed_fsync`).",
		since: 'any',
		falsePositives: [
			'A fast disk serves several requests at once and may be busy all the time. The finding is only info while nothing waits.',
			'A folder on tmpfs, on a network or in the layers of a container has no disk of its own. The rule cannot tell then.',
		],
	},
	thresholds: {
		busy: {value: 0.9, unit: 'share', source: 'of the time; Prometheus node-exporter mixin, NodeDiskIOSaturation'},
	},
	needs: {
		disk: waited(({before, after, elapsedMs}) => {
			const busyMs = growth(before.disk?.busyMs, after.disk?.busyMs);
			const requests = growth(before.disk?.requests, after.disk?.requests);
			const requestsMs = growth(before.disk?.requestsMs, after.disk?.requestsMs);
			return busyMs === undefined || requests === undefined || requestsMs === undefined
				? undefined
				: {
						name: after.disk?.name ?? '',
						busy: Math.min(1, busyMs / elapsedMs),
						eachMs: requests === 0 ? 0 : requestsMs / requests,
					};
		}),
	},
	evaluate({disk: {name, busy, eachMs}}, facts, limits) {
		if (busy <= limits.busy) {
			return clear;
		}

		const isPending =
			(facts.number('persistence', 'aof_pending_bio_fsync') ?? 0) > 0 ||
			(facts.increase('persistence', 'aof_delayed_fsync') ?? 0) > 0;
		return fires(isPending ? 'warning' : 'info', {
			problem: isPending ? waitForDisk(facts) : 'has a disk that is always busy',
			detail: `${name} is busy ${percent(busy)} of the time, ${milliseconds(eachMs)} a request`,
			effect: isPending ? 'slow' : undefined,
			evidence: [
				{name: `${name}, busy`, value: busy, unit: 'share'},
				{name: `${name}, each request`, value: eachMs, unit: 'milliseconds'},
				...infoEvidence(
					facts,
					['persistence', 'aof_pending_bio_fsync', 'count'],
					['persistence', 'aof_delayed_fsync', 'count'],
				),
			],
			meaning: 'The server stops for an fsync that takes longer than two seconds, and every client waits.',
			next: [
				onHost('iostat -x 1 3   # or: cat /proc/diskstats'),
				hint('find who writes: a save, a backup, another program; move the append-only file to a faster disk'),
			],
		});
	},
});

export const osPsiMemory = rule({
	id: 'os.psi_memory',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads in which share of the last ten seconds every process that could run waited for memory: `full avg10` of /proc/pressure/memory. The server has to run on this machine.',
		since: 'any',
		falsePositives: ['A start of a large program waits for memory for a moment. The rule waits for three samples.'],
	},
	thresholds: {
		share: {value: 0.01, unit: 'share', source: 'of ten seconds; a machine with enough memory has 0'},
		critical: {value: 0.1, unit: 'share', source: 'of ten seconds; the kernel then mostly moves pages (thrashing)'},
	},
	raiseAfter: 3,
	needs: {pressure: kernelFact(({memoryPressure}) => memoryPressure)},
	evaluate({pressure}, facts, limits) {
		if (pressure <= limits.share) {
			return clear;
		}

		const host = facts.record.host?.value;
		const free = isHere(host) ? host.kernel.availableMemoryBytes : undefined;
		const hog = memoryHogOf(facts);
		return fires(pressure >= limits.critical ? 'critical' : 'warning', {
			problem: 'runs on a machine short of memory',
			reason: hog?.takes,
			detail: `everything waits for memory ${percent(pressure)} of the time${free === undefined ? '' : `, ${bytes(free)} available`}`,
			effect: 'slow',
			evidence: [
				{name: 'memory full avg10', value: pressure, unit: 'share'},
				...(free === undefined ? [] : [{name: 'MemAvailable', value: free, unit: 'bytes' as const}]),
			],
			meaning:
				'Pages of the server are read back from disk or swap while clients wait. The kernel may kill a process next.',
			next: [
				...(hog?.next ?? []),
				onHost('top -b -n 1 -o %MEM | head -n 20'),
				hint('stop or move what takes the memory; a save now would need more of it'),
			],
		});
	},
});

export const hostWaitRules = [osRunq, osListenDrop, osRetrans, osDisk, osPsiMemory] as const;
