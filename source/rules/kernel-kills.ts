import {isGroupLimit} from '../derive/own-oom-kill.js';
import type {NextStep} from '../domain/finding.js';
import type {LocalEvidence, OomKill} from '../domain/host-evidence.js';
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
