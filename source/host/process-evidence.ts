import {readdir, readFile, readlink, stat} from 'node:fs/promises';
import type {ProcessEvidence} from '../domain/host-evidence.js';
import {
	kernelBytes,
	parseBootTime,
	parseColonTable,
	parseOpenFilesLimit,
	parseProcessLimit,
	parseProcessStat,
	parseStartTicks,
} from '../parse/proc-text.js';
import {sanitize} from '../text/sanitize.js';
import type {Gaps} from './gaps.js';
import {readSuspension} from './suspended-process.js';

/** The user and group of a process, which decide what it may write. */
export type ProcessRights = {
	readonly userId: number;
	readonly groupIds: ReadonlySet<number>;
	/**
	True where the process may write to a file even where its owner, group and mode forbid it, as root may. A container
	may take that capability from root.
	*/
	readonly overrides: boolean;
};

/** The capability that lets a process write to any file. Source: linux/capability.h, CAP_DAC_OVERRIDE. */
const dacOverride = 1n << 1n;

function numbersOf(text: string | undefined): number[] {
	return (text ?? '')
		.split(/\s+/)
		.filter(word => /^\d+$/.test(word))
		.map(Number);
}

/**
The rights in a parsed `/proc/PID/status`: effective user and group, and whether the process overrides permissions.
*/
export function processRights(status: ReadonlyMap<string, string>): ProcessRights | undefined {
	const [, userId] = numbersOf(status.get('Uid'));
	const [, groupId] = numbersOf(status.get('Gid'));
	const capabilities = status.get('CapEff') ?? '';
	return userId === undefined || groupId === undefined
		? undefined
		: {
				userId,
				groupIds: new Set([groupId, ...numbersOf(status.get('Groups'))]),
				overrides: /^[\da-f]{1,16}$/i.test(capabilities) && (BigInt(`0x${capabilities}`) & dacOverride) !== 0n,
			};
}

/** Clock ticks per second in the files of /proc. Source: the kernel's USER_HZ, 100 on all Linux platforms but Alpha. */
const ticksPerSecond = 100;

async function startOf(statText: string): Promise<number | undefined> {
	const ticks = parseStartTicks(statText);
	const bootedAtMs = parseBootTime(await readFile('/proc/stat', 'utf8').catch(() => ''));
	return ticks === undefined || bootedAtMs === undefined ? undefined : bootedAtMs + (ticks / ticksPerSecond) * 1000;
}

/** What /proc shows of a process; undefined when the process has ended meanwhile. */
export async function readProcess(
	processId: number,
	gaps: Gaps,
): Promise<{readonly evidence: ProcessEvidence; readonly rights: ProcessRights | undefined} | undefined> {
	const folder = `/proc/${processId}`;
	const statText = await readFile(`${folder}/stat`, 'utf8').catch(() => undefined);
	if (statText === undefined) {
		return undefined;
	}

	const text = (file: string, what: string) => gaps.reading(what, () => readFile(`${folder}/${file}`, 'utf8'));
	const {name, state} = parseProcessStat(statText);
	const status = parseColonTable((await text('status', "the process' status")) ?? '');
	// A zombie has neither memory nor open files. Their absence is not noted as a gap.
	const isZombie = state === 'zombie';
	const smaps = isZombie ? '' : ((await text('smaps_rollup', 'huge pages of the process')) ?? '');
	const waitsIn = (await readFile(`${folder}/wchan`, 'utf8').catch(() => '0')).trim();
	const thpEnabled = status.get('THP_enabled');
	const namespaceIds = numbersOf(status.get('NSpid'));
	const adjustment = Number((await readFile(`${folder}/oom_score_adj`, 'utf8').catch(() => '')).trim() || Number.NaN);
	const limits = (await text('limits', 'file limits of the process')) ?? '';
	const evidence: ProcessEvidence = {
		processId,
		namespaceProcessId: namespaceIds.at(-1),
		name,
		state,
		suspendedBy: isZombie ? undefined : await readSuspension({processId, state, status}),
		startedAtMs: await startOf(statText),
		waitsIn: waitsIn === '0' || waitsIn === '' ? undefined : sanitize(waitsIn),
		userId: processRights(status)?.userId,
		residentBytes: kernelBytes(status.get('VmRSS')),
		swappedBytes: kernelBytes(status.get('VmSwap')),
		hugePageBytes: kernelBytes(parseColonTable(smaps).get('AnonHugePages')),
		usesHugePages: thpEnabled === undefined ? undefined : thpEnabled === '1',
		openFiles: isZombie
			? undefined
			: (await gaps.reading('open files of the process', () => readdir(`${folder}/fd`)))?.length,
		openFilesLimit: parseOpenFilesLimit(limits),
		processLimit: parseProcessLimit(limits),
		oomScoreAdjustment: Number.isFinite(adjustment) ? adjustment : undefined,
		workingFolder: isZombie ? undefined : await workingFolder(folder, gaps),
		hasOwnRoot: await hasOwnRoot(folder),
	};
	return {evidence, rights: processRights(status)};
}

async function workingFolder(folder: string, gaps: Gaps): Promise<string | undefined> {
	const link = await gaps.reading("the process' working folder", () => readlink(`${folder}/cwd`));
	return link === undefined ? undefined : sanitize(link);
}

/** Whether the process has another root folder than redis-top, as in a container. False where that cannot be read. */
async function hasOwnRoot(folder: string): Promise<boolean> {
	try {
		const [theirs, ours] = await Promise.all([stat(`${folder}/root/`), stat('/')]);
		return theirs.dev !== ours.dev || theirs.ino !== ours.ino;
	} catch {
		return false;
	}
}
