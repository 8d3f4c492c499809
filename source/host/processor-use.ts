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
	const programs = new Map<string, {name: string; cores: number; processIds: number[]; most: number}>();
	for (const {processId, name, startTicks, ticks, isServer} of processes) {
		const key = isServer ? `${name} ${processId}` : name;
		const before = earlier.get(processId);
		const isSame = before !== undefined && before.startTicks === startTicks;
		// An older process that the earlier scan did not find used its time before that scan, too.
		const isMeasured = isSame || (startTicks ?? 0) > newest;
		const used = isMeasured ? ticks - (isSame ? before.ticks : 0) : 0;
		const cores = (used * 1000) / ticksPerSecond / elapsedMs;
		const program = programs.get(key) ?? {name, cores: 0, processIds: [], most: 0};
		programs.set(key, program);
		program.cores += Math.max(0, cores);
		if (cores >= leastCores / 3) {
			// The busiest process comes first.
			program.processIds =
				cores > program.most ? [processId, ...program.processIds] : [...program.processIds, processId];
			program.most = Math.max(program.most, cores);
		}
	}

	return [...programs.values()]
		.map(({name, cores, processIds}) => ({processName: name, cores, processIds: processIds.slice(0, listed)}))
		.filter(({cores, processIds}) => cores >= leastCores && processIds.length > 0)
		.sort((one, other) => other.cores - one.cores)
		.slice(0, listed);
}
