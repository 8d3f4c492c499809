import type {OomKill} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/** `Out of memory: Killed process 123 (redis-server) total-vm:…`, and the same of a control group (`Memory cgroup out of memory`). */
const killed = /Killed process (\d+),? \(([^)]*)\)/i;

/** The line before the kill: `oom-kill:constraint=CONSTRAINT_MEMCG,…,task_memcg=/x,task=redis-server,pid=7,uid=0`. Source: mm/oom_kill.c, `dump_oom_summary`. */
const summary = /oom-kill:constraint=.*\btask_memcg=([^,]*),task=.*,pid=(\d+),/;

/**
The kills in lines of a kernel log, newest first, whoever was killed.

@param timeOf When a line was written, milliseconds since the epoch; undefined where it doesn't say.
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
The kills in records of /dev/kmsg (`6,123,4567890,-;words`), whose third field is microseconds since the machine started.

@param bootedAtMs When it started, milliseconds since the epoch.
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

/** The kills in `journalctl -o short-unix`: `1764064000.123456 host kernel: words`. */
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
