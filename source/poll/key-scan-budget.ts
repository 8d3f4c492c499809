import type {InfoReply} from '../domain/info-reply.js';
import {type CommandCounters, commandStats} from '../parse/info-fields.js';

/** Share of one core that the commands of a scan may take on the server. */
export const scanShare = 0.005;

/** Number of keys after which a scan ends. It goes on only when the user asks for it again. */
export const mostScannedKeys = 20_000;

/** Time of scanning after which a scan ends, in milliseconds. It goes on only when the user asks for it again. */
export const longestScanMs = 60_000;

/** Number of keys that one SCAN asks for (COUNT). */
export const scanCount = 100;

/** Number of keys whose facts are asked for in one write: type, bytes, time to live, frequency. */
export const keysInWrite = 50;

/**
Share of one core above which the server's main thread counts as busy. A scan waits while the main thread is busy.
*/
const busyShare = 0.75;

/** Assumed time of one call, by command, in microseconds. It counts until the server's counters show the real time. */
const assumedMicroseconds: Readonly<Record<string, number>> = {scan: 60, info: 150};
const assumedForOthers = 3;

/** How often each command of the scan was sent, by its name in commandstats: `memory|usage`. */
export type SentCommands = ReadonlyMap<string, number>;

/**
The time that the commands of a scan took on the server, in microseconds. For each command, it is the scan's number of
calls times the mean time of a call since the scan began. The mean comes from the server's own counters. Calls of other
clients change only the mean.

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
	// Before Redis 7.0, INFO counts all subcommands of MEMORY together, as `memory`. Their common mean is then used.
	const counted = now.has(name) ? name : name.replace(/\|.*/, '');
	const [earlier, later] = [before.get(counted), now.get(counted)];
	const calls = (later?.calls ?? 0) - (earlier?.calls ?? 0);
	const usec = (later?.usec ?? 0) - (earlier?.usec ?? 0);
	return calls > 0 && usec >= 0 ? usec / calls : (assumedMicroseconds[name] ?? assumedForOthers);
}

/** Milliseconds to wait before the next write, so that the commands of the scan stay within `scanShare` of a core. */
export const waitMs = (spentMicroseconds: number, activeMs: number): number =>
	Math.max(0, spentMicroseconds / 1000 / scanShare - activeMs);

/**
Why a scan has to wait, according to the server's INFO; undefined when it may go on.

@param busy Mean number of cores that the server used since the last reading; undefined if unknown.
*/
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
