import type {NodeSample} from '../domain/sample.js';
import {commandStats} from '../parse/info-fields.js';

/** Length of a step, milliseconds: one mean is taken of it. */
const stepMs = 10_000;
/** Ten minutes of them. */
const meansKept = 60;
/** Commands that are followed: those that took most of the server's time in the last step. */
const commandsKept = 32;

/** Steps that make a usual time: a minute. */
const fewestSteps = 6;
/** Latest steps. The fastest of them counts, because a single slow step is an accident. */
const latestSteps = 2;

/** A command's time now, the faster of its two latest steps, and the median of those before, microseconds. */
export type MeanChange = {readonly command: string; readonly now: number; readonly usual: number};

/** What one command's calls took on average over a step. */
export type StepMean = {readonly calls: number; readonly meanMicroseconds: number};

type Totals = ReadonlyMap<string, {readonly calls: number; readonly usec: number}>;

/** How long each command took on average, every ten seconds, for as long as ten minutes back. Starts afresh with each process. */
export class MeanTracks {
	#runId: string | undefined;
	#before: Totals | undefined;
	#beforeAtMs = Number.NEGATIVE_INFINITY;
	/** Oldest first. */
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
		// A step that is longer by far was one without commandstats: it says nothing about ten seconds.
		if (this.#before !== undefined && atMs < this.#beforeAtMs + 2 * stepMs) {
			this.#push(this.#before, totals);
		}

		this.#before = totals;
		this.#beforeAtMs = atMs;
	}

	/** Every command whose usual time is known from steps of at least `fewestCalls`. Kept for a step: rules ask every second. */
	changes(fewestCalls: number): readonly MeanChange[] {
		if (this.#changes?.fewestCalls !== fewestCalls) {
			const found = [...this.#means].flatMap(([command, steps]) => changeOf(command, steps, fewestCalls) ?? []);
			this.#changes = {fewestCalls, found};
		}

		return this.#changes.found;
	}

	/** Oldest first, steps without a call left out; by command. */
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
