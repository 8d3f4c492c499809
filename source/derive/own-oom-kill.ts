import type {LocalEvidence, OomKill} from '../domain/host-evidence.js';

/**
Longest time between the kill of a server and its restart by a supervisor, in milliseconds: systemd takes 0.1 s, a
container engine up to 10 s.
*/
const restartDelayMs = 10_000;

/**
Tolerance between the start time of a process and the time of a kernel log line, in milliseconds. The kernel takes the
two from different clocks.
*/
const clockSlackMs = 2000;

const serverName = /redis|valkey|keydb/;

type KillFacts = Pick<LocalEvidence, 'process' | 'earlierProcess' | 'supervisor' | 'cgroup' | 'oomKills'>;

/** Whether the kernel reports the kill for the control group of the service or container that runs the server. */
function isInItsGroup({group}: OomKill, {supervisor}: KillFacts): boolean {
	if (group === undefined || supervisor === undefined || supervisor.kind === 'none') {
		return false;
	}

	return supervisor.kind === 'systemd'
		? group.split('/').includes(supervisor.unit)
		: supervisor.id.length >= 12 && group.includes(supervisor.id);
}

/** Whether the kill ended the earlier process of a server that runs again as `process`. */
function endedBefore(kill: OomKill, atMs: number, evidence: KillFacts): boolean {
	const {process, earlierProcess} = evidence;
	const startedAtMs = process?.startedAtMs;
	if (startedAtMs === undefined || atMs > startedAtMs + clockSlackMs) {
		return false;
	}

	return earlierProcess === undefined
		? atMs >= startedAtMs - restartDelayMs && serverName.test(kill.name) && mayBeItsGroup(kill, evidence)
		: kill.processId === earlierProcess.processId;
}

/**
Whether the kill may have ended a process of the control group in which the server runs now. For a service or a
container, the kernel's line names the group. Any other server starts again in the same group, which counts the kills of
its limit (`oom_kill` of memory.events; Source: Linux Documentation/admin-guide/cgroup-v2.rst).
*/
function mayBeItsGroup(kill: OomKill, evidence: KillFacts): boolean {
	const {supervisor, cgroup} = evidence;
	const hasNamedGroup = supervisor !== undefined && supervisor.kind !== 'none' && kill.group !== undefined;
	return hasNamedGroup ? isInItsGroup(kill, evidence) : !isGroupLimit(kill) || (cgroup?.oomKills ?? 0) > 0;
}

/**
The newest OOM kill that ended this server; undefined when there is none. The kernel may kill other servers of the
machine too. The process id, a restart within seconds, or the service or container identifies this server.

@param atLeastMs Kills before this time are ignored, in milliseconds since the epoch.
*/
export function ownOomKill(evidence: KillFacts, atLeastMs: number): OomKill | undefined {
	const {process, earlierProcess, oomKills = []} = evidence;
	const isAlive = process !== undefined && process.state !== 'zombie';
	return oomKills.find(kill => {
		const {atMs} = kill;
		if (atMs === undefined || atMs < atLeastMs) {
			return false;
		}

		if (isAlive) {
			return endedBefore(kill, atMs, evidence);
		}

		// The kernel reuses process ids, so the kill must be later than the time at which the process was last seen.
		const {processId = process?.processId, seenAtMs = 0} = earlierProcess ?? {};
		return (
			(processId !== undefined && kill.processId === processId && atMs >= seenAtMs - clockSlackMs) ||
			isInItsGroup(kill, evidence)
		);
	});
}

/** Whether a control group's memory limit caused the kill. Otherwise the whole machine had no memory left. */
export const isGroupLimit = ({line}: OomKill): boolean => /memory cgroup out of memory/i.test(line);
