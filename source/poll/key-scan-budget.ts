import type {InfoReply} from '../domain/info-reply.js';
import {type CommandCounters, commandStats} from '../parse/info-fields.js';

/** Share of one core that the commands of a scan may take on the server. */
export const scanShare = 0.005;

/** Keys after which a scan ends until it is asked for again. */
export const mostScannedKeys = 20_000;

/** Time of scanning after which a scan ends until it is asked for again, in milliseconds. */
export const longestScanMs = 60_000;

/** Keys that one SCAN asks for. */
export const scanCount = 100;

/** Keys whose facts are asked for in one write. */
export const keysInWrite = 50;

/** Share of a core from which the server's main thread counts as busy, so that a scan waits. */
const busyShare = 0.75;

/** Time of one call that is assumed until the server's counters tell it, in microseconds. */
const assumedMicroseconds: Readonly<Record<string, number>> = {scan: 60, info: 150};
const assumedForOthers = 3;

/** How often each command of the scan was sent, by its name in commandstats: `memory|usage`. */
export type SentCommands = ReadonlyMap<string, number>;

/**
The time that the commands of a scan took on the server, in microseconds: the mean of each command since the scan began,
by the server's own counters, times the calls of the scan. Others who use the same commands change only the mean.

@param before The counters at the beginning of the scan.
*/
export function serverMicroseconds(sent: SentCommands, before: Counters, now: Counters): number {
	let sum = 0;
	for (const [name, calls] of sent) {
		sum += calls * meanOf(name, before, now);
	}

	return sum;
}

export type Counters = ReadonlyMap<string, CommandCounters>;

export const countersIn = (info: InfoReply): Counters => commandStats(info);

function meanOf(name: string, before: Counters, now: Counters): number {
	// Before Redis 7.0 the subcommands of MEMORY are counted together.
	const counted = now.has(name) ? name : name.replace(/\|.*/, '');
	const [earlier, later] = [before.get(counted), now.get(counted)];
	const calls = (later?.calls ?? 0) - (earlier?.calls ?? 0);
	const usec = (later?.usec ?? 0) - (earlier?.usec ?? 0);
	return calls > 0 && usec >= 0 ? usec / calls : (assumedMicroseconds[name] ?? assumedForOthers);
}

/** Time to wait before the next write, so that the scan's commands stay within their share of a core, in milliseconds. */
export const waitMs = (spentMicroseconds: number, activeMs: number): number =>
	Math.max(0, spentMicroseconds / 1000 / scanShare - activeMs);

/** Why a scan has to wait, by INFO of the server that is asked; undefined when it may go on. */
export function reasonToWait(info: InfoReply, busy: number | undefined): string | undefined {
	const is = (field: string) => (info.number('persistence', field) ?? 0) > 0;
	if (is('loading') || is('async_loading')) {
		return 'the server loads its data';
	}

	if (is('rdb_bgsave_in_progress') || is('aof_rewrite_in_progress') || is('module_fork_in_progress')) {
		return 'a save or another fork runs';
	}

	return busy !== undefined && busy > busyShare ? 'the main thread is busy' : undefined;
}
