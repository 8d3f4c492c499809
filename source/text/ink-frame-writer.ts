/** What Ink's `Output` collects of a frame. */
type InkOperation =
	| {
			readonly type: 'write';
			readonly x: number;
			readonly y: number;
			readonly text: string;
			readonly transformers: ReadonlyArray<(line: string, index: number) => string>;
	  }
	| {readonly type: 'clip' | 'unclip'};

type InkOutput = {
	readonly operations: readonly InkOperation[];
	readonly height: number;
	get(): {readonly output: string; readonly height: number};
};

/**
Ink's `Output` for screens whose rows are one text each, which the bundle puts in its place. Ink lays every frame out cell
by cell, an object each, and makes rows of the cells again: two thirds of all memory that a monitor asks for. Where each
row is written once, from its first column, those rows are the frame. Any other frame (a box over the screen) goes Ink's way.
*/
export function passWholeRows<T extends new (...options: never[]) => InkOutput>(inkOutput: T): T {
	const original = inkOutput.prototype.get;
	inkOutput.prototype.get = function (this: InkOutput) {
		const rows = wholeRows(this);
		return rows === undefined ? original.call(this) : {output: rows.join('\n'), height: this.height};
	};

	return inkOutput;
}

/** The frame's rows; undefined when they aren't one text each. */
function wholeRows({operations, height}: InkOutput): string[] | undefined {
	const rows = Array.from({length: height}, () => '');
	for (const operation of operations) {
		if (operation.type !== 'write' || operation.x !== 0) {
			return undefined;
		}

		const {y, text, transformers} = operation;
		if (rows[y] !== '' || text.includes('\n')) {
			return undefined;
		}

		rows[y] = transformers.reduce((line, transform) => transform(line, 0), text);
	}

	return rows;
}

/** Text with colours and attributes and nothing else that could move a cursor or join its neighbours. */
const styledText = /^(?:[^\p{Control}\p{Mark}]|\u001B\[[\d;]*m)*$/u;

/** Ink's `sanitizeAnsi`, which takes each changed row apart: what it would leave as it is passes. */
export const passStyledText =
	(sanitizeAnsi: (text: string) => string) =>
	(text: string): string =>
		styledText.test(text) ? text : sanitizeAnsi(text);
