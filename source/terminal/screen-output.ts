import {EventEmitter} from 'node:events';
import {enterScreen, leaveScreen, Painter} from './painter.js';

/** What is needed of the real stdout. */
export type TerminalStream = {
	readonly columns?: number;
	readonly rows?: number;
	write(text: string, taken?: (error?: Error | null) => void): unknown;
	on(event: 'resize', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
};

/** Mode switches (bracketed paste and the like) that Ink sends between frames; they go on as they are. */
const modeSwitch = /^\u001B\[\?[\d;]+[hl]$/;

/** Erasing and moving, which Ink does where it thinks that its last frame still stands: the painter knows better. */
const cursorMoves = /^(?:\u001B\[[\d;]*[A-HJKSTf])*$/;

/** Presses, releases and the wheel (mode 1000), reported in decimal (1006). */
const mouseOn = '\u001B[?1000h\u001B[?1006h';
const mouseOff = '\u001B[?1006l\u001B[?1000l';

/** Before a terminal has told its size. */
const usualSize = {columns: 80, rows: 24};

/**
The stream that Ink renders to in place of stdout. In its debug mode Ink hands over every frame whole and without a
cursor movement of its own; the painter behind it knows what the terminal shows already.
*/
export class ScreenOutput extends EventEmitter {
	readonly isTTY = true;
	readonly #terminal: TerminalStream;
	readonly #painter: Painter;
	readonly #hasMouse: boolean;
	#isOnScreen = false;
	#frame = '';

	/** @param options With `hasMouse` the terminal reports the wheel and clicks. */
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

	/** As a stream does, but never full: a frame that can't be sent yet is replaced by the next. */
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

	/** Takes the terminal: the alternate screen, without a cursor. */
	enter(): void {
		if (!this.#isOnScreen) {
			this.#isOnScreen = true;
			this.#terminal.write(enterScreen + (this.#hasMouse ? mouseOn : ''));
			this.#terminal.on('resize', this.#resized);
			this.#painter.resume();
		}
	}

	/**
	Gives it back as it was. Safe to call again.

	@param leavesFrame The last frame is written below what stands there, as lines like those of any other program.
	*/
	leave(leavesFrame = false): void {
		if (this.#isOnScreen) {
			this.#isOnScreen = false;
			this.#terminal.off('resize', this.#resized);
			this.#painter.stop();
			this.#terminal.write((this.#hasMouse ? mouseOff : '') + leaveScreen + (leavesFrame ? asLines(this.#frame) : ''));
		}
	}

	/** The next frame is written whole, whatever other programs wrote in between. */
	forget(): void {
		this.#painter.forget();
	}

	readonly #resized = (): void => {
		this.#painter.forget();
		this.emit('resize');
	};
}

/** Blanks at the end of a row or of the whole say nothing and would wrap in a window that was made narrower. */
function asLines(frame: string): string {
	const rows = frame.split('\n').map(row => row.trimEnd());
	return rows
		.slice(0, rows.findLastIndex(row => row !== '') + 1)
		.map(row => `${row}\u001B[m\r\n`)
		.join('');
}

/**
A terminal that nobody reads (a stalled SSH link) must not hold up polling, keys and signals: by default Node writes to a
terminal in one blocking call. There is no public way to ask for the other kind; without it everything works but that.
*/
export function makeNonBlocking(stream: object): void {
	const {_handle: handle} = stream as {_handle?: {setBlocking?: (isBlocking: boolean) => unknown}};
	handle?.setBlocking?.(false);
}
