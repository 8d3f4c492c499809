import {bytes, count, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {hostFact, kernelFact, setting} from './needs.js';
import {hint, onHost} from './next-steps.js';
import {advises, clear, fires, rule} from './rule.js';

export const osCgroup = rule({
	id: 'os.cgroup',
	scope: 'node',
	docs: {
		looksAt:
			'The container or unit is near its memory limit: at it, the kernel kills the server. Seen where it runs on this machine.',
		since: 'any',
		falsePositives: [
			"A group without a limit can't be near it.",
			'The page cache counts in part and gives way: only from 90 % on.',
		],
	},
	needs: {
		group: hostFact(
			({cgroup}) => (cgroup?.usedBytes === undefined ? undefined : {...cgroup, usedBytes: cgroup.usedBytes}),
			"the process' control group",
		),
	},
	evaluate({group: {limitBytes: limit, usedBytes: used}}, facts) {
		return limit === undefined || used / limit < facts.threshold('os.cgroup.critical')
			? clear
			: fires('critical', {
					problem: `its control group uses ${percent(used / limit)} of its memory limit (${bytes(limit)})`,

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

/** Source: `redis-server --check-system`, which warns of sources that need a system call. */
const slow: ReadonlySet<string> = new Set(['hpet', 'acpi_pm', 'xen', 'pit', 'refined-jiffies', 'jiffies']);

export const osClocksource = rule({
	id: 'os.clocksource',
	scope: 'node',
	docs: {
		looksAt:
			'The kernel reads the time slowly (`hpet`, `acpi_pm`, `xen`): each command costs some microseconds more. Seen on this machine.',
		since: 'any',
		falsePositives: [],
	},
	needs: {source: kernelFact(kernel => kernel.clockSource)},
	evaluate({source}, facts) {
		return !slow.has(source)
			? clear
			: advises(facts, {
					problem: `the kernel's clock source is ${source}, a slow one`,

					evidence: [{name: 'clocksource', value: source}],
					meaning: 'The server reads the clock several times a command.',
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
			"The kernel killed a Redis or Valkey process within the last day, for want of memory. Seen on this machine, where the kernel's log may be read.",
		since: 'any',
		falsePositives: ['It may have been another server of this machine: the finding says which process.'],
	},
	raiseAfter: 1,
	needs: {kills: hostFact(({oomKills}) => oomKills, "the kernel's OOM kills")},
	evaluate({kills}, facts) {
		const since = facts.nowMs - facts.threshold('os.oomscore.age') * 1000;
		const recent = kills.filter(({name, atMs}) => /redis|valkey/.test(name) && atMs !== undefined && atMs >= since);
		const [last] = recent;
		return last === undefined
			? clear
			: fires('critical', {
					problem: `the kernel killed ${last.name} (process ${last.processId ?? '-'}) for want of memory`,

					evidence: recent.map(({line}, index) => ({name: `kernel log ${index + 1}`, value: line})),
					meaning: 'The machine ran out of memory, and will again unless something changes.',
					next: [
						onHost('journalctl -k -g "Out of memory|oom-kill" -n 20'),
						hint('lower maxmemory, or move what else runs there'),
					],
				});
	},
});

export const osOvercommit = rule({
	id: 'os.overcommit',
	scope: 'node',
	docs: {
		looksAt:
			'`vm.overcommit_memory` is not 1: a fork may be refused although memory is there. The server warns of it when it starts.',
		since: 'any',
		falsePositives: ['Small data sets never meet it: advice. A save that failed for it has a rule of its own.'],
	},
	needs: {mode: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory')},
	evaluate({mode}, facts) {
		return mode === 1
			? clear
			: advises(facts, {
					problem: `vm.overcommit_memory is ${mode}: a save may fail for want of memory that is there`,

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
			'The queue of new connections is cut short by the kernel, or full. Seen where the server runs on this machine.',
		since: 'any',
		falsePositives: [
			'Full is critical whatever its length: the server takes no connections, because it is frozen or overrun.',
		],
	},
	raiseAfter: 1,
	needs: {cap: kernelFact(kernel => kernel.maximumBacklog), backlog: setting('tcp-backlog')},
	evaluate({cap, backlog}, facts) {
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
		if (queued >= facts.threshold('os.somaxconn.full') * length && length > 0) {
			return fires('critical', {
				problem: `${count(queued)} connections wait to be accepted: the queue is full`,
				...rest,
			});
		}

		return cap >= Number(backlog)
			? clear
			: advises(facts, {
					problem: `the kernel cuts the queue of new connections to ${count(cap)}`,

					...rest,
					adviceCost: 'a few kilobytes of kernel memory',
				});
	},
});

export const osThp = rule({
	id: 'os.thp',
	scope: 'node',
	docs: {
		looksAt: 'Transparent huge pages are on for everything. Seen where the server runs on this machine.',
		since: 'any',
		falsePositives: [
			'Redis switches them off for itself since 6.2 (`disable-thp yes`): where the kernel says so it is clear. `madvise` is fine.',
		],
	},
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
			meaning:
				'After a fork each change copies two megabytes instead of four kilobytes: latency and memory jump during saves.',
			next: [onHost('echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled')],
		};
		return (process?.hugePageBytes ?? 0) > 0
			? fires('warning', {problem: `has ${bytes(process?.hugePageBytes)} in transparent huge pages`, ...rest})
			: advises(facts, {
					problem: 'transparent huge pages are on',

					...rest,
					adviceCost: 'other programs that gain by them: madvise leaves them the choice',
				});
	},
});

export const hostRules = [osCgroup, osClocksource, osOomscore, osOvercommit, osSomaxconn, osThp] as const;
