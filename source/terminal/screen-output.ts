import {EventEmitter} from 'node:events';
import {enterScreen, leaveScreen, Painter} from './painter.js';

/** The part of stdout that the screen needs. */
export type TerminalStream = {
	readonly columns?: number;
	readonly rows?: number;
	write(text: string, taken?: (error?: Error | null) => void): unknown;
	on(event: 'resize', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
};

/**
Sequences that switch modes, such as bracketed paste. Ink sends these sequences between frames, and they go to the
terminal unchanged.
*/
const modeSwitch = /^\u001B\[\?[\d;]+[hl]$/;

/** Sequences by which Ink erases and moves the cursor. They are dropped, because the painter does both. */
const cursorMoves = /^(?:\u001B\[[\d;]*[A-HJKSTf])*$/;

/**
The sequences that switch on mouse reports. Mode 1000 reports presses, releases and the wheel; mode 1006 writes them in
decimal.
*/
const mouseOn = '\u001B[?1000h\u001B[?1006h';
const mouseOff = '\u001B[?1006l\u001B[?1000l';

/** The assumed size of a terminal that reports no size, in cells. */
const usualSize = {columns: 80, rows: 24};

/**
The stream that Ink renders to instead of stdout. In its debug mode Ink writes every frame whole and moves no cursor.
The painter then writes the difference between frames to the terminal.
*/
export class ScreenOutput extends EventEmitter {
	readonly isTTY = true;
	readonly #terminal: TerminalStream;
	readonly #painter: Painter;
	#hasMouse: boolean;
	#isOnScreen = false;
	#frame = '';

	/** @param options With `hasMouse`, the terminal reports the wheel and clicks. */
	constructor(terminal: TerminalStream, {hasMouse = false}: {readonly hasMouse?: boolean} = {}) {
		super();
		this.#hasMouse = hasMouse;
		this.#terminal = terminal;
		const size = () => ({columns: this.columns, rows: this.rows});
		this.#painter = new Painter({
			get columns() {
				return size().columns;
			},
			get rows() {
				return size().rows;
			},
			write: (text, taken) => terminal.write(text, () => taken()),
		});
	}

	get columns(): number {
		return this.#terminal.columns || usualSize.columns;
	}

	get rows(): number {
		return this.#terminal.rows || usualSize.rows;
	}

	/**
	Takes Ink's output, like a stream's `write` but without back-pressure. A newer frame replaces a frame that can't be
	written yet.
	*/
	write(text: string, ...rest: unknown[]): boolean {
		const taken = rest.at(-1);
		if (typeof taken === 'function') {
			queueMicrotask(() => taken());
		}

		if (modeSwitch.test(text)) {
			this.#terminal.write(text);
		} else if (this.#isOnScreen && !cursorMoves.test(text)) {
			this.#frame = text;
			this.#painter.paint(text);
		}

		return true;
	}

	/** Switches to the alternate screen and hides the cursor. */
	enter(): void {
		if (!this.#isOnScreen) {
			this.#isOnScreen = true;
			this.#terminal.write(enterScreen + (this.#hasMouse ? mouseOn : ''));
			this.#terminal.on('resize', this.#resized);
			this.#painter.resume();
		}
	}

	/**
	Restores the terminal. Further calls have no effect.

	@param leavesFrame Prints the last frame as lines below the shell's output.
	*/
	leave(leavesFrame = false): void {
		if (this.#isOnScreen) {
			this.#isOnScreen = false;
			this.#terminal.off('resize', this.#resized);
			this.#painter.stop();
			this.#terminal.write((this.#hasMouse ? mouseOff : '') + leaveScreen + (leavesFrame ? asLines(this.#frame) : ''));
		}
	}

	/** Whether the terminal reports the wheel and clicks. */
	get hasMouse(): boolean {
		return this.#hasMouse;
	}

	/** Takes the wheel and clicks from the terminal, or gives them back. */
	setMouse(isOn: boolean): void {
		if (isOn !== this.#hasMouse) {
			this.#hasMouse = isOn;
			if (this.#isOnScreen) {
				this.#terminal.write(isOn ? mouseOn : mouseOff);
			}
		}
	}

	/** Writes the next frame whole, because other programs may have written to the terminal. */
	forget(): void {
		this.#painter.forget();
	}

	readonly #resized = (): void => {
		this.#painter.forget();
		this.emit('resize');
	};
}

/**
A frame as lines for the shell's screen. Trailing blanks are left out, because they would wrap in a narrower window.
*/
function asLines(frame: string): string {
	const rows = frame.split('\n').map(row => row.trimEnd());
	return rows
		.slice(0, rows.findLastIndex(row => row !== '') + 1)
		.map(row => `${row}\u001B[m\r\n`)
		.join('');
}

/**
Makes writes to the terminal asynchronous. By default Node writes to a TTY synchronously, so that a stalled SSH link
would block polling, keys and signals: https://nodejs.org/api/process.html#a-note-on-process-io. There is no public API
for this. If the stream has no `setBlocking`, its writes stay synchronous.
*/
export function makeNonBlocking(stream: object): void {
	const {_handle: handle} = stream as {_handle?: {setBlocking?: (isBlocking: boolean) => unknown}};
	handle?.setBlocking?.(false);
}
