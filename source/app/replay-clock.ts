import type {Clock} from '../domain/clock.js';
import type {RunLater} from '../state/publish-timer.js';

type Task = {readonly dueMs: number; readonly run: () => void};

/** The clock of a replay. Its time changes only when it is set. */
export class ReplayClock implements Clock {
	#nowMs: number;
	#elapsedMs = 0;
	#tasks: Task[] = [];

	constructor(nowMs: number) {
		this.#nowMs = nowMs;
	}

	now(): number {
		return this.#nowMs;
	}

	elapsed(): number {
		return this.#elapsedMs;
	}

	/** Resolves at once. A replay polls nothing, so nothing waits for this clock. */
	sleep(): Promise<void> {
		return Promise.resolve();
	}

	readonly runLater: RunLater = (run, waitMs) => {
		const task = {dueMs: this.#elapsedMs + waitMs, run};
		this.#tasks.push(task);
		return () => {
			this.#tasks = this.#tasks.filter(other => other !== task);
		};
	};

	/** Sets the time, and runs the callbacks that are due at or before it. */
	moveTo(atMs: number): void {
		const untilMs = this.#elapsedMs + Math.max(0, atMs - this.#nowMs);
		for (;;) {
			const [next] = this.#tasks.filter(({dueMs}) => dueMs <= untilMs).sort((one, other) => one.dueMs - other.dueMs);
			if (next === undefined) {
				break;
			}

			this.#tasks = this.#tasks.filter(task => task !== next);
			this.#nowMs += Math.max(0, next.dueMs - this.#elapsedMs);
			this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
			next.run();
		}

		this.#elapsedMs = untilMs;
		this.#nowMs = atMs;
	}

	/**
	Runs a function while this clock shows another, earlier time. The replies at the beginning of a recording's block are
	older than the block, so they are processed at their own time.
	*/
	at(atMs: number, run: () => void): void {
		const nowMs = this.#nowMs;
		this.#nowMs = atMs;
		run();
		this.#nowMs = nowMs;
	}
}
