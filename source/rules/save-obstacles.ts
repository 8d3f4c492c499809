import {folderObstacle} from '../derive/save-folder.js';
import type {NextStep} from '../domain/finding.js';
import type {FolderEvidence} from '../domain/host-evidence.js';
import type {LogRemark} from '../domain/log-lines.js';
import {message} from '../domain/message.js';
import {type ForkLimit, forkLimit} from './fork-limits.js';
import {type MemoryKill, memoryKill} from './killed-save.js';
import {hint, onHost, processIdFor, saveFolder} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

const atFileLimit = 'its open files are at their limit';
const readOnly = 'its file system is read-only';
const diskFull = 'its disk is full';
const noInodes = 'its disk has no free inodes';
const quotaUsed = 'its disk quota is used up';
const noRight = 'it may not write into its folder';

/** What the system's error at the end of a log line says about a file that could not be created. */
const openErrors: ReadonlyArray<readonly [text: RegExp, reason: string]> = [
	[/Read-only file system/i, readOnly],
	[/No such file or directory/i, 'its folder is gone'],
	[/Too many open files/i, atFileLimit],
];

/** What is used up: the system has one error for bytes and inodes, and another for a quota. */
function fullReason(line: string, {record}: NodeFacts): string {
	const host = record.host?.value;
	if (/quota exceeded/i.test(line)) {
		return quotaUsed;
	}

	return host?.kind === 'here' && host.folder?.freeInodes === 0 ? noInodes : diskFull;
}

/** Short reasons of a failed save or rewrite, by the id of the log line. */
const reasons: ReadonlyMap<string, (remark: LogRemark, facts: NodeFacts) => string> = new Map([
	['disk-full', ({line}: LogRemark, facts: NodeFacts) => fullReason(line, facts)],
	['no-right-to-dir', ({line}: LogRemark) => openErrors.find(([text]) => text.test(line))?.[1] ?? noRight],
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
	onHost("sudo dmesg -T | grep -i -e 'killed process' -e 'out of memory' | tail"),
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
	const logged = isRecent ? reasons.get(remark.id)?.(remark, facts) : undefined;
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

const remount =
	'mount its file system for writing again: mount -o remount,rw; after errors of the disk (dmesg), check the file system first';

/**
The steps that let the server create files in its folder again. A narrow screen keeps the first clause of the sentence.
*/
export function folderRemedy(
	{record}: NodeFacts,
	{isMissing, isReadOnlyMount, path}: FolderEvidence,
): readonly NextStep[] {
	const host = record.host?.value;
	const user = host?.kind === 'here' ? host.process?.userId : undefined;
	const folder = quotedName('path', path);
	if (isMissing === true) {
		return [
			hint('make it again with the same owner, or mount it; then CONFIG SET dir with the path'),
			onHost(message`ls -ld ${folder}`),
			hint(
				'where CONFIG SET dir is refused, as by default since 7.0: copy the data with redis-cli --rdb, and start the server from that file',
			),
		];
	}

	return isReadOnlyMount === true
		? [
				hint(remount),
				onHost(message`findmnt -T ${folder}`),
				onHost('sudo dmesg -T | grep -i -e remount -e "I/O error" -e read-only | tail'),
			]
		: [
				hint(`chown the folder to the user of the server${user === undefined ? '' : `, id ${user}`}`),
				onHost(message`ls -ld ${folder}`),
			];
}

/** The steps that look at the folder and its disk; none if the steps of the folder look at it already. */
export function folderChecks(
	facts: NodeFacts,
	obstacle: Pick<SaveObstacle, 'reason'> | undefined,
): readonly NextStep[] {
	if (barredFolder(facts) !== undefined) {
		return [];
	}

	const dir = saveFolder(facts);
	const look = onHost(message`df -h ${dir}; df -i ${dir}; ls -ld ${dir}`);
	switch (obstacle?.reason) {
		case atFileLimit:
			return [
				hint('raise the limit of open files: LimitNOFILE of its unit, or prlimit; or close connections'),
				onHost(message`grep 'open files' /proc/${processIdFor(facts)}/limits`),
			];
		case readOnly:
			return [hint(remount), onHost(message`findmnt -T ${dir}`)];
		case noInodes:
			return [hint('delete small files that are not needed: each takes an inode'), look];
		case quotaUsed:
			return [hint('raise the disk quota of its user, or free space: the disk itself may have room'), look];
		case diskFull:
			return [hint('free or add disk space: old logs, backups and dumps first'), look];
		default:
			return [look];
	}
}
