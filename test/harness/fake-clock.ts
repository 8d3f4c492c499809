import type {Clock} from '../../source/domain/clock.js';

/** Lets all pending promises and immediate callbacks run. */
export async function settle(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) {
		await new Promise(resolve => setImmediate(resolve));
	}
}

/** A clock that moves only by `advance`. */
export class FakeClock implements Clock {
	readonly #startMs: number;
	#elapsedMs = 0;
	#sleepers: Array<{readonly dueMs: number; readonly wake: () => void}> = [];

	constructor(startMs = Date.UTC(2026, 10, 23, 14, 0, 0)) {
		this.#startMs = startMs;
	}

	now(): number {
		return this.#startMs + this.#elapsedMs;
	}

	elapsed(): number {
		return this.#elapsedMs;
	}

	sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
		return new Promise(resolve => {
			if (signal?.aborted || durationMs <= 0) {
				resolve();
				return;
			}

			const sleeper = {
				dueMs: this.#elapsedMs + durationMs,
				wake: () => {
					this.#sleepers = this.#sleepers.filter(other => other !== sleeper);
					signal?.removeEventListener('abort', sleeper.wake);
					resolve();
				},
			};
			this.#sleepers.push(sleeper);
			signal?.addEventListener('abort', sleeper.wake, {once: true});
		});
	}

	/** Moves the clock forward, and stops at the end of each sleep so that the code that slept can continue. */
	async advance(durationMs: number): Promise<void> {
		const untilMs = this.#elapsedMs + durationMs;
		await settle();
		for (;;) {
			const [next] = this.#sleepers.filter(({dueMs}) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
			if (next === undefined) {
				break;
			}

			this.#elapsedMs = next.dueMs;
			next.wake();
			await settle();
		}

		this.#elapsedMs = untilMs;
	}
}
