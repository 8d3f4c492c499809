import type {NodeSample} from '../domain/sample.js';

/** Least time between two kept readings, in milliseconds. */
const stepMs = 900;
/** Number of kept readings: more than a minute of them, because rules look at the slow log of the last minute. */
const readingsKept = 80;

type Reading = {readonly atMs: number; readonly usedMs: number};

/**
How much processor time the main thread of a node has used, at each sample of the last minute or more. A restart of the
server clears the readings.
*/
export class ThreadTimes {
	#runId: string | undefined;
	#readings: Reading[] = [];

	note(sample: NodeSample): void {
		if (sample.runId !== this.#runId) {
			// The run id is copied: a substring of the INFO reply would keep the whole reply in memory.
			this.#runId = sample.runId && Buffer.from(sample.runId).toString();
			this.#readings = [];
		}

		const atMs = serverMs(sample);
		const usedMs = mainThreadMs(sample);
		const last = this.#readings.at(-1);
		if (usedMs === undefined || (last !== undefined && atMs < last.atMs + stepMs)) {
			return;
		}

		this.#readings.push({atMs, usedMs});
		if (this.#readings.length > readingsKept) {
			this.#readings.shift();
		}
	}

	/**
	The most processor time, in milliseconds, that the main thread can have used between two moments of the server's
	clock. The readings around these moments are further apart, so it is an upper bound. Undefined without a reading
	before them and one after them.
	*/
	mostUsedMs(fromMs: number, toMs: number): number | undefined {
		const start = this.#readings.findLast(({atMs}) => atMs <= fromMs);
		const end = this.#readings.find(({atMs}) => atMs >= toMs);
		return start === undefined || end === undefined ? undefined : end.usedMs - start.usedMs;
	}
}

/** The time of the server's clock at a sample, in milliseconds since the epoch. */
const serverMs = ({atMs, info}: NodeSample): number => {
	const microseconds = info.number('server', 'server_time_usec');
	return microseconds === undefined ? atMs : microseconds / 1000;
};

/** The processor time of the main thread since its start, in milliseconds; undefined before Redis 6.2. */
function mainThreadMs({info}: NodeSample): number | undefined {
	const user = info.number('cpu', 'used_cpu_user_main_thread');
	const system = info.number('cpu', 'used_cpu_sys_main_thread');
	return user === undefined || system === undefined ? undefined : (user + system) * 1000;
}
