import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {constants, tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {spawn} from '@lydell/node-pty';
import {
	createEmulator,
	framedScreen,
	isMetBy,
	type ScreenCondition,
	type TerminalModes,
	type WaitOptions,
	waitUntil,
} from './screen.js';

export type PtyOptions = {
	readonly file: string;
	readonly args?: readonly string[];
	readonly cols?: number;
	readonly rows?: number;
	/** Environment variables that are added to this process' own; `undefined` removes a variable. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
};

/** How a program ended. `code` is its exit code. `signal` is the signal that ended it, or undefined. */
export type PtyExit = {readonly code: number; readonly signal: NodeJS.Signals | undefined};

export type PtyScreen = {
	readonly pid: number;
	/** The visible rows, without trailing blanks. */
	lines(): string[];
	text(): string;
	/** The visible rows cell by cell, as `Emulator.cells` returns them. */
	cells(): string[][];
	/** Writes to the terminal's input at once: a key, a sequence or a paste. */
	press(keys: string): void;
	resize(cols: number, rows: number): void;
	/**
	Resolves when the screen meets the condition. At the deadline, or if the program ends before, it fails with the whole
	screen as its message.
	*/
	waitFor(condition: ScreenCondition, options?: WaitOptions): Promise<void>;
	/** Calls `listener` after every painted chunk. Returns a function that stops it. */
	onPainted(listener: () => void): () => void;
	/** Resolves when the program has ended and its last output is on the screen. */
	readonly exited: Promise<PtyExit>;
	/** Sends the signal to the program, whatever the terminal's mode. */
	kill(signal?: NodeJS.Signals): void;
	/** Every byte that the program wrote so far. */
	rawOutput(): Buffer;
	readonly byteCount: number;
	/** How often the program erased the whole screen. */
	readonly clearCount: number;
	isAlternateScreen(): boolean;
	isCursorVisible(): boolean;
	/** Stops reading from the terminal, as a stalled link does. The program's output then fills the kernel's buffer. */
	stall(): void;
	/**
	The terminal modes that the program has switched on. After the program's exit, a test compares them with
	`untouchedModes`.
	*/
	terminalModes(): TerminalModes;
	/** Ends the program if it still runs, and frees the terminal. */
	dispose(): Promise<void>;
};

const defaultDeadlineMs = 30_000;

const signalName = (number: number | undefined): NodeJS.Signals | undefined =>
	number === undefined || number === 0
		? undefined
		: (Object.entries(constants.signals).find(([, value]) => value === number)?.[0] as NodeJS.Signals | undefined);

const ptyEnvironment = (added: PtyOptions['env']): Record<string, string | undefined> => {
	const environment: Record<string, string | undefined> = {
		...process.env,
		TERM: 'xterm-256color',
		COLORTERM: undefined,
		TZ: 'UTC',
		LANG: 'C.UTF-8',
		LC_ALL: undefined,
		// With the variable CI set, Ink draws only the last frame.
		CI: undefined,
		CONTINUOUS_INTEGRATION: undefined,
		NO_COLOR: undefined,
		FORCE_COLOR: undefined,
		NODE_TEST_CONTEXT: undefined,
		NODE_OPTIONS: undefined,
		...added,
	};
	return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
};

/** Runs a program in a real pseudo-terminal whose screen can be read. */
export async function openPty(options: PtyOptions): Promise<PtyScreen> {
	const {file, args = [], cols = 80, rows = 24, env, cwd} = options;
	const emulator = createEmulator(cols, rows);
	const chunks: Buffer[] = [];
	const listeners = new Set<() => void>();
	let byteCount = 0;
	let painted = Promise.resolve();
	let exit: PtyExit | undefined;

	const child = spawn(file, [...args], {
		name: 'xterm-256color',
		cols,
		rows,
		env: ptyEnvironment(env),
		encoding: null,
		...(cwd === undefined ? {} : {cwd}),
	});
	const notifyListeners = () => {
		for (const listener of [...listeners]) {
			listener();
		}
	};
	child.onData(data => {
		// With `encoding: null` the data are bytes, although the type says string.
		const bytes = data as unknown as Buffer;
		chunks.push(bytes);
		byteCount += bytes.length;
		painted = emulator.write(bytes).then(notifyListeners);
	});
	// A real terminal answers queries, for example for the cursor's position, so the emulator's answers are sent to the
	// program.
	emulator.onAnswer(answer => {
		if (exit === undefined) {
			child.write(answer);
		}
	});
	const exited = new Promise<PtyExit>(resolve => {
		child.onExit(async ({exitCode, signal}) => {
			exit = {code: exitCode, signal: signalName(signal)};
			await painted;
			notifyListeners();
			resolve(exit);
		});
	});

	const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
		if (exit === undefined) {
			process.kill(child.pid, signal);
		}
	};
	const describe = (what: string, deadlineMs: number) =>
		`not seen ${exit ? `before the exit (${JSON.stringify(exit)})` : `in ${deadlineMs} ms`}: ${what}\n${framedScreen(emulator.lines())}`;

	return {
		pid: child.pid,
		lines: () => emulator.lines(),
		text: () => emulator.text(),
		cells: () => emulator.cells(),
		press(keys) {
			child.write(keys);
		},
		resize(newCols, newRows) {
			emulator.resize(newCols, newRows);
			child.resize(newCols, newRows);
		},
		waitFor: (condition, {deadlineMs = defaultDeadlineMs, what = String(condition)} = {}) =>
			waitUntil({
				isMet() {
					// A frame that is only half written may meet a condition by chance, so the condition is tested on whole
					// frames.
					const isWhole = exit !== undefined || !emulator.modes().isSynchronizedOutput;
					const isMet = isWhole && isMetBy(condition, emulator.lines());
					if (!isMet && exit !== undefined) {
						throw new Error(describe(what, deadlineMs));
					}

					return isMet;
				},
				onChange(listener) {
					listeners.add(listener);
					return () => listeners.delete(listener);
				},
				deadlineMs,
				describe: () => describe(what, deadlineMs),
			}),
		onPainted(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		exited,
		kill,
		rawOutput: () => Buffer.concat(chunks),
		get byteCount() {
			return byteCount;
		},
		get clearCount() {
			return emulator.clearCount;
		},
		isAlternateScreen: () => emulator.modes().isAlternateScreen,
		isCursorVisible: () => !emulator.modes().isCursorHidden,
		stall: () => child.pause(),
		terminalModes: () => emulator.modes(),
		async dispose() {
			kill('SIGKILL');
			await exited;
			emulator.dispose();
		},
	};
}

export type WrappedPty = PtyScreen & {
	/** The process id of the program. The pty's own process is the shell. */
	programPid(): number;
	/** The output of `stty -a` before the program ran and after its exit. */
	sttySettings(): {readonly before: readonly string[]; readonly after: readonly string[]};
};

const shellScript = `
printf '{stty-before %s}\\n' "$(stty -a | tr '\\n' ' ')"
sh -c 'echo $$ >"$0"; exec "$@"' "$PROGRAM_PID_FILE" "$@"
code=$?
printf '{stty-after %s}\\n' "$(stty -a | tr '\\n' ' ')"
exit $code
`;

/**
Runs a program in a pseudo-terminal under a shell, as on a user's machine. The terminal outlives the program, so its
settings can be read afterwards. `kill` reaches the program; `exited` is the shell's end (128 + n for a signal).
*/
export async function openPtyInShell(options: PtyOptions): Promise<WrappedPty> {
	const directory = mkdtempSync(path.join(tmpdir(), 'redis-top-pty-'));
	const pidFile = path.join(directory, 'pid');
	const pty = await openPty({
		...options,
		file: 'bash',
		args: ['-c', shellScript, 'bash', options.file, ...(options.args ?? [])],
		env: {...options.env, PROGRAM_PID_FILE: pidFile},
	});
	const programPid = () => Number(readFileSync(pidFile, 'utf8'));
	const settings = (moment: string): string[] => {
		const output = pty.rawOutput().toString().replaceAll('\r\n', '\n');
		const text = new RegExp(`\\{stty-${moment} ([^}]*)\\}`).exec(output)?.[1];
		if (text === undefined) {
			throw new Error(`no stty-${moment} in the output`);
		}

		return text.split(/[;\s]+/).filter(word => word !== '');
	};
	void pty.exited.then(() => rmSync(directory, {recursive: true, force: true}));

	return {
		...pty,
		get byteCount() {
			return pty.byteCount;
		},
		get clearCount() {
			return pty.clearCount;
		},
		programPid,
		kill: (signal = 'SIGTERM') => process.kill(programPid(), signal),
		sttySettings: () => ({before: settings('before'), after: settings('after')}),
		async dispose() {
			let pid: number | undefined;
			try {
				pid = programPid();
			} catch {}

			if (pid !== undefined) {
				try {
					process.kill(pid, 'SIGKILL');
				} catch {}
			}

			await pty.dispose();
			rmSync(directory, {recursive: true, force: true});
		},
	};
}
