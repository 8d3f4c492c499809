import {spawn} from 'node:child_process';

/** Milliseconds after which a program that still runs is ended. */
const patienceMs = 30_000;

/**
Largest number of changes of findings that wait for the program. Many findings at once must not fill the memory of a
`watch` that runs for weeks.
*/
const mostWaiting = 100;

export type FindingCommandOptions = {
	readonly words: readonly string[];
	/** Receives one line for the user of `watch`: the program failed, did not end in time, or a change was left out. */
	readonly complain: (text: string) => void;
	readonly timeoutMs?: number;
};

/**
Runs a program for each change of a finding, one at a time. The program gets the change on stdin; its output goes to
redis-top's stderr. Never throws.
*/
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

	/** Ends the running program and drops the waiting changes. */
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

	/** Runs the program once. Resolves with a line about the failure; undefined when the program succeeded. */
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
			// A program that ends without reading its stdin is no failure.
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
