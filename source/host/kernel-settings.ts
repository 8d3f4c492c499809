import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {CgroupEvidence, ProcessCount, ProcessorQuota} from '../domain/control-group.js';
import type {KernelEvidence} from '../domain/host-evidence.js';
import {
	kernelBytes,
	parseBootTime,
	parseCgroups,
	parseColonTable,
	parseHugePages,
	parsePressure,
	parseProcessorLimit,
	parseProcessorTime,
	parseThrottling,
} from '../parse/proc-text.js';
import {sanitize} from '../text/sanitize.js';
import type {Gaps} from './gaps.js';

const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

function integerOf(text: string | undefined): number | undefined {
	return text !== undefined && /^-?\d{1,19}$/.test(text.trim()) ? Number(text) : undefined;
}

/**
The kernel settings on which a server depends. A setting that this kernel lacks, such as huge pages, is undefined.
*/
export async function readKernelSettings(gaps: Gaps): Promise<KernelEvidence> {
	const memory = parseColonTable(
		(await gaps.reading('memory of the machine', () => readFile('/proc/meminfo', 'utf8'))) ?? '',
	);
	const overcommit = await gaps.reading('vm.overcommit_memory', () =>
		readFile('/proc/sys/vm/overcommit_memory', 'utf8'),
	);
	const times = (await readText('/proc/stat')) ?? '';
	return {
		overcommitMemory: integerOf(overcommit),
		transparentHugePages: parseHugePages((await readText('/sys/kernel/mm/transparent_hugepage/enabled')) ?? ''),
		maximumBacklog: integerOf(await readText('/proc/sys/net/core/somaxconn')),
		totalMemoryBytes: kernelBytes(memory.get('MemTotal')),
		availableMemoryBytes: kernelBytes(memory.get('MemAvailable')),
		totalSwapBytes: kernelBytes(memory.get('SwapTotal')),
		freeSwapBytes: kernelBytes(memory.get('SwapFree')),
		bootedAtMs: parseBootTime(times),
		processorTime: parseProcessorTime(times),
		processorPressure: await readProcessorPressure(),
		memoryPressure: parsePressure((await readText('/proc/pressure/memory')) ?? '', 'full'),
		clockSource: sanitizedWord(await readText('/sys/devices/system/clocksource/clocksource0/current_clocksource')),
	};
}

/**
Share of the last ten seconds in which at least one process of this machine waited for a processor, 0–1. Undefined without
PSI (before Linux 4.20). Reading it takes some ten microseconds.
*/
export async function readProcessorPressure(): Promise<number | undefined> {
	return parsePressure((await readText('/proc/pressure/cpu')) ?? '');
}

function sanitizedWord(text: string | undefined): string | undefined {
	return text === undefined ? undefined : sanitize(text.trim());
}

/**
From this many bytes on, a limit of control groups version 1 means no limit. For a group without a limit, version 1
prints a number near 2^63: the largest number of bytes in whole pages.
*/
const versionOneUnlimited = 2 ** 62;

/** The paths of a control group and of all groups above it. The lowest limit among them applies. */
export function groupAndParents(root: string, group: string): string[] {
	const parts = group.split('/').filter(part => part !== '' && part !== '..');
	return Array.from({length: parts.length + 1}, (_, index) => path.join(root, ...parts.slice(0, parts.length - index)));
}

/** The limits of the process' control group; undefined where control groups cannot be read. */
export async function readCgroup(processId: number, gaps: Gaps): Promise<CgroupEvidence | undefined> {
	const text = await gaps.reading("the process' control group", () => readFile(`/proc/${processId}/cgroup`, 'utf8'));
	if (text === undefined) {
		return undefined;
	}

	const {unified, memory, processor, processes: pids} = parseCgroups(text);
	const group =
		memory === undefined
			? await readGroup(
					groupAndParents('/sys/fs/cgroup', unified ?? '/'),
					'memory.max',
					'memory.current',
					'memory.events',
				)
			: await readGroup(
					groupAndParents('/sys/fs/cgroup/memory', memory),
					'memory.limit_in_bytes',
					'memory.usage_in_bytes',
					'memory.oom_control',
				);
	const processorQuota =
		processor === undefined
			? await readQuota(groupAndParents('/sys/fs/cgroup', unified ?? '/'), ['cpu.max'])
			: await readQuota(groupAndParents('/sys/fs/cgroup/cpu', processor), ['cpu.cfs_quota_us', 'cpu.cfs_period_us']);
	const processes = await readProcessCount(
		pids === undefined
			? groupAndParents('/sys/fs/cgroup', unified ?? '/')
			: groupAndParents('/sys/fs/cgroup/pids', pids),
	);
	return processorQuota === undefined && processes === undefined
		? group
		: {...(group ?? {limitBytes: undefined, usedBytes: undefined, oomKills: undefined}), processorQuota, processes};
}

/** The limit of processes and threads that leaves least room, among a group and its parents. */
async function readProcessCount(folders: readonly string[]): Promise<ProcessCount | undefined> {
	let nearest: ProcessCount | undefined;
	for (const folder of folders) {
		const file = path.join(folder, 'pids.max');
		const limit = integerOf(await readText(file));
		const used = integerOf(await readText(path.join(folder, 'pids.current')));
		const isNearer = nearest === undefined || (limit ?? Infinity) - (used ?? 0) < nearest.limit - nearest.used;
		if (limit !== undefined && used !== undefined && isNearer) {
			nearest = {limit, used, file};
		}
	}

	return nearest;
}

/** The tightest limit of processor time among a group and its parents. */
async function readQuota(
	folders: readonly string[],
	limitFiles: readonly string[],
): Promise<ProcessorQuota | undefined> {
	let tightest: ProcessorQuota | undefined;
	for (const folder of folders) {
		const texts = await Promise.all(limitFiles.map(file => readText(path.join(folder, file))));
		const cores = parseProcessorLimit(texts.map(text => (text ?? '').trim()).join(' '));
		const counted =
			cores === undefined ? undefined : parseThrottling((await readText(path.join(folder, 'cpu.stat'))) ?? '');
		if (cores !== undefined && counted !== undefined && cores < (tightest?.cores ?? Infinity)) {
			tightest = {cores, ...counted};
		}
	}

	return tightest;
}

async function readGroup(
	folders: readonly string[],
	limitFile: string,
	usageFile: string,
	eventsFile: string,
): Promise<CgroupEvidence | undefined> {
	let tightest: {readonly folder: string; readonly limitBytes: number} | undefined;
	let first: string | undefined;
	for (const folder of folders) {
		const limit = await readText(path.join(folder, limitFile));
		const limitBytes = integerOf(limit);
		first ??= limit === undefined ? undefined : folder;
		if (
			limitBytes !== undefined &&
			limitBytes < versionOneUnlimited &&
			limitBytes < (tightest?.limitBytes ?? Infinity)
		) {
			tightest = {folder, limitBytes};
		}
	}

	const folder = tightest?.folder ?? first;
	if (folder === undefined) {
		return undefined;
	}

	const events = await readText(path.join(folder, eventsFile));
	return {
		limitBytes: tightest?.limitBytes,
		usedBytes: integerOf(await readText(path.join(folder, usageFile))),
		oomKills: integerOf(/^oom_kill (\d+)$/m.exec(events ?? '')?.[1]),
	};
}
