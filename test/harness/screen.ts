import {PassThrough, Writable} from 'node:stream';
import {type IBufferCell, Terminal} from '@xterm/headless';

/**
The modes of a terminal that a program has switched on. If all are false and the depth is 0, the terminal is restored.
*/
export type TerminalModes = {
	readonly isAlternateScreen: boolean;
	readonly isCursorHidden: boolean;
	readonly isBracketedPaste: boolean;
	readonly isMouseTracked: boolean;
	readonly isApplicationCursor: boolean;
	readonly isSynchronizedOutput: boolean;
	readonly kittyKeyboardDepth: number;
};

export const untouchedModes: TerminalModes = {
	isAlternateScreen: false,
	isCursorHidden: false,
	isBracketedPaste: false,
	isMouseTracked: false,
	isApplicationCursor: false,
	isSynchronizedOutput: false,
	kittyKeyboardDepth: 0,
};

export type Emulator = {
	/** Resolves when the bytes are on the screen. */
	write(data: string | Uint8Array): Promise<void>;
	/** The visible rows, without trailing blanks. */
	lines(): string[];
	text(): string;
	/**
	The visible rows cell by cell. A cell has its character and its visible style; the second cell of a wide character
	has no character.
	*/
	cells(): string[][];
	modes(): TerminalModes;
	resize(columns: number, rows: number): void;
	/** Calls `listener` with each of the terminal's own answers, for example to a query for the cursor's position. */
	onAnswer(listener: (answer: string) => void): void;
	/** How often the whole screen was erased (`CSI 2 J`, `CSI 3 J`). */
	readonly clearCount: number;
	/** How often the window scrolled because something was written below its last row. */
	readonly scrollCount: number;
	dispose(): void;
};

/**
A terminal without a window: xterm.js. It also counts clears and scrolls, which the public interface of xterm.js doesn't
report.
*/
export function createEmulator(columns: number, rows: number): Emulator {
	const terminal = new Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1000, convertEol: false});
	let isCursorHidden = false;
	let kittyKeyboardDepth = 0;
	let clearCount = 0;
	let scrollCount = 0;

	const watch = (id: {prefix?: string; final: string}, look: (parameters: ReadonlyArray<number | number[]>) => void) =>
		terminal.parser.registerCsiHandler(id, parameters => {
			look(parameters);
			return false;
		});
	watch({prefix: '?', final: 'h'}, parameters => {
		isCursorHidden = parameters.includes(25) ? false : isCursorHidden;
	});
	watch({prefix: '?', final: 'l'}, parameters => {
		isCursorHidden = parameters.includes(25) ? true : isCursorHidden;
	});
	watch({prefix: '>', final: 'u'}, () => {
		kittyKeyboardDepth += 1;
	});
	watch({prefix: '<', final: 'u'}, () => {
		kittyKeyboardDepth = Math.max(0, kittyKeyboardDepth - 1);
	});
	watch({final: 'J'}, parameters => {
		clearCount += parameters[0] === 2 || parameters[0] === 3 ? 1 : 0;
	});
	terminal.onScroll(() => {
		scrollCount += 1;
	});

	// Blanks at the end of a row look the same whether they were written or not.
	const lines = (): string[] => {
		const {active} = terminal.buffer;
		return Array.from(
			{length: terminal.rows},
			(_, row) =>
				active
					.getLine(active.baseY + row)
					?.translateToString(true)
					.trimEnd() ?? '',
		);
	};

	return {
		write: data => new Promise(resolve => terminal.write(data, resolve)),
		lines,
		text: () => lines().join('\n'),
		cells() {
			const {active} = terminal.buffer;
			return Array.from({length: terminal.rows}, (_, row) =>
				Array.from({length: terminal.cols}, (_cell, column) => {
					const cell = active.getLine(active.baseY + row)?.getCell(column);
					return cell === undefined ? '' : cellLook(cell);
				}),
			);
		},
		modes: () => ({
			isAlternateScreen: terminal.buffer.active.type === 'alternate',
			isCursorHidden,
			isBracketedPaste: terminal.modes.bracketedPasteMode,
			isMouseTracked: terminal.modes.mouseTrackingMode !== 'none',
			isApplicationCursor: terminal.modes.applicationCursorKeysMode,
			isSynchronizedOutput: terminal.modes.synchronizedOutputMode,
			kittyKeyboardDepth,
		}),
		resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
		onAnswer(listener) {
			terminal.onData(listener);
		},
		get clearCount() {
			return clearCount;
		},
		get scrollCount() {
			return scrollCount;
		},
		dispose: () => terminal.dispose(),
	};
}

/** The visible style of a cell. The colour and the weight of a blank's text are left out, because nobody sees them. */
function cellLook(cell: IBufferCell): string {
	if (cell.getWidth() === 0) {
		return '';
	}

	const text = cell.getChars() || ' ';
	const marks = [cell.isInverse() && 'inverse', cell.isUnderline() && 'underline', cell.isStrikethrough() && 'struck'];
	const background = cell.isBgDefault() ? '' : `on ${cell.getBgColorMode()}:${cell.getBgColor()}`;
	const seenOnBlank = [...marks, background].filter(Boolean);
	if (text === ' ' && seenOnBlank.length === 0) {
		return text;
	}

	const colour = cell.isFgDefault() ? '' : `${cell.getFgColorMode()}:${cell.getFgColor()}`;
	const ink = [colour, cell.isBold() && 'bold', cell.isDim() && 'dim', cell.isItalic() && 'italic'];
	return [text, ...seenOnBlank, ...ink.filter(Boolean)].join(' ');
}

/**
Resolves when `isMet` returns true. `isMet` is called again after every change that `onChange` reports. At the deadline
it fails with the text of `describe()`.
*/
export async function waitUntil(options: {
	isMet: () => boolean;
	onChange: (listener: () => void) => () => void;
	deadlineMs: number;
	describe: () => string;
}): Promise<void> {
	const {isMet, onChange, deadlineMs, describe} = options;
	if (isMet()) {
		return;
	}

	let stop = () => {};
	let deadline: NodeJS.Timeout | undefined;
	try {
		await new Promise<void>((resolve, reject) => {
			const look = () => {
				try {
					if (isMet()) {
						resolve();
					}
				} catch (error) {
					reject(error);
				}
			};
			stop = onChange(look);
			deadline = setTimeout(() => reject(new Error(describe())), deadlineMs);
		});
	} finally {
		clearTimeout(deadline);
		stop();
	}
}

/** The screen in a frame with row numbers, for the message of a failed wait. */
export const framedScreen = (lines: readonly string[]): string =>
	lines.map((text, row) => `${String(row + 1).padStart(3)}│${text}`).join('\n');

/** A stream that Ink accepts as the terminal's output. */
export class ScreenStdout extends Writable {
	readonly isTTY = true;
	byteCount = 0;
	readonly chunks: string[] = [];

	constructor(
		private readonly emulator: Emulator,
		public columns: number,
		public rows: number,
		private readonly onPainted: () => void,
	) {
		super({decodeStrings: false});
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: () => void): void {
		const text = chunk.toString();
		this.byteCount += Buffer.byteLength(text);
		this.chunks.push(text);
		// The kernel's terminal driver turns a line feed into CR LF.
		void this.emulator.write(text.replaceAll(/(?<!\r)\n/g, '\r\n')).then(() => {
			this.onPainted();
			callback();
		});
	}
}

/** A stream that Ink accepts as the terminal's input. */
export class ScreenStdin extends PassThrough {
	readonly isTTY = true;
	isRaw = false;

	setRawMode(isRaw: boolean): this {
		this.isRaw = isRaw;
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}
}

export type Screen = {
	/** The streams with the types that Ink's `render(…, {stdout, stdin})` asks for. */
	readonly stdout: NodeJS.WriteStream;
	readonly stdin: NodeJS.ReadStream;
	lines(): string[];
	text(): string;
	/** Writes to the input at once, as a terminal sends a key or a paste. */
	press(keys: string): void;
	resize(columns: number, rows: number): void;
	waitFor(condition: ScreenCondition, options?: WaitOptions): Promise<void>;
	modes(): TerminalModes;
	/** Number of bytes that were written since the screen was made. */
	readonly byteCount: number;
	readonly clearCount: number;
	readonly scrollCount: number;
	/** Returns all text that was written, with its escape sequences. */
	written(): string;
	dispose(): void;
};

export type ScreenCondition = RegExp | ((lines: string[]) => boolean);
export type WaitOptions = {readonly deadlineMs?: number; readonly what?: string};

export const isMetBy = (condition: ScreenCondition, lines: string[]): boolean =>
	condition instanceof RegExp ? condition.test(lines.join('\n')) : condition(lines);

/** A fake terminal for Ink. The screen that a user would see is read back from what Ink writes. */
export function createScreen(columns = 80, rows = 24): Screen {
	const emulator = createEmulator(columns, rows);
	const listeners = new Set<() => void>();
	const stdout = new ScreenStdout(emulator, columns, rows, () => {
		for (const listener of [...listeners]) {
			listener();
		}
	});
	const stdin = new ScreenStdin();
	emulator.onAnswer(answer => stdin.write(answer));

	return {
		stdout: stdout as unknown as NodeJS.WriteStream,
		stdin: stdin as unknown as NodeJS.ReadStream,
		lines: () => emulator.lines(),
		text: () => emulator.text(),
		press(keys) {
			stdin.write(keys);
		},
		resize(newColumns, newRows) {
			emulator.resize(newColumns, newRows);
			stdout.columns = newColumns;
			stdout.rows = newRows;
			stdout.emit('resize');
		},
		waitFor: (condition, {deadlineMs = 10_000, what = String(condition)} = {}) =>
			waitUntil({
				isMet: () => isMetBy(condition, emulator.lines()),
				onChange(listener) {
					listeners.add(listener);
					return () => listeners.delete(listener);
				},
				deadlineMs,
				describe: () => `not seen in ${deadlineMs} ms: ${what}\n${framedScreen(emulator.lines())}`,
			}),
		modes: () => emulator.modes(),
		get byteCount() {
			return stdout.byteCount;
		},
		get clearCount() {
			return emulator.clearCount;
		},
		get scrollCount() {
			return emulator.scrollCount;
		},
		written: () => stdout.chunks.join(''),
		dispose() {
			stdin.destroy();
			emulator.dispose();
		},
	};
}
