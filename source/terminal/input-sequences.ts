const escapeCharacter = '\u001B';
const pasteStart = `${escapeCharacter}[200~`;
const pasteEnd = `${escapeCharacter}[201~`;

/** Milliseconds within which what follows belongs to a sequence that has begun: slow links tear one in two packets. */
export const sequenceMs = 300;

/**
Milliseconds for which an escape character at the end of a packet may begin a sequence. Then it is the Escape key, and what
follows within `sequenceMs` is dropped. Vim waits 100 ms by default (`ttimeoutlen`).
*/
export const escapeKeyMs = 100;

/** What a string sequence begins with, and what ends it: OSC, DCS, APC, PM, SOS of ECMA-48, section 8.3. */
const stringStart = /^\u001B[\]P_^X]/;
const stringEnd = /[\u0007\u0003\u0018\u001A\u009C]|\u001B\\?/;

/** A whole sequence that is a key or a report: CSI with the Linux console's `ESC [ [ A`, and SS3. */
const wholeSequence = /^\u001B(?:\[\[?[\d:;<=>?]*[ -/]*[@-~]|O[\d;]*[@-~])/;
/** The beginning of one. */
const partOfSequence = /^\u001B(?:\[\[?[\d:;<=>?]*[ -/]*|O[\d;]*)?$/;
/** What is left of one whose escape character was taken for a key. */
const restOfSequence = /^(?:\[\[?[\d:;<=>?]*[ -/]*|O[\d;]*)([@-~]|$)/;
/** What is left of an OSC report. */
const restOfReport = /^\]\d/;

/** A mouse report of X10: three bytes follow, which no rule of a sequence covers. */
const x10Report = `${escapeCharacter}[M`;
const x10Bytes = 3;

type Step = {readonly out: string; readonly rest: string};

/**
Puts the input of a terminal together before keys are read from it: a sequence torn in packets is whole, and the bodies of
string sequences and of X10 mouse reports are gone. A paste passes unchanged.
*/
export class InputSequences {
	/** The beginning of a sequence whose end has not come. */
	#held = '';
	#lastMs = Number.NEGATIVE_INFINITY;
	#state: 'text' | 'paste' | 'string' | 'after-escape' = 'text';
	/** The last characters of a paste, in which its end may have begun. */
	#pasteTail = '';
	/** Bytes of an X10 report that have not come. */
	#missingBytes = 0;

	/** True while the Escape key may have been pressed: call `escapeKey` when `escapeKeyMs` have passed without input. */
	get isEscapePending(): boolean {
		return this.#held === escapeCharacter && this.#state === 'text';
	}

	/** The pending Escape key. What follows at once may still be the rest of a sequence. */
	escapeKey(nowMs: number): string {
		if (!this.isEscapePending) {
			return '';
		}

		this.#held = '';
		this.#state = 'after-escape';
		this.#lastMs = nowMs;
		return escapeCharacter;
	}

	/** What is left of `chunk` to read keys from. */
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

	/** What was begun too long ago is no sequence. A paste ends by its mark alone. */
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

	/** Drops the rest of a sequence whose escape character was taken for a key. */
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
			// Half of the string's end, or the beginning of a sequence.
			this.#held = escapeCharacter;
			return {out: '', rest: ''};
		}

		this.#state = 'text';
		// Control and C ends a string and is still a key. Any other escape begins a sequence.
		const isKept = mark === '\u0003' || mark === escapeCharacter;
		return {out: '', rest: input.slice(end.index + (isKept ? 0 : mark.length))};
	}
}
