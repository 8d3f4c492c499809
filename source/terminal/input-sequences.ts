const escapeCharacter = '\u001B';
const pasteStart = `${escapeCharacter}[200~`;
const pasteEnd = `${escapeCharacter}[201~`;

/**
Time within which further input belongs to a sequence that has begun, in milliseconds. A slow link may split one
sequence into two packets.
*/
export const sequenceMs = 300;

/**
Time for which an escape character at the end of a packet may begin a sequence, in milliseconds. After that it counts as
the Escape key. The rest of a sequence that arrives within `sequenceMs` is then dropped. Vim waits 100 ms by default
(`ttimeoutlen`).
*/
export const escapeKeyMs = 100;

/** The beginning of a control string: OSC, DCS, APC, PM or SOS (ECMA-48, section 8.3). */
const stringStart = /^\u001B[\]P_^X]/;
const stringEnd = /[\u0007\u0003\u0018\u001A\u009C]|\u001B\\?/;

/** A whole sequence that is a key or a report: CSI, including the Linux console's `ESC [ [ A`, and SS3. */
const wholeSequence = /^\u001B(?:\[\[?[\d:;<=>?]*[ -/]*[@-~]|O[\d;]*[@-~])/;
/** An incomplete sequence that may be a key or a report. */
const partOfSequence = /^\u001B(?:\[\[?[\d:;<=>?]*[ -/]*|O[\d;]*)?$/;
/** The rest of a sequence whose escape character was taken for the Escape key. */
const restOfSequence = /^(?:\[\[?[\d:;<=>?]*[ -/]*|O[\d;]*)([@-~]|$)/;
/** The rest of an OSC report whose escape character was taken for the Escape key. */
const restOfReport = /^\]\d/;

/** The beginning of a mouse report of X10. Three bytes follow, to which the rules for sequences don't apply. */
const x10Report = `${escapeCharacter}[M`;
const x10Bytes = 3;

type Step = {readonly out: string; readonly rest: string};

/**
Prepares the input of a terminal for reading keys. A sequence that was split into packets becomes whole. The bodies of
control strings and of X10 mouse reports are removed. A paste passes unchanged.
*/
export class InputSequences {
	/** The beginning of a sequence, kept until the rest arrives. */
	#held = '';
	#lastMs = Number.NEGATIVE_INFINITY;
	#state: 'text' | 'paste' | 'string' | 'after-escape' = 'text';
	/** The last characters of a paste, which may be the first half of its end mark. */
	#pasteTail = '';
	/** Number of bytes of an X10 mouse report that have not arrived yet. */
	#missingBytes = 0;

	/**
	True while an escape character is held that may be the Escape key. Call `escapeKey` when `escapeKeyMs` have passed
	without further input.
	*/
	get isEscapePending(): boolean {
		return this.#held === escapeCharacter && this.#state === 'text';
	}

	/** Returns the pending Escape key. Input directly after it may still be the rest of a sequence. */
	escapeKey(nowMs: number): string {
		if (!this.isEscapePending) {
			return '';
		}

		this.#held = '';
		this.#state = 'after-escape';
		this.#lastMs = nowMs;
		return escapeCharacter;
	}

	/** Returns the part of `chunk` from which keys are to be read. */
	push(chunk: string, nowMs: number): string {
		const idleMs = nowMs - this.#lastMs;
		let out = idleMs >= escapeKeyMs ? this.escapeKey(nowMs) : '';
		if (idleMs > sequenceMs) {
			this.#forget();
		}

		this.#lastMs = nowMs;
		let rest = this.#held + chunk;
		this.#held = '';
		while (rest !== '') {
			const step = this.#step(rest);
			out += step.out;
			rest = step.rest;
		}

		return out;
	}

	/** Drops an incomplete sequence that began too long ago. A paste ends only by its end mark. */
	#forget(): void {
		this.#held = '';
		this.#missingBytes = 0;
		this.#state = this.#state === 'paste' ? 'paste' : 'text';
	}

	#step(input: string): Step {
		if (this.#missingBytes > 0) {
			const taken = input.slice(0, this.#missingBytes);
			this.#missingBytes -= taken.length;
			return {out: '', rest: input.slice(taken.length)};
		}

		switch (this.#state) {
			case 'paste': {
				return this.#paste(input);
			}

			case 'string': {
				return this.#string(input);
			}

			case 'after-escape': {
				return this.#afterEscape(input);
			}

			case 'text': {
				return this.#text(input);
			}
		}
	}

	#text(input: string): Step {
		const at = input.indexOf(escapeCharacter);
		if (at !== 0) {
			const end = at === -1 ? input.length : at;
			return {out: input.slice(0, end), rest: input.slice(end)};
		}

		if (stringStart.test(input)) {
			this.#state = 'string';
			return {out: '', rest: input.slice(2)};
		}

		if (input.startsWith(x10Report)) {
			this.#missingBytes = x10Bytes;
			return {out: '', rest: input.slice(x10Report.length)};
		}

		if (partOfSequence.test(input)) {
			this.#held = input;
			return {out: '', rest: ''};
		}

		const [sequence] = wholeSequence.exec(input) ?? [input.slice(0, input[1] === escapeCharacter ? 1 : 2)];
		if (sequence === pasteStart) {
			this.#state = 'paste';
			this.#pasteTail = '';
		}

		return {out: sequence, rest: input.slice(sequence.length)};
	}

	/** Drops the rest of a sequence whose escape character was taken for the Escape key. */
	#afterEscape(input: string): Step {
		const [rest = '', end] = restOfSequence.exec(input) ?? [];
		if (end === '') {
			this.#held = rest;
			return {out: '', rest: ''};
		}

		this.#state = restOfReport.test(input) ? 'string' : 'text';
		this.#missingBytes = `${escapeCharacter}${rest}` === x10Report ? x10Bytes : 0;
		return {out: '', rest: input.slice(rest.length)};
	}

	#paste(input: string): Step {
		const known = this.#pasteTail.length;
		const text = this.#pasteTail + input;
		const at = text.indexOf(pasteEnd);
		if (at === -1) {
			this.#pasteTail = text.slice(-(pasteEnd.length - 1));
			return {out: input, rest: ''};
		}

		this.#state = 'text';
		const end = at + pasteEnd.length - known;
		return {out: input.slice(0, end), rest: input.slice(end)};
	}

	#string(input: string): Step {
		const end = stringEnd.exec(input);
		if (end === null) {
			return {out: '', rest: ''};
		}

		const [mark] = end;
		if (mark === escapeCharacter && end.index === input.length - 1) {
			// The escape character may be the first half of the string's end, `ESC \`, or the beginning of another sequence.
			this.#held = escapeCharacter;
			return {out: '', rest: ''};
		}

		this.#state = 'text';
		// Ctrl-C ends a string and still counts as a key. Any other escape character begins a sequence.
		const isKept = mark === '\u0003' || mark === escapeCharacter;
		return {out: '', rest: input.slice(end.index + (isKept ? 0 : mark.length))};
	}
}
