import {isGroupLimit, ownOomKill} from '../derive/own-oom-kill.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import {bytes, count, percent, seconds} from '../text/units.js';
import {takeoverOf} from '../topology/taken-over.js';
import {hogOf} from './busy-program.js';
import {cpuThrottle} from './cpu-network.js';
import {infoEvidence} from './evidence.js';
import {osRunq, processorWait} from './host-waits.js';
import {memoryStep, outOfMemory} from './kernel-kills.js';
import {longestCommand} from './main-thread-work.js';
import {clearAfterTwoReadings, hostFact, kernelFact, setting} from './needs.js';
import {hint, onHost, statusSteps} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {ownSlowness, slowByItself, slowdown, slowPerMinute} from './own-slowness.js';
import {advises, clear, fires, rule} from './rule.js';
import {throttling} from './throttling.js';

export const osCgroup = rule({
	id: 'os.cgroup',
	scope: 'node',
	docs: {
		looksAt:
			"The rule compares `memory.current` with `memory.max` of the server's container or unit on this machine. At the limit the kernel kills the server.",
		since: 'any',
		falsePositives: [
			'The page cache counts as used, and the kernel frees it when memory is short. The rule is clear below 90 %.',
		],
	},
	thresholds: {
		critical: {
			value: 0.9,
			unit: 'share',
			source: 'of memory.max; by then the kernel has taken the page cache back',
		},
	},
	needs: {
		group: hostFact(
			({cgroup}) => (cgroup?.usedBytes === undefined ? undefined : {...cgroup, usedBytes: cgroup.usedBytes}),
			"the process' control group",
		),
	},
	evaluate({group: {limitBytes: limit, usedBytes: used}}, facts, limits) {
		return limit === undefined || used / limit < limits.critical
			? clear
			: fires('critical', {
					problem: `uses ${percent(used / limit)} of the memory limit of its control group`,
					detail: `limit ${bytes(limit)}`,
					effect: 'data-at-risk',
					evidence: [
						{name: 'memory.current', value: used, unit: 'bytes'},
						{name: 'memory.max', value: limit, unit: 'bytes'},
						...infoEvidence(facts, ['memory', 'used_memory_rss', 'bytes'], ['memory', 'maxmemory', 'bytes']),
					],
					meaning: 'At the limit the kernel kills the server; what was not saved is lost.',
					next: [hint('raise the limit, or set maxmemory to leave room for buffers and the copy of a save')],
				});
	},
});

/** Clock sources that need a system call for each reading. Source: Redis syscheck.c, `checkClocksource`. */
const slowSources: ReadonlySet<string> = new Set(['hpet', 'acpi_pm', 'xen', 'pit', 'refined-jiffies', 'jiffies']);

export const osClocksource = rule({
	id: 'os.clocksource',
	scope: 'node',
	docs: {
		looksAt:
			"The rule reads the kernel's clock source, where the server runs on this machine. Sources such as `hpet`, `acpi_pm` and `xen` need a system call for each reading, which costs some microseconds a command.",
		since: 'any',
		falsePositives: [],
	},
	needs: {source: kernelFact(kernel => kernel.clockSource)},
	evaluate({source}, facts) {
		return !slowSources.has(source)
			? clear
			: advises(facts, {
					problem: `reads the time from a slow clock source (${source})`,
					evidence: [{name: 'clocksource', value: source}],
					meaning: 'Commands take longer: the server reads the clock several times for each.',
					next: [onHost('cat /sys/devices/system/clocksource/clocksource0/available_clocksource')],
					adviceCost: 'a look at why the kernel does not trust tsc on this machine',
				});
	},
});

export const osOomscore = rule({
	id: 'os.oomscore',
	scope: 'node',
	docs: {
		looksAt:
			"The rule reads the kernel's log, where the server runs on this machine and the log may be read. It fires where the kernel killed this server for lack of memory within the last day.",
		since: 'any',
		falsePositives: [
			"The kernel may have killed another process of the machine. Only a kill of the server's own earlier process, unit or container counts, or one within ten seconds before the server started, if the server runs in the group whose limit was reached.",
		],
	},
	thresholds: {
		age: {value: 86_400, unit: 'seconds', source: 'how long a kill is reported'},
	},
	raiseAfter: 1,
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {kills: hostFact(({oomKills}) => oomKills, "the kernel's OOM kills")},
	evaluate(_, facts, limits) {
		const evidence = facts.record.host?.value;
		const since = facts.nowMs - limits.age * 1000;
		const kill = evidence?.kind === 'here' ? ownOomKill(evidence, since) : undefined;
		const isUp = facts.record.failure?.state !== 'down';
		const isGone = evidence?.kind === 'here' && (evidence.process === undefined || evidence.process.state === 'zombie');
		if (kill === undefined || (!isUp && !isGone)) {
			return clear;
		}

		const process = message`${nameOf('quote', kill.name)} (process ${kill.processId ?? '-'})`;
		const killedAt = kill.atMs === undefined ? '' : `, ${seconds((facts.nowMs - kill.atMs) / 1000)} ago`;
		const successor = isUp ? undefined : takeoverOf(facts.record, facts.nodes)?.by;
		return fires(isUp ? 'warning' : 'critical', {
			problem: isUp ? 'was killed by the kernel and started again' : 'was killed by the kernel',
			detail: message`${process}${killedAt}${successor === undefined ? '' : message`, ${nodeName(successor)} took over`}`,
			reason: outOfMemory(kill),
			...(isUp ? {tells: 'moment' as const} : {effect: 'unreachable' as const}),
			evidence: [{name: 'kernel log', value: message`${nameOf('quote', kill.line)}`}],
			meaning: isGroupLimit(kill)
				? 'It will be killed again at the same limit, unless the limit is raised or the server takes less.'
				: 'The machine will run out of memory again unless something changes.',
			next: [memoryStep(kill), ...(isUp ? [] : statusSteps(facts)), onHost('journalctl -k -g oom-kill -n 20')],
		});
	},
});

/**
Whether a server is known at the address: it answered, or its process was found on this machine. Rules on the kernel
need this, because without a server here their advice would concern nothing.
*/
const isServerKnown = ({record: {sample, host}}: NodeFacts): boolean =>
	sample !== undefined ||
	(host?.value.kind === 'here' && (host.value.process ?? host.value.earlierProcess) !== undefined);

export const osOvercommit = rule({
	id: 'os.overcommit',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `vm.overcommit_memory` of the kernel, where the server runs on this machine. With another value than 1 the kernel may refuse a fork although memory is free.',
		since: 'any',
		falsePositives: [
			'The kernel hardly ever refuses a fork to a server with a small data set. The finding is only advice then.',
			'A save may already have failed for this reason. per.rdb_fail reports it.',
		],
	},
	appliesTo: isServerKnown,
	needs: {mode: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory')},
	evaluate({mode}, facts) {
		return mode === 1
			? clear
			: advises(facts, {
					problem: 'may fail to save although memory is free',
					reason: `vm.overcommit_memory is ${mode}`,
					evidence: [{name: 'vm.overcommit_memory', value: mode}],
					meaning:
						'The kernel may refuse to fork a process that takes more than half of memory, though the copy shares it.',
					next: [onHost('sudo sysctl vm.overcommit_memory=1')],
					adviceCost: 'a machine that runs out of memory kills a process instead of refusing an allocation',
				});
	},
});

export const osSomaxconn = rule({
	id: 'os.somaxconn',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares `tcp-backlog` with `net.core.somaxconn` and with the number of connections that wait, where the server runs on this machine. A full queue is critical, because the server accepts no connections then.',
		since: 'any',
		falsePositives: [
			'A short queue is harmless where clients keep their connections. The finding is only advice while the queue is not full.',
		],
	},
	thresholds: {
		full: {value: 0.9, unit: 'share', source: 'of the queue of new connections'},
	},
	raiseAfter: 1,
	needs: {cap: kernelFact(kernel => kernel.maximumBacklog), backlog: setting('tcp-backlog')},
	evaluate({cap, backlog}, facts, limits) {
		const evidence = facts.record.host?.value;
		const queued =
			evidence?.kind === 'here' ? Math.max(0, ...evidence.listeners.map(listener => listener.queued ?? 0)) : 0;
		const length = Math.min(cap, Number(backlog));
		const rest = {
			evidence: [
				{name: 'net.core.somaxconn', value: cap, unit: 'count' as const},
				{name: 'tcp-backlog', value: Number(backlog), unit: 'count' as const},
				{name: 'connections not accepted yet', value: queued, unit: 'count' as const},
			],
			meaning:
				'A burst of new connections beyond the queue is dropped, and each client waits a second or more to try again.',
			next: [onHost(`sudo sysctl net.core.somaxconn=${backlog}`)],
		};
		if (queued >= limits.full * length && length > 0) {
			return fires('critical', {
				problem: 'takes no new connections',
				detail: `${count(queued)} wait to be accepted`,
				reason: 'the queue is full',
				effect: 'connections-refused',
				...rest,
			});
		}

		return cap >= Number(backlog)
			? clear
			: advises(facts, {
					problem: 'has a shorter connection queue than tcp-backlog sets',
					reason: `the kernel cuts it to ${count(cap)}`,
					...rest,
					adviceCost: 'a few kilobytes of kernel memory',
				});
	},
});

export const osThp = rule({
	id: 'os.thp',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `transparent_hugepage/enabled` of the kernel and `AnonHugePages` of the process, where the server runs on this machine. Huge pages in use are a warning.',
		since: 'any',
		falsePositives: [
			'Since 6.2 the server switches huge pages off for itself (`disable-thp yes`). The rule is clear for a process without them.',
			'With `madvise` only programs that request huge pages get them. The rule is clear then.',
		],
	},
	appliesTo: isServerKnown,
	needs: {mode: kernelFact(kernel => kernel.transparentHugePages)},
	evaluate({mode}, facts) {
		const evidence = facts.record.host?.value;
		const process = evidence?.kind === 'here' ? evidence.process : undefined;
		if (mode !== 'always' || process?.usesHugePages === false) {
			return clear;
		}

		const rest = {
			evidence: [
				{name: 'transparent_hugepage', value: mode},
				...(process?.hugePageBytes === undefined
					? []
					: [{name: 'AnonHugePages', value: process.hugePageBytes, unit: 'bytes' as const}]),
			],
			meaning: 'After a fork each write copies 2 MB instead of 4 KB: latency and memory use jump during saves.',
			next: [onHost('echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled')],
		};
		return (process?.hugePageBytes ?? 0) > 0
			? fires('warning', {problem: `has ${bytes(process?.hugePageBytes)} in transparent huge pages`, ...rest})
			: advises(facts, {
					problem: 'runs with transparent huge pages on',
					...rest,
					adviceCost: 'other programs that gain by them: madvise leaves them the choice',
				});
	},
});

/** Round trip of PING, in milliseconds, above which the lack of processor time also delays the server. */
const slowPingMs = 10;
/**
The number of PINGs, one a second, among which a slow one counts. On a busy machine every third PING is slow. By the last
PING alone, the finding would become a warning and be info again every few seconds.
*/
const pingsWithASlowOne = 60;

/**
Whether the pressure may come from the server's own control group, whose threads wait for the limit of that group and not
for a processor of the machine. The kernel counts both. It does not count a throttled thread as runnable.
*/
function waitsForItsLimit(facts: NodeFacts): boolean {
	const {runnable = 0, processors = Number.POSITIVE_INFINITY} = processorTimeOf(facts) ?? {};
	return throttling(facts).share > facts.limitsOf(cpuThrottle).share && runnable <= processors;
}

/**
Whether the server's main thread gets a processor nearly at once, whatever other processes wait. Work of the lowest
priority (`nice`, `chrt --idle`) brings such pressure. A wait of exactly zero comes from a kernel that counts none.
*/
function isSpared(facts: NodeFacts): boolean {
	const share = processorWait.read(facts);
	return share !== undefined && share > 0 && share <= facts.limitsOf(osRunq).share;
}

function processorTimeOf({record: {host}}: NodeFacts) {
	return host?.value.kind === 'here' ? host.value.kernel.processorTime : undefined;
}

/**
How many times as long a command takes at most because the machine is short of processor time; undefined where `os.psi`
does not say that this slows the server.
*/
export function machineSlowdown(facts: NodeFacts): number | undefined {
	const host = facts.record.host?.value;
	const pressure = host?.kind === 'here' ? host.kernel.processorPressure : undefined;
	return pressure === undefined || pressure < facts.limitsOf(osPsi).share || waitsForItsLimit(facts) || isSpared(facts)
		? undefined
		: slowdown(pressure, processorTimeOf(facts));
}

/** Share of a core from which the server's own work counts as a part of the load of its machine. */
const ownShare = 0.25;

/** Share of a core from which the client that causes most of the server's own work comes before what else runs there. */
const largeOwnShare = 0.5;

/**
What the server itself takes of the processors, and for which command, as the end of a sentence; empty if it takes
little. `next`: the step about the client that it works for, where that work is a large part of the load.
*/
function ownPart(facts: NodeFacts): {readonly text: Message; readonly next: readonly NextStep[]} {
	const share = (facts.perSecond('cpu', 'used_cpu_user') ?? 0) + (facts.perSecond('cpu', 'used_cpu_sys') ?? 0);
	const top = share < ownShare ? undefined : longestCommand(facts, share);
	const {client, command} = (share < largeOwnShare ? undefined : top?.culprit) ?? {};
	return {
		text: top === undefined ? '' : message`; the server takes ${percent(share)} of a core, most for ${top.shortText}`,
		next:
			client === undefined || command === undefined
				? []
				: [hint(message`let ${client} send ${command} less often, or stop it`)],
	};
}

export const osPsi = rule({
	id: 'os.psi',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads in which share of the last ten seconds some process of this machine waited for a processor: `some avg10` of /proc/pressure/cpu. The server has to run on this machine. The finding is a warning while the server had slow commands or a slow PING within the last minute, too, and its main thread waits as well (`os.runq`).',
		since: 'any',
		falsePositives: [
			'Other work may load a machine without slowing the server. The finding is only info without slow commands and slow PINGs, and while the main thread of the server hardly waits.',
			"The kernel also counts threads that the processor limit of the server's control group holds back (`cpu.throttle`). The rule is clear then, unless more threads are runnable than the machine has processors.",
			'A command may be slow by itself. It stays a cause of its own if it takes longer than the wait explains, or if the main thread used a processor for as long.',
		],
	},
	thresholds: {
		share: {value: 0.6, unit: 'share', source: 'of ten seconds in which some process waited for a processor'},
	},
	clearAfter: clearAfterTwoReadings,
	needs: {pressure: kernelFact(kernel => kernel.processorPressure)},
	evaluate({pressure}, facts, limits) {
		if (pressure < limits.share || waitsForItsLimit(facts)) {
			return clear;
		}

		// With a `slowlog-log-slower-than` below one millisecond, the slow log contains quick commands too. Its entries
		// then do not count as slow.
		const isLogOfSlow = Number(facts.setting('slowlog-log-slower-than') ?? 10_000) >= 1000;
		const slow = isLogOfSlow && facts.record.slowlog !== undefined ? slowPerMinute(facts.record.slowlog, facts) : 0;
		const {heavy, longestMs, isSlowByItself} = ownSlowness(facts, slowdown(pressure, processorTimeOf(facts)));
		const pingMs = facts.record.ping.series.largest(pingsWithASlowOne) ?? 0;
		const spared = isSpared(facts);
		const isSlow = !spared && (slow > 0 || pingMs > slowPingMs);
		const hog = hogOf(facts);
		const own = ownPart(facts);
		const waits = message`some process waits for a processor ${percent(pressure)} of the time${own.text}`;
		return fires(isSlow ? 'warning' : 'info', {
			problem:
				hog === undefined
					? 'runs on a machine short of processor time'
					: message`runs on a machine that ${hog.name} keeps busy`,
			detail: hog === undefined ? waits : message`${hog.takes}; ${waits}`,
			evidence: [
				{name: 'cpu some avg10', value: pressure, unit: 'share'},
				...(slow > 0 ? [{name: 'slow commands in 60 s', value: slow, unit: 'count' as const}] : []),
				...(pingMs > slowPingMs ? [{name: 'slowest PING of 60', value: pingMs, unit: 'milliseconds' as const}] : []),
				...(heavy === undefined
					? []
					: [{name: `own time of ${heavy.command}`, value: heavy.ownMs, unit: 'milliseconds' as const}]),
				...(isSlowByItself
					? [{name: slowByItself, value: Math.max(longestMs, heavy?.ownMs ?? 0), unit: 'milliseconds' as const}]
					: []),
			],
			meaning: spared
				? 'Other processes wait. The server gets a processor nearly at once, so its slow commands have another cause.'
				: isSlowByItself
					? 'The server waits for its turn as well. Its longest command is too long for that alone.'
					: 'The server waits for its turn as well. Commands then look slow that are not, whatever the slow log names.',
			next: [
				...(hog?.next ?? own.next),
				...(spared && hog === undefined ? [hint('see which commands take the time: panel 5')] : []),
				onHost('top -b -n 1 -o %CPU | head -n 20'),
				// A server that gets its processor gains nothing when others are moved.
				...(spared
					? []
					: [hint('move what else runs there, or give the server processors of its own (taskset, cpuset)')]),
			],
		});
	},
});

export const hostRules = [osCgroup, osClocksource, osOomscore, osOvercommit, osPsi, osSomaxconn, osThp] as const;
