import type {NodeSample} from '../domain/sample.js';
import {type CommandCounters, commandStats} from '../parse/info-fields.js';

/**
The calls of one command in INFO commandstats. The last interval is the time between the two samples that are compared.
*/
export type CommandRate = {
	/** The command's name as the server prints it: `get`, `client|list`. */
	readonly command: string;
	/** Number of calls since the server's start. */
	readonly calls: number;
	readonly callsPerSecond: number | undefined;
	/** Number of calls in the last interval; undefined without a comparable earlier sample. */
	readonly callsOfInterval?: number | undefined;
	readonly failuresOfInterval?: number | undefined;
	/**
	Mean duration of a call in the last interval, in microseconds. Undefined when there was no call, or no comparable
	earlier sample.
	*/
	readonly meanMicroseconds: number | undefined;
	/**
	The command's share of the time of all commands in the last interval, 0–1. Undefined without a comparable earlier
	sample.
	*/
	readonly timeShare: number | undefined;
	/**
	`failed_calls` plus `rejected_calls` per second. Undefined before Redis 6.2, and without a comparable earlier
	sample.
	*/
	readonly failuresPerSecond: number | undefined;
};

type Difference = {readonly calls: number; readonly usec: number; readonly failures: number | undefined};

const failuresOf = ({rejectedCalls, failedCalls}: CommandCounters): number | undefined =>
	rejectedCalls === undefined || failedCalls === undefined ? undefined : rejectedCalls + failedCalls;

function difference(earlier: CommandCounters | undefined, later: CommandCounters): Difference | undefined {
	// A command that the earlier sample doesn't list had no calls at that time, so its counters start at 0.
	const before = earlier ?? {calls: 0, usec: 0, rejectedCalls: 0, failedCalls: 0};
	const calls = later.calls - before.calls;
	const usec = later.usec - before.usec;
	const laterFailures = failuresOf(later);
	const failures = laterFailures === undefined ? undefined : laterFailures - (failuresOf(before) ?? 0);
	return calls < 0 || usec < 0 || (failures !== undefined && failures < 0) ? undefined : {calls, usec, failures};
}

/**
Every command that the server has counted, with its rates since `earlier`. The rates are undefined without a comparable
earlier sample. The result is undefined when the later sample has no commandstats.
*/
export function commandRates(earlier: NodeSample | undefined, later: NodeSample): readonly CommandRate[] | undefined {
	if (!later.info.sections.has('commandstats')) {
		return undefined;
	}

	const isComparable = earlier?.info.sections.has('commandstats') === true && earlier.runId === later.runId;
	const before = isComparable ? commandStats(earlier.info) : undefined;
	const seconds = (later.elapsedMs - (earlier?.elapsedMs ?? 0)) / 1000;
	const differences = new Map<string, Difference | undefined>();
	let totalUsec = 0;
	const after = commandStats(later.info);
	// `for…of` over a map would allocate three objects for each command in code that V8 has not optimized.
	after.forEach((counters, command) => {
		const change = before && difference(before.get(command), counters);
		differences.set(command, change);
		totalUsec += change?.usec ?? 0;
	});
	const perSecond = (count: number | undefined) => (count === undefined || seconds <= 0 ? undefined : count / seconds);
	const rates: CommandRate[] = [];
	after.forEach(({calls}, command) => {
		const change = differences.get(command);
		rates.push({
			command,
			calls,
			callsPerSecond: perSecond(change?.calls),
			meanMicroseconds: change !== undefined && change.calls > 0 ? change.usec / change.calls : undefined,
			timeShare: change !== undefined && totalUsec > 0 ? change.usec / totalUsec : undefined,
			failuresPerSecond: perSecond(change?.failures),
			callsOfInterval: change?.calls,
			failuresOfInterval: change?.failures,
		});
	});
	return rates;
}
