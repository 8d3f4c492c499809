import {isGroupLimit} from '../derive/own-oom-kill.js';
import type {NextStep} from '../domain/finding.js';
import type {LocalEvidence, OomKill} from '../domain/host-evidence.js';
import {message, nameOf} from '../domain/message.js';
import {utcClock} from '../text/units.js';
import {hint} from './next-steps.js';

/** The reason of an OOM kill: what ran out of memory, the control group or the machine. */
export const outOfMemory = (kill: OomKill): string =>
	isGroupLimit(kill) ? 'memory limit of its control group' : 'the machine was out of memory';

/** The same as the reason of a loop of restarts. */
export const killedFor = (kill: OomKill): string =>
	isGroupLimit(kill) ? 'killed at the memory limit of its control group' : 'killed, as the machine was out of memory';

/** The step that lets a server live with the memory that it may take. */
export const memoryStep = (kill: OomKill): NextStep =>
	hint(
		isGroupLimit(kill)
			? 'raise the limit of its unit or container, or set maxmemory below it with room for a save'
			: 'lower maxmemory, or move what else runs there',
	);

/** Tolerance between the time of a log line and that of a kernel log line, in milliseconds: their clocks differ. */
const clockSlackMs = 2000;

/** Kills from which a loop of restarts is theirs. One alone may be of another server that writes to the same log. */
const killsOfLoop = 2;

/**
The newest of the kernel's kills that end a server again and again: each ended a process that the server's log on this
machine names. The process id of the last process alone is not enough: a loop of some seconds is faster than the looks.
*/
export function killOfLoop(host: LocalEvidence | undefined, sinceMs: number): OomKill | undefined {
	const started = new Map((host?.log?.starts ?? []).map(({processId, atMs}) => [processId, atMs]));
	const own = (host?.oomKills ?? []).filter(({processId, atMs}) => {
		const startedAtMs = processId === undefined ? undefined : started.get(processId);
		return startedAtMs !== undefined && atMs !== undefined && atMs >= sinceMs && atMs >= startedAtMs - clockSlackMs;
	});
	return own.length >= killsOfLoop ? own[0] : undefined;
}

/** Age up to which a kill may be why a server is gone whose end nothing else tells, in milliseconds. */
const recentKillMs = 600_000;

/**
The step about the newest kill on the machine of a server that is gone, if the process id of that server is not known. In a
container, or behind a loader, neither the id nor the name tells whose process the kernel ended. So the step says if.
*/
export function recentKillSteps(host: LocalEvidence | undefined, nowMs: number): readonly NextStep[] {
	const kill = host?.oomKills?.find(({atMs}) => atMs !== undefined && atMs >= nowMs - recentKillMs && atMs <= nowMs);
	if (kill?.atMs === undefined || host?.process !== undefined || host?.earlierProcess !== undefined) {
		return [];
	}

	const who = message`${nameOf('quote', kill.name)} (process ${kill.processId})`;
	const group = kill.group === undefined ? '' : message` of ${nameOf('path', kill.group)}`;
	const [what, remedy] = isGroupLimit(kill)
		? ['at the memory limit of its control group', 'raise that limit, or set maxmemory below it with room for a save']
		: ['as the machine was out of memory', 'lower maxmemory, or move what else runs there'];
	return [
		hint(
			message`the kernel killed ${who}${group} at ${utcClock(kill.atMs)} ${what}: if that was this server, ${remedy ?? ''}`,
		),
	];
}
