import {folderObstacle} from '../derive/save-folder.js';
import type {NextStep} from '../domain/finding.js';
import type {FolderEvidence, LogRemark} from '../domain/host-evidence.js';
import {type ForkLimit, forkLimit} from './fork-limits.js';
import {type MemoryKill, memoryKill} from './killed-save.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Short reasons of a failed save or rewrite, by the id of the log line. */
const reasons: ReadonlyMap<string, (remark: LogRemark) => string> = new Map([
	['disk-full', () => 'the disk or its quota is full'],
	['no-right-to-dir', () => 'it may not write into its folder'],
	['save-killed', ({line}: LogRemark) => `${signalIn(line)} killed the save`],
	['rewrite-killed', ({line}: LogRemark) => `${signalIn(line)} killed the rewrite`],
]);

const signalIn = (line: string): string => /signal \d+/.exec(line)?.[0] ?? 'a signal';

/** The ids of log lines about a child process that a signal killed. */
const killed: ReadonlySet<string> = new Set(['save-killed', 'rewrite-killed']);

/**
Milliseconds for which a log line can be the reason of the last failed save. The server soon tries a failed save again,
so an older line is about an earlier failure.
*/
const recentMs = 3_600_000;

/** Milliseconds within which lines of the log are about the same failure. */
const togetherMs = 10_000;

/** What the log of a server on this machine says about the last failed save or rewrite. */
export type SaveObstacle = {
	/** The newest line that gives a reason of the failure, else the newest line about the failure, however old. */
	readonly remark: LogRemark | undefined;
	/** The reason of the failure in few words; undefined if no recent line shows it. */
	readonly reason: string | undefined;
	/** Whether a signal ended the process that was saving. */
	readonly isKilled: boolean;
	/** What shows that the kernel sent this signal, because memory was full; undefined if nothing does. */
	readonly memory: MemoryKill | undefined;
	/** The limit that refused the fork; undefined if the fork did not fail. A background save then fails again. */
	readonly fork: ForkLimit | undefined;
};

/** What to do about a signal that ended a child process. */
export const killedSteps = ({memory}: Pick<SaveObstacle, 'memory'>): readonly NextStep[] =>
	memory?.next ?? stepsOfSignal;

const stepsOfSignal: readonly NextStep[] = [
	onHost("sudo dmesg -T | grep -iE 'killed process|out of memory' | tail"),
	hint('the kernel kills it when memory runs out: the copy needs memory for what is written meanwhile'),
	hint('lower maxmemory or free memory of the machine, or raise the limit of the container or unit'),
];

/** @param rule The id of the rule that the log line is about. */
export function saveObstacle(facts: NodeFacts, rule: 'per.rdb_fail' | 'per.aof_rewrite'): SaveObstacle {
	const {record, nowMs} = facts;
	const host = record.host?.value;
	const remarks = (host?.kind === 'here' ? (host.log?.remarks ?? []) : []).filter(({rules}) => rules.includes(rule));
	const [newest] = remarks;
	// The child process that saves logs the reason. Its parent then logs that the save failed. So the line with the
	// reason is slightly older than the newest line.
	const sinceMs = (newest?.atMs ?? nowMs) - togetherMs;
	const remark =
		remarks.find(
			({id, atMs}) => (reasons.has(id) || id.startsWith('fork-')) && (atMs === undefined || atMs >= sinceMs),
		) ?? newest;
	const isRecent = remark !== undefined && (remark.atMs === undefined || nowMs - remark.atMs <= recentMs);
	const fork = isRecent ? forkLimit(facts, remark.id) : undefined;
	const isKilled = isRecent && killed.has(remark.id);
	const memory = isKilled ? memoryKill(facts, remark) : undefined;
	const logged = isRecent ? reasons.get(remark.id)?.(remark) : undefined;
	const ofMemory = `the ${rule === 'per.rdb_fail' ? 'save' : 'rewrite'} was killed for memory`;
	return {
		remark,
		reason: fork === undefined ? (memory === undefined ? logged : ofMemory) : `the fork failed: ${fork.reason}`,
		fork,
		isKilled,
		memory,
	};
}

/** The folder that the server saves to, if it cannot create files there; undefined if it can, or if that is unknown. */
export function barredFolder({record}: NodeFacts): FolderEvidence | undefined {
	const host = record.host?.value;
	const folder = host?.kind === 'here' ? host.folder : undefined;
	return folder !== undefined && folderObstacle(folder) !== undefined ? folder : undefined;
}

/** The steps that let the server create files in its folder again. */
export function folderRemedy({isMissing, isReadOnlyMount}: FolderEvidence): readonly NextStep[] {
	if (isMissing === true) {
		return [hint('make it again with the same owner, or mount it; then CONFIG SET dir with the path')];
	}

	return isReadOnlyMount === true
		? [
				onHost('sudo dmesg -T | grep -iE "remount|I/O error|read-only" | tail'),
				hint('after errors of the disk, check the file system before it is mounted for writing again'),
			]
		: [hint('chown the folder to the user of the server')];
}
