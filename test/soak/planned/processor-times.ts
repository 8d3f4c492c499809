import {Worker} from 'node:worker_threads';
import type {ThreadTime} from './thread-times.js';
import type {ThreadTimesReply, ThreadTimesRequest} from './thread-times-worker.js';

/** How often the list of watched processes is renewed, milliseconds. A server that restarts is a new process. */
const renewMs = 1000;

/** What the main threads of processes did in the last 90 s, read 100 times a second. */
export class ProcessorTimes {
	readonly #worker = new Worker(new URL('thread-times-worker.js', import.meta.url));
	readonly #waiting = new Map<number, (times: readonly ThreadTime[]) => void>();
	readonly #renewing: NodeJS.Timeout;
	#lastId = 0;

	/** @param processIds The processes that run now. */
	constructor(processIds: () => readonly number[]) {
		this.#worker.unref();
		this.#worker.on('message', ({id, times}: ThreadTimesReply) => {
			this.#waiting.get(id)?.(times);
			this.#waiting.delete(id);
		});
		this.#worker.on('error', error => {
			throw error;
		});
		this.#renewing = setInterval(() => this.#ask({watch: processIds()}), renewMs).unref();
	}

	/** The readings of a process since a moment; empty where nothing is known of it. */
	since(processId: number, fromMs: number): Promise<readonly ThreadTime[]> {
		const id = ++this.#lastId;
		return new Promise(resolve => {
			this.#waiting.set(id, resolve);
			this.#ask({id, processId, fromMs});
		});
	}

	async stop(): Promise<void> {
		clearInterval(this.#renewing);
		await this.#worker.terminate();
	}

	#ask(request: ThreadTimesRequest): void {
		this.#worker.postMessage(request);
	}
}
