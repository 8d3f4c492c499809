import type {NodeSample} from '../domain/sample.js';
import {commandStats} from '../parse/info-fields.js';

/** Over so long means are taken, milliseconds. */
const stepMs = 10_000;
/** Ten minutes of them. */
const meansKept = 60;
/** Commands that are followed: those that took most of the server's time in the last step. */
const commandsKept = 32;

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

	note({atMs, runId, info}: NodeSample): void {
		if (runId !== this.#runId) {
			this.#runId = runId && Buffer.from(runId).toString();
			this.#before = undefined;
			this.#beforeAtMs = Number.NEGATIVE_INFINITY;
			this.#means.clear();
		}

		if (atMs < this.#beforeAtMs + stepMs || !info.sections.has('commandstats')) {
			return;
		}

		const totals: Totals = commandStats(info);
		// A step that was longer by far has been one without commandstats: it says nothing of ten seconds.
		if (this.#before !== undefined && atMs < this.#beforeAtMs + 2 * stepMs) {
			this.#push(this.#before, totals);
		}

		this.#before = totals;
		this.#beforeAtMs = atMs;
	}

	/** Oldest first, steps without a call left out; by command. */
	get means(): ReadonlyMap<string, readonly StepMean[]> {
		return this.#means;
	}

	#push(before: Totals, after: Totals): void {
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
