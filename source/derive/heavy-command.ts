import type {NodeSample} from '../domain/sample.js';
import type {CommandRate} from './command-rates.js';

/** A command whose own work kept the main thread busy, and the processor time of one call, in milliseconds. */
export type HeavyCommand = {
	readonly command: string;
	readonly ownMs: number;
	/** Duration of one call by the clock, in milliseconds, and the number of calls in the interval. */
	readonly ranMs?: number;
	readonly calls?: number;
};

/**
Least processor time of a call of a heavy command, in milliseconds: the default of `slowlog-log-slower-than`. Source:
redis.conf.
*/
const heavyMs = 10;

/**
The command that took most time between two samples, with the processor time of one call. Redis measures a call by
wall-clock time, which includes the time that the thread waits for a processor. The command's time therefore counts up
to the processor time of the main thread only.

Undefined when the command took less than half of that processor time. The other half may be reading and writing
sockets. Also undefined when a call took less processor time than `heavyMs`.
*/
export function heavyCommand(
	earlier: NodeSample | undefined,
	later: NodeSample,
	commands: readonly CommandRate[],
): HeavyCommand | undefined {
	const processorMs = earlier === undefined ? undefined : mainThreadMs(earlier, later);
	if (processorMs === undefined || processorMs < heavyMs) {
		return undefined;
	}

	let [most, heaviest]: [number, CommandRate | undefined] = [0, undefined];
	for (const rate of commands) {
		const ranMs = ((rate.meanMicroseconds ?? 0) * (rate.callsOfInterval ?? 0)) / 1000;
		[most, heaviest] = ranMs > most ? [ranMs, rate] : [most, heaviest];
	}

	if (heaviest?.callsOfInterval === undefined || most < processorMs / 2) {
		return undefined;
	}

	const calls = heaviest.callsOfInterval;
	const ownMs = Math.min(most, processorMs) / calls;
	return ownMs < heavyMs ? undefined : {command: heaviest.command, ownMs, ranMs: most / calls, calls};
}

/**
Processor time of the main thread between two samples, in milliseconds. Before Redis 6.2, it is that of the whole
process.
*/
function mainThreadMs(earlier: NodeSample, later: NodeSample): number | undefined {
	if (earlier.runId !== later.runId) {
		return undefined;
	}

	const grown = (name: string) => {
		const [before, after] = [earlier.info.number('cpu', name), later.info.number('cpu', name)];
		return before === undefined || after === undefined || after < before ? undefined : (after - before) * 1000;
	};
	const user = grown('used_cpu_user_main_thread') ?? grown('used_cpu_user');
	const system = grown('used_cpu_sys_main_thread') ?? grown('used_cpu_sys');
	return user === undefined || system === undefined ? undefined : user + system;
}
