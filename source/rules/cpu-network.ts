import type {Culprit, NextStep} from '../domain/finding.js';
import type {HostEvidence, ProcessorTime} from '../domain/host-evidence.js';
import {keyValues} from '../parse/info-fields.js';
import {bytesPerSecond, count, percent} from '../text/units.js';
import {busiestShard} from './busiest-shard.js';
import {type ConnectionWork, connectionWork, culpritSteps, longestCommand} from './main-thread-work.js';
import {hostFact, infoNumber, kernelFact, pending, rate, setting} from './needs.js';
import {hint, onHost, processIdFor, programFor} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';
import {throttling} from './throttling.js';

export const cpuMain = rule({
	id: 'cpu.main',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes which share of one core the main thread uses: `used_cpu_user_main_thread` and `used_cpu_sys_main_thread` (since 6.2). Where a server lacks these fields, the figures of the whole process count.',
		since: 'any',
		falsePositives: [
			'The main thread of a server with I/O threads may use the processor while it only waits. Valkey 9.1 reports `used_active_time_main_thread`, which counts instead.',
			'Valkey counts a wait for the disk of the append-only file as active time. Time without a processor does not count there.',
		],
	},
	thresholds: {
		warning: {value: 0.75, unit: 'share', source: 'of one core; queueing begins there'},
		critical: {value: 0.9, unit: 'share', source: 'Amazon ElastiCache, EngineCPUUtilization'},
	},
	needs: {user: rate('cpu', 'used_cpu_user'), system: rate('cpu', 'used_cpu_sys')},
	raiseAfter: 3,
	evaluate({user, system}, facts, limits) {
		const main =
			(facts.perSecond('cpu', 'used_cpu_user_main_thread') ?? Number.NaN) +
			(facts.perSecond('cpu', 'used_cpu_sys_main_thread') ?? 0);
		const active = activeShare(facts, main);
		const ofMain = active ?? (Number.isNaN(main) ? undefined : main);
		const share = ofMain ?? user + system;
		if (share < limits.warning) {
			return clear;
		}

		const connecting = connectionWork(
			facts,
			Math.min(share, ofMain === undefined || Number.isNaN(main) ? user + system : main),
		);
		const top = connecting === undefined ? longestCommand(facts, share) : undefined;
		const severity = share >= limits.critical ? 'critical' : 'warning';
		const shard = busiestShard(facts);
		if (ofMain !== undefined) {
			return fires(severity, {
				problem: `main thread is ${percent(Math.min(1, share))} busy`,
				detail: shard?.text,
				reason: connecting?.text ?? top?.text,
				culprit: top?.culprit,
				effect: 'slow',
				evidence: [{name: 'main thread', value: share, unit: 'share'}, ...(connecting?.evidence ?? [])],
				meaning:
					connecting?.meaning ??
					'All commands run on this one thread. The busier it is, the longer each command waits.',
				next: busySteps(top?.culprit, connecting, shard?.step),
			});
		}

		// More than one core means that several threads run, so the main thread's share is unknown.
		const isManyThreads = share > oneCore;
		return fires(isManyThreads ? 'warning' : severity, {
			problem: `process takes ${isManyThreads ? `${share.toFixed(1)} cores` : `${percent(share)} of a core`}`,
			reason: connecting?.text ?? top?.text,
			culprit: top?.culprit,
			effect: isManyThreads ? undefined : 'slow',
			evidence: [{name: 'process', value: share, unit: 'share'}, ...(connecting?.evidence ?? [])],
			meaning: isManyThreads
				? 'The server does not say how much of it is the main thread, on which all commands run. I/O threads, lazy freeing and modules have threads of their own.'
				: 'The server does not say how much of it is the main thread. All commands run on that one thread.',
			next: [onHost(`top -H -p ${processIdFor(facts)}`), ...busySteps(top?.culprit, connecting, shard?.step)],
		});
	},
});

/**
The share of the time in which the main thread was busy, by `used_active_time_main_thread`. Valkey counts that by the clock,
so a wait for the disk of the append-only file is in it. Only the time with a processor, and the time in which the thread
may have waited for one, then count. Undefined where the server does not report it.

@param main The share in which the main thread used a processor.
*/
function activeShare(facts: NodeFacts, main: number): number | undefined {
	const active = facts.perSecond('cpu', 'used_active_time_main_thread');
	return active === undefined || Number.isNaN(main) || facts.number('persistence', 'aof_enabled') !== 1
		? active
		: Math.min(active, main + processorPressure(facts));
}

/** Share of the last ten seconds in which a process of the server's machine waited for a processor; 0 if unknown. */
const processorPressure = ({record}: NodeFacts): number =>
	record.host?.value.kind === 'here' ? (record.host.value.kernel.processorPressure ?? 0) : 0;

/**
The share of a core from which more than one thread must be running. It is above 1, because two clocks measure it: a
single thread may seem to take slightly more than one core.
*/
const oneCore = 1.05;

/**
The steps for a busy main thread. A client that causes most of the load comes first, else what new connections need.

@param ofShard The step for a cluster's only busy node.
*/
const busySteps = (
	culprit: Culprit | undefined,
	connecting: ConnectionWork | undefined,
	ofShard: NextStep | undefined,
): readonly NextStep[] =>
	connecting?.next ?? [
		...culpritSteps(culprit),
		hint('see which commands take the time: panel 5'),
		ofShard ?? hint('read from replicas, or spread the keys over more primaries'),
	];

const timeIn = (evidence: HostEvidence | undefined): ProcessorTime | undefined =>
	evidence?.kind === 'here' ? evidence.kernel.processorTime : undefined;

const processorTimeNow = kernelFact(({processorTime}) => processorTime);

/**
The share of processor time that the host took from this virtual machine (`steal`) between two readings of the machine.
Undefined without two readings.
*/
function stolenShare({record}: NodeFacts): number | undefined {
	const [before, after] = [timeIn(record.hostBefore?.value), timeIn(record.host?.value)];
	const passed = before === undefined || after === undefined ? 0 : after.total - before.total;
	const stolen = before === undefined || after === undefined ? 0 : after.stolen - before.stolen;
	return passed <= 0 || stolen < 0 ? undefined : stolen / passed;
}

export const cpuSteal = rule({
	id: 'cpu.steal',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes which share of processor time the host took from this virtual machine: `steal` in /proc/stat. The server has to run on the machine of redis-top.',
		since: 'any',
		falsePositives: [
			'/proc/stat counts since the start of the machine. The rule takes the difference of two readings.',
		],
	},
	thresholds: {
		share: {value: 0.05, unit: 'share', source: 'Redis docs, latency: intrinsic latency of virtual machines'},
	},
	raiseAfterMs: 20_000,
	needs: {
		share: {
			read: stolenShare,
			missing: (facts: NodeFacts) =>
				processorTimeNow.read(facts) === undefined
					? processorTimeNow.missing(facts)
					: pending('needs two readings of the machine'),
		},
	},
	evaluate({share}, facts, limits) {
		return share <= limits.share
			? clear
			: fires('warning', {
					problem: `loses ${percent(share)} of its processor time`,
					reason: 'the host of this virtual machine takes it (steal)',
					effect: 'slow',
					evidence: [{name: 'steal', value: share, unit: 'share'}],
					meaning:
						'The server waits for a processor, and every command takes longer. No setting of Redis changes that.',
					next: [
						onHost('vmstat 1 5   # column st'),
						onHost(`${programFor(facts.record)} --intrinsic-latency 10   # what the machine itself adds`),
						hint('move the virtual machine to a host with fewer others, or to a plan with dedicated processors'),
					],
				});
	},
});

export const cpuThrottle = rule({
	id: 'cpu.throttle',
	scope: 'node',
	docs: {
		looksAt:
			"The rule computes in which share of its periods the server's control group was throttled: `nr_throttled` compared with `nr_periods` in `cpu.stat`, with the limit in `cpu.max`. The server has to run on the machine of redis-top.",
		since: 'any',
		falsePositives: [
			'The kernel counts since the group was created. The rule takes the difference of two readings as soon as it has them.',
			'A short load, such as a save, may use up the processor time for a moment. The rule allows a tenth of the periods.',
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of the periods of its control group'},
	},
	raiseAfter: 1,
	needs: {
		group: hostFact(({cgroup}) => cgroup, "the process' control group"),
	},
	evaluate(_, facts, limits) {
		const {cores, share} = throttling(facts);
		const child =
			facts.number('persistence', 'rdb_bgsave_in_progress') === 1
				? 'a save'
				: facts.number('persistence', 'aof_rewrite_in_progress') === 1
					? 'a rewrite of the append-only file'
					: undefined;
		// The child has most of the limit where the server itself takes less than half of it.
		const isOfChild = child !== undefined && (facts.record.values.get('cpuSeconds') ?? cores) < cores / 2;
		const raise = hint(
			'raise or remove the limit: resources.limits.cpu of the pod, --cpus of the container, CPUQuota of the unit',
		);
		const childSteps =
			child === undefined
				? []
				: [hint(`${child} is a process of its own under the same limit: let it run at quiet times, or on a replica`)];
		return share <= limits.share
			? clear
			: fires('warning', {
					problem: `is held at ${cores < 10 ? Number(cores.toFixed(2)) : Math.round(cores)} processors${isOfChild ? `, used up by its ${child === 'a save' ? 'save' : 'rewrite'}` : ''}`,
					detail: `it stood still in ${percent(share)} of the periods${child === undefined ? '' : `, while ${child} runs`}`,
					reason: isOfChild
						? `the child process of ${child} uses the limit up`
						: 'the processor limit of its control group',
					effect: 'slow',
					evidence: [
						{name: 'nr_throttled / nr_periods', value: share, unit: 'share'},
						{name: 'limit in processors', value: String(cores)},
						...(child === undefined ? [] : [{name: 'runs beside it', value: child}]),
					],
					meaning:
						'When its time is used up, the kernel stops all its threads until the next period, up to 100 ms. Every client waits.',
					next: [
						...(isOfChild ? [...childSteps, raise] : [raise, ...childSteps]),
						onHost(`cat /proc/${processIdFor(facts)}/cgroup`),
					],
				});
	},
});

type Thread = {readonly name: string; readonly clients: number};

/**
The I/O threads in INFO threads (Redis 8.0): `io_thread_1:clients=5,reads=…`. `io_thread_0` is the main thread and is
left out.
*/
const threadsOf = ({sample}: NodeFacts): Thread[] =>
	(sample?.info.numbered('threads', 'io_thread_') ?? []).flatMap(([name, text]) => {
		const clients = Number(keyValues(text).get('clients') ?? Number.NaN);
		return name === 'io_thread_0' || !Number.isFinite(clients) ? [] : [{name, clients}];
	});

export const ioThreads = rule({
	id: 'io.threads',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `io-threads` above 1 stay unused for a day (`io_threaded_reads_processed`, `io_threaded_writes_processed`). Since Redis 8.0 it also checks how evenly clients are spread over the threads.',
		since: '6.0',
		falsePositives: [
			'Before Redis 8.0 I/O threads run under load only. The rule reads the counters since the start of the server, not the present rate.',
			'A few clients cannot be spread evenly. The rule needs ten clients for each thread.',
		],
	},
	thresholds: {
		idle: {value: 86_400, unit: 'seconds', source: 'a day contains every usual load'},
		clients: {
			value: 10,
			unit: 'count',
			source: 'clients for each thread; fewer are not spread evenly by chance',
		},
		skew: {
			value: 4,
			unit: 'ratio',
			source: 'of the fullest to the emptiest thread; chance alone makes less',
		},
	},
	raiseAfter: 5,
	appliesTo: facts => !(Number(facts.setting('io-threads') ?? Number.NaN) <= 1),
	needs: {
		configured: setting('io-threads'),
		uptime: infoNumber('server', 'uptime_in_seconds'),
		reads: infoNumber('stats', 'io_threaded_reads_processed'),
		writes: infoNumber('stats', 'io_threaded_writes_processed'),
	},
	evaluate({configured, uptime, reads, writes}, facts, limits) {
		if (uptime >= limits.idle && reads + writes === 0) {
			return advises(facts, {
				problem: `has never needed its ${configured} I/O threads`,
				evidence: [
					{name: 'io-threads', value: configured},
					{name: 'io_threaded_writes_processed', value: writes, unit: 'count'},
				],
				meaning: 'One thread was enough for all reads and writes so far.',
				next: [hint('set io-threads 1 in the config file, or keep the threads for a later load')],
				adviceCost: 'a restart: io-threads is read at the start',
			});
		}

		const threads = threadsOf(facts).toSorted((one, other) => other.clients - one.clients);
		const [most, least] = [threads[0], threads.at(-1)];
		const total = threads.reduce((sum, {clients}) => sum + clients, 0);
		const isSkewed =
			most !== undefined &&
			least !== undefined &&
			total >= limits.clients * threads.length &&
			most.clients > limits.skew * Math.max(1, least.clients);
		return isSkewed
			? fires('info', {
					problem: 'clients are spread unevenly over its I/O threads',
					detail: `from ${count(least.clients)} to ${count(most.clients)} clients a thread`,
					evidence: threads.map(({name, clients}) => ({name, value: clients, unit: 'count'})),
					meaning: 'A client stays with its thread. The clients of the fullest thread wait for each other.',
					next: [hint('reconnect the busiest clients, or use smaller connection pools')],
				})
			: clear;
	},
});

export const netBw = rule({
	id: 'net.bw',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes the bytes a second in each direction (`total_net_output_bytes`, `total_net_input_bytes`) as a share of `net.bw.limit`. The rule is off without that threshold, because redis-top cannot know the bandwidth.',
		since: '2.8',
		falsePositives: [
			'A single large reply uses the whole bandwidth for a moment. The rule waits for three samples in a row.',
		],
	},
	thresholds: {
		limit: {
			value: 0,
			unit: 'bytes',
			source: 'bytes a second in one direction, as the link or plan allows; 0: not known',
		},
		share: {value: 0.8, unit: 'share', source: 'of net.bw.limit'},
	},
	raiseAfter: 3,
	appliesTo: (_facts, limits) => limits.limit > 0,
	needs: {sent: rate('stats', 'total_net_output_bytes'), received: rate('stats', 'total_net_input_bytes')},
	evaluate({sent, received}, _facts, limits) {
		const limit = limits.limit;
		const [most, direction] = sent >= received ? [sent, 'sends'] : [received, 'receives'];
		return most / limit < limits.share
			? clear
			: fires('warning', {
					problem: `${direction} ${percent(most / limit)} of its network limit`,
					detail: `${bytesPerSecond(most)} of ${bytesPerSecond(limit)}`,
					evidence: [
						{name: 'sent', value: sent, unit: 'bytesPerSecond'},
						{name: 'received', value: received, unit: 'bytesPerSecond'},
						{name: 'net.bw.limit', value: limit, unit: 'bytes'},
					],
					meaning: 'At the limit replies wait in output buffers, replicas fall behind and round trips get longer.',
					next: [
						hint('find large replies and values: panels 5 and 6'),
						hint('read from replicas, use more shards, or get more bandwidth'),
					],
				});
	},
});

export const cpuNetworkRules = [cpuMain, cpuSteal, cpuThrottle, ioThreads, netBw] as const;
