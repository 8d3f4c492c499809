import type {LocalEvidence, OomKill} from '../domain/host-evidence.js';

/** A supervisor starts a killed server again within seconds: systemd after 0.1 s, a container's engine within 10 s. */
const restartDelayMs = 10_000;

/** The kernel counts the start of a process in hundredths of a second, and its log by another clock, milliseconds. */
const clockSlackMs = 2000;

const serverName = /redis|valkey|keydb/;

type KillFacts = Pick<LocalEvidence, 'process' | 'earlierProcess' | 'supervisor' | 'oomKills'>;

/** The service or container that runs the server is the control group that the kernel names. */
function isInItsGroup({group}: OomKill, {supervisor}: KillFacts): boolean {
	if (group === undefined || supervisor === undefined || supervisor.kind === 'none') {
		return false;
	}

	return supervisor.kind === 'systemd'
		? group.split('/').includes(supervisor.unit)
		: supervisor.id.length >= 12 && group.includes(supervisor.id);
}

/** Whether the kill ended an earlier process of the server that `process` is now. */
function endedBefore(kill: OomKill, atMs: number, {process, earlierProcess}: KillFacts): boolean {
	const startedAtMs = process?.startedAtMs;
	if (startedAtMs === undefined || atMs > startedAtMs + clockSlackMs) {
		return false;
	}

	return earlierProcess === undefined
		? atMs >= startedAtMs - restartDelayMs && serverName.test(kill.name)
		: kill.processId === earlierProcess.processId;
}

/**
The newest OOM kill that ended this server. Other servers of the machine are killed too: a kill is this server's only by
the id of its process, by a restart within seconds, or by its unit or container.

@param atLeastMs Older kills are left out, milliseconds since the epoch.
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

		// Ids are used again: the kill must come after the last time that the process was seen.
		const {processId = process?.processId, seenAtMs = 0} = earlierProcess ?? {};
		return (
			(processId !== undefined && kill.processId === processId && atMs >= seenAtMs - clockSlackMs) ||
			isInItsGroup(kill, evidence)
		);
	});
}

/** The limit of a control group was reached; else the machine itself had no memory left. */
export const isGroupLimit = ({line}: OomKill): boolean => /memory cgroup out of memory/i.test(line);
