/** The operations that Ink's `Output` collects for a frame. */
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
Patches Ink's `Output`, in the bundle, for frames whose rows are one text each. Ink makes an object for every cell and
joins the cells to rows again, which was two thirds of all allocations. When each row is written once from its first
column, the written texts already are the rows of the frame. The same holds for one text that a `<Transform>` replaces by
all rows. Any other frame, such as one with a box, is left to Ink.
*/
export function passWholeRows<T extends new (...options: never[]) => InkOutput>(inkOutput: T): T {
	const original = inkOutput.prototype.get;
	inkOutput.prototype.get = function (this: InkOutput) {
		const rows = allRows(this) ?? wholeRows(this);
		return rows === undefined ? original.call(this) : {output: rows.join('\n'), height: this.height};
	};

	return inkOutput;
}

/** The rows of a frame that one transformer makes at once; undefined for any other frame. */
function allRows({operations, height}: InkOutput): string[] | undefined {
	const [only, ...others] = operations;
	if (only?.type !== 'write' || others.length > 0 || only.x !== 0 || only.y !== 0 || only.transformers.length !== 1) {
		return undefined;
	}

	const rows = only.transformers[0]?.(only.text, 0).split('\n');
	return height > 1 && rows?.length === height ? rows : undefined;
}

/** The rows of the frame; undefined when a row is not exactly one text. */
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

/** Matches text with SGR sequences, and without other control characters or combining marks. */
const styledText = /^(?:[^\p{Control}\p{Mark}]|\u001B\[[\d;]*m)*$/u;

/**
Wraps Ink's `sanitizeAnsi`, which tokenizes each changed row. Text that `sanitizeAnsi` would leave unchanged is returned
at once.
*/
export const passStyledText =
	(sanitizeAnsi: (text: string) => string) =>
	(text: string): string =>
		styledText.test(text) ? text : sanitizeAnsi(text);
