import type {BusyProgram} from '../domain/host-evidence.js';

/** One process of a scan: its program, its start, and the processor time that it has used, both in clock ticks. */
export type UsedTime = {
	readonly processId: number;
	readonly name: string;
	/** With the process id it identifies the process, which may change its name. */
	readonly startTicks: number | undefined;
	readonly ticks: number;
	/** Each Redis or Valkey process is a program of its own. */
	readonly isServer: boolean;
};

/** Clock ticks of /proc/PID/stat in a second. Source: proc(5); the kernel gives programs 100 on all usual machines. */
const ticksPerSecond = 100;

/** Least time between two scans that are compared, in milliseconds. A tick has ten, so shorter times say little. */
const leastMs = 900;

/** Least share of a processor of a program that is worth its name. */
const leastCores = 0.3;

/** Most programs that are listed. */
const listed = 4;

/** Compares the scans of this machine's processes: which programs use its processors. */
export class ProcessorUse {
	#last: {readonly atMs: number; readonly found: ReadonlyMap<number, UsedTime>} | undefined;
	#busy: readonly BusyProgram[] = [];

	/**
	The programs that used most processor time since an earlier scan, the busiest first. All processes with one name are
	one program, except servers. Empty without an earlier scan.
	*/
	since(used: readonly UsedTime[], atMs: number): readonly BusyProgram[] {
		const last = this.#last;
		if (last !== undefined && atMs >= last.atMs && atMs - last.atMs < leastMs) {
			return this.#busy;
		}

		this.#last = {atMs, found: new Map(used.map(each => [each.processId, each]))};
		this.#busy = last === undefined || atMs < last.atMs ? [] : busyPrograms(used, last.found, atMs - last.atMs);
		return this.#busy;
	}
}

function busyPrograms(
	processes: readonly UsedTime[],
	earlier: ReadonlyMap<number, UsedTime>,
	elapsedMs: number,
): readonly BusyProgram[] {
	const newest = Math.max(...[...earlier.values()].map(({startTicks}) => startTicks ?? 0));
	const programs = new Map<
		string,
		{name: string; cores: number; processes: Array<{processId: number; cores: number}>}
	>();
	for (const {processId, name, startTicks, ticks, isServer} of processes) {
		const key = isServer ? `${name} ${processId}` : name;
		const before = earlier.get(processId);
		const isSame = before !== undefined && before.startTicks === startTicks;
		// An older process that the earlier scan did not find used its time before that scan, too.
		const isMeasured = isSame || (startTicks ?? 0) > newest;
		const used = isMeasured ? ticks - (isSame ? before.ticks : 0) : 0;
		const cores = (used * 1000) / ticksPerSecond / elapsedMs;
		const program = programs.get(key) ?? {name, cores: 0, processes: []};
		programs.set(key, program);
		program.cores += Math.max(0, cores);
		program.processes.push({processId, cores});
	}

	return [...programs.values()]
		.map(({name, cores, processes}) => ({processName: name, cores, processIds: busiestOf(processes)}))
		.filter(({cores, processIds}) => cores >= leastCores && processIds.length > 0)
		.sort((one, other) => other.cores - one.cores)
		.slice(0, listed);
}

/**
The ids of the processes that use most of what their program uses, the busiest first. Of many that share the processors
none has a large part, so the busiest count.
*/
function busiestOf(processes: ReadonlyArray<{readonly processId: number; readonly cores: number}>): readonly number[] {
	const sorted = processes.filter(({cores}) => cores > 0).toSorted((one, other) => other.cores - one.cores);
	const large = sorted.filter(({cores}) => cores >= leastCores / 3);
	return (large.length > 0 ? large : sorted).slice(0, listed).map(({processId}) => processId);
}
