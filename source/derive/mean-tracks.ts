import type {NodeSample} from '../domain/sample.js';
import {commandStats} from '../parse/info-fields.js';

/** Length of a step in milliseconds. Each step gives one mean duration of each command. */
const stepMs = 10_000;
/** Number of steps of ten seconds that are kept of each command: ten minutes of them. */
const meansKept = 60;
/** Number of commands whose mean duration is kept in each step: the commands that took most of the server's time. */
const commandsKept = 32;

/** Fewest steps of ten seconds from which a usual duration is computed: a minute. */
const fewestSteps = 6;
/**
Number of the latest steps that count as the present. Of these steps, the one with the shortest mean is used, because a
single slow step may be chance.
*/
const latestSteps = 2;

/** The present and the usual mean duration of a command's calls. */
export type MeanChange = {
	readonly command: string;
	/** The shorter mean of the two latest steps, in microseconds. */
	readonly now: number;
	/** The median of the means of all earlier steps, in microseconds. */
	readonly usual: number;
};

/** The calls of one command in a step, and their mean duration. */
export type StepMean = {readonly calls: number; readonly meanMicroseconds: number};

type Totals = ReadonlyMap<string, {readonly calls: number; readonly usec: number}>;

/**
The mean duration of each command's calls, every ten seconds for ten minutes. A restart of the server clears the means.
*/
export class MeanTracks {
	#runId: string | undefined;
	#before: Totals | undefined;
	#beforeAtMs = Number.NEGATIVE_INFINITY;
	/** The steps of each command, oldest first. */
	readonly #means = new Map<string, StepMean[]>();
	#changes: {readonly fewestCalls: number; readonly found: readonly MeanChange[]} | undefined;

	note({atMs, runId, info}: NodeSample): void {
		if (runId !== this.#runId) {
			this.#runId = runId && Buffer.from(runId).toString();
			this.#before = undefined;
			this.#beforeAtMs = Number.NEGATIVE_INFINITY;
			this.#means.clear();
			this.#changes = undefined;
		}

		if (atMs < this.#beforeAtMs + stepMs || !info.sections.has('commandstats')) {
			return;
		}

		const totals: Totals = commandStats(info);
		// If twenty seconds or more have passed, the samples lacked commandstats for a while. The mean of so long a
		// time is not kept as the mean of ten seconds.
		if (this.#before !== undefined && atMs < this.#beforeAtMs + 2 * stepMs) {
			this.#push(this.#before, totals);
		}

		this.#before = totals;
		this.#beforeAtMs = atMs;
	}

	/**
	Every command whose usual duration is known, from steps with at least `fewestCalls` calls. The result is kept until
	the next step, because rules ask every second.
	*/
	changes(fewestCalls: number): readonly MeanChange[] {
		if (this.#changes?.fewestCalls !== fewestCalls) {
			const found = [...this.#means].flatMap(([command, steps]) => changeOf(command, steps, fewestCalls) ?? []);
			this.#changes = {fewestCalls, found};
		}

		return this.#changes.found;
	}

	/** The steps by command, oldest first. Steps without a call are left out. */
	get means(): ReadonlyMap<string, readonly StepMean[]> {
		return this.#means;
	}

	#push(before: Totals, after: Totals): void {
		this.#changes = undefined;
		const changes = [...after].flatMap(([command, {calls, usec}]) => {
			const then = before.get(command) ?? {calls: 0, usec: 0};
			const change = {command, calls: calls - then.calls, usec: usec - then.usec};
			return change.calls > 0 && change.usec >= 0 ? [change] : [];
		});
		for (const {command, calls, usec} of changes.sort((one, other) => other.usec - one.usec).slice(0, commandsKept)) {
			const means = this.#means.get(command) ?? [];
			means.push({calls, meanMicroseconds: usec / calls});
			means.splice(0, means.length - meansKept);
			this.#means.set(command, means);
		}
	}
}

function changeOf(command: string, steps: readonly StepMean[], fewestCalls: number): MeanChange | undefined {
	const busy = steps.filter(({calls}) => calls >= fewestCalls).map(({meanMicroseconds}) => meanMicroseconds);
	const before = busy.slice(0, -latestSteps).toSorted((one, other) => one - other);
	const usual = before[Math.floor(before.length / 2)];
	return usual === undefined || before.length < fewestSteps
		? undefined
		: {command, now: Math.min(...busy.slice(-latestSteps)), usual};
}
