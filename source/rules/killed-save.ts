import {isGroupLimit} from '../derive/own-oom-kill.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import type {LogRemark} from '../domain/log-lines.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {bytes} from '../text/units.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {topWriter} from './writers.js';

/** Name of the evidence that the memory limit of the control group ended the process that saved. */
export const killedAtLimit = 'memory limit at which the save was killed';

/** Why the kernel ended the process that saved. */
export type MemoryKill = {
	/** Whose memory was full: `its control group's memory (149M) was full`. */
	readonly detail: string;
	readonly evidence: readonly Evidence[];
	/** What has to be done before a save can succeed. */
	readonly next: readonly NextStep[];
};

/**
Least share of the limit that the rest of the group still uses after the kill, 0–1. The process that saves holds at most
a copy of the server's memory, so the server itself holds at least half of what was used.
*/
const leastLeftShare = 0.5;

/** Milliseconds between the kernel's line and the server's line about the same kill. */
const togetherMs = 5000;

const serverName = /redis|valkey|keydb/;

/**
What shows that the kernel killed a process that saved, because memory was full: its own line about a server's process
at that time, or the count of kills of the control group (`oom_kill`). Undefined if neither shows it: somebody else may
have sent the signal.

@param remark The line in the server's log about the signal.
*/
export function memoryKill(facts: NodeFacts, remark: LogRemark): MemoryKill | undefined {
	const host = facts.record.host?.value;
	if (host?.kind !== 'here' || !/\bsignal 9\b/.test(remark.line)) {
		return undefined;
	}

	const kill = (host.oomKills ?? []).find(
		({atMs, name, processId}) =>
			atMs !== undefined &&
			remark.atMs !== undefined &&
			Math.abs(atMs - remark.atMs) <= togetherMs &&
			processId !== host.process?.processId &&
			serverName.test(name),
	);
	const line: readonly Evidence[] =
		kill === undefined ? [] : [{name: 'kernel log', value: message`${nameOf('quote', kill.line)}`}];
	const {limitBytes, usedBytes = 0, oomKills = 0} = host.cgroup ?? {};
	const isOfGroup =
		limitBytes !== undefined &&
		(kill === undefined ? oomKills > 0 && usedBytes >= leastLeftShare * limitBytes : isGroupLimit(kill));
	if (isOfGroup) {
		return {
			detail: `its control group's memory (${bytes(limitBytes)}) was full`,
			evidence: [
				{name: killedAtLimit, value: limitBytes, unit: 'bytes'},
				{name: 'memory.current', value: usedBytes, unit: 'bytes'},
				{name: 'oom_kill of the control group', value: oomKills, unit: 'count'},
				...line,
			],
			next: [hint(`raise its memory limit (container or unit), now ${bytes(limitBytes)}`), ...pauseOf(facts)],
		};
	}

	return kill === undefined
		? undefined
		: {
				detail: 'the memory of the machine was full',
				evidence: line,
				next: [hint('free memory of the machine: lower maxmemory, or stop what else takes it'), ...pauseOf(facts)],
			};
}

/** The step that lets a save succeed without more memory: pages are copied only while clients write. */
function pauseOf(facts: NodeFacts): readonly NextStep[] {
	const client = topWriter(facts)?.culprit.client;
	const who: Message = client === undefined ? 'what writes most' : message`${client}`;
	return [
		hint(
			message`or stop ${who} until a save has succeeded: the save needs memory for each page that is written meanwhile`,
		),
	];
}
