import {spawn} from 'node:child_process';

/** A command that takes longer than this is ended, milliseconds. */
const patienceMs = 30_000;

/** Longest queue: a storm of findings must not fill the memory of a `watch` that runs for weeks. */
const mostWaiting = 100;

export type FindingCommandOptions = {
	readonly words: readonly string[];
	/** One line for the user of `watch`: the command failed, hung or was left out. */
	readonly complain: (text: string) => void;
	readonly timeoutMs?: number;
};

/** Runs a program for each change, one at a time, with the change on its stdin; what it prints goes to our stderr. Never throws. */
export class FindingCommand {
	readonly #options: FindingCommandOptions;
	readonly #waiting: string[] = [];
	#isRunning = false;
	#end = new AbortController();

	constructor(options: FindingCommandOptions) {
		this.#options = options;
	}

	add(input: string): void {
		if (this.#waiting.length >= mostWaiting) {
			this.#options.complain(`${mostWaiting} findings wait for --on-finding already: this one is left out`);
			return;
		}

		this.#waiting.push(input);
		void this.#next();
	}

	/** Ends the one that runs and forgets those that wait. */
	close(): void {
		this.#waiting.length = 0;
		this.#end.abort();
	}

	async #next(): Promise<void> {
		const input = this.#isRunning ? undefined : this.#waiting.shift();
		if (input === undefined) {
			return;
		}

		this.#isRunning = true;
		const why = await this.#run(input);
		this.#isRunning = false;
		if (why !== undefined && !this.#end.signal.aborted) {
			this.#options.complain(`--on-finding: ${this.#options.words[0]} ${why}`);
		}

		await this.#next();
	}

	/** Resolves with what went wrong; undefined when nothing did. */
	#run(input: string): Promise<string | undefined> {
		const {words, timeoutMs = patienceMs} = this.#options;
		const [program = '', ...args] = words;
		return new Promise(resolve => {
			const child = spawn(program, args, {stdio: ['pipe', 2, 2], windowsHide: true});
			const kill = () => child.kill('SIGKILL');
			let isLate = false;
			const timer = setTimeout(() => {
				isLate = true;
				kill();
			}, timeoutMs);
			const finish = (why: string | undefined) => {
				clearTimeout(timer);
				this.#end.signal.removeEventListener('abort', kill);
				resolve(why);
			};

			this.#end.signal.addEventListener('abort', kill);
			// A program that reads nothing and ends is its own business.
			child.stdin?.on('error', () => undefined);
			child.stdin?.end(`${input}\n`);
			child.once('error', error => finish(`can't be run: ${'code' in error ? String(error.code) : error.message}`));
			child.once('close', (code, signal) => {
				if (isLate) {
					finish(`did not end within ${timeoutMs / 1000} s`);
				} else {
					finish(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`);
				}
			});
		});
	}
}
