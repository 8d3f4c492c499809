import type {OomKill} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/**
Matches the kernel's line about a killed process: `Out of memory: Killed process 123 (redis-server) total-vm:…`. It also
matches the line about a kill in a control group (`Memory cgroup out of memory`).
*/
const killed = /Killed process (\d+),? \(([^)]*)\)/i;

/**
Matches the line that the kernel writes before the line about the kill:
`oom-kill:constraint=CONSTRAINT_MEMCG,…,task_memcg=/x,task=redis-server,pid=7,uid=0`. Source: mm/oom_kill.c,
`dump_oom_summary`.
*/
const summary = /oom-kill:constraint=.*\btask_memcg=([^,]*),task=.*,pid=(\d+),/;

/**
The OOM kills in lines of a kernel log, of any process, newest first.

@param timeOf Returns when a line was written, in milliseconds since the epoch; undefined if the line has no time.
*/
export function oomKills(
	lines: readonly string[],
	timeOf: (line: string) => number | undefined,
	wordsOf: (line: string) => string = line => line,
): OomKill[] {
	const groups = new Map(
		lines.flatMap(line => {
			const [, group, processId] = summary.exec(line) ?? [];
			return group === undefined ? [] : [[Number(processId), sanitize(group)] as const];
		}),
	);
	return lines
		.flatMap(line => {
			const [, processId, name = ''] = killed.exec(line) ?? [];
			return processId === undefined
				? []
				: [
						{
							atMs: timeOf(line),
							processId: Number(processId),
							name: sanitize(name),
							line: sanitize(wordsOf(line).trim()),
							...(groups.has(Number(processId)) ? {group: groups.get(Number(processId))} : {}),
						},
					];
		})
		.toReversed();
}

/**
The OOM kills in records of /dev/kmsg (`6,123,4567890,-;words`), newest first. The third field of a record is
microseconds since the machine started.

@param bootedAtMs When the machine started, in milliseconds since the epoch.
*/
export function kmsgOomKills(records: readonly string[], bootedAtMs: number): OomKill[] {
	return oomKills(
		records,
		record => {
			const microseconds = Number(/^\d+,\d+,(\d+)/.exec(record)?.[1] ?? Number.NaN);
			return Number.isFinite(microseconds) ? bootedAtMs + microseconds / 1000 : undefined;
		},
		record => record.slice(record.indexOf(';') + 1),
	);
}

/**
The OOM kills in the output of `journalctl -o short-unix`, newest first. A line: `1764064000.123456 host kernel: words`.
*/
export function journalOomKills(text: string): OomKill[] {
	return oomKills(
		text.split('\n'),
		line => {
			const seconds = Number(/^\d+(?:\.\d+)?(?= )/.exec(line)?.[0] ?? Number.NaN);
			return Number.isFinite(seconds) ? seconds * 1000 : undefined;
		},
		line => line.replace(/^\S+ \S+ kernel: /, ''),
	);
}
