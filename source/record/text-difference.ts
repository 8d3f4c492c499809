import type {ByteReader, ByteWriter} from './bytes.js';

/**
A text in the form in which it is compared. A reply that repeats with a few other numbers, such as INFO, is written as a
difference to the one before. A reply of 6 KB in which 40 counters changed takes 100 bytes before compression.
*/
export type KnownText = {
	readonly lines: readonly string[];
	/** The tokens of each line; undefined until they are first needed. */
	readonly tokens: Array<Tokens | undefined>;
};

/** The part of a line that stays when its numbers change: the words around them, and the number of decimals of each. */
type Form = {readonly words: readonly string[]; readonly decimals: readonly number[]};

/** The texts of a whole state. Texts of later states are written as differences to them. */
export type ReferenceTexts = {
	/** Identifies the state among references. */
	readonly id: number;
	readonly jsons: ReadonlyMap<string, KnownText>;
	/** The replies, by node and command. */
	readonly replies: ReadonlyMap<string, KnownText>;
};

/** A line, split into words and numbers in turn: `used_memory:`, 1024, ``. */
type Tokens = {
	/** The form of the line. Lines that differ in their numbers alone share one object. */
	readonly form: Form;
	/** The numbers without their decimal points: 1.50 is 150. */
	readonly values: readonly number[];
};

const numberPattern = /\d+(?:\.\d+)?/g;
/** Most digits of a number that JavaScript holds exactly. */
const mostDigits = 15;
/** Most numbers in a line that is written as a difference. One bit for each number has to fit in one integer. */
const mostNumbers = 30;

const same = 0;
const changed = 1;
const whole = 2;

const knownText = (text: string): KnownText => {
	const lines = text.split('\n');
	return {lines, tokens: new Array<Tokens | undefined>(lines.length)};
};

/** Forms by their text, so that lines are compared by reference. */
const forms = new Map<string, Form>();
const mostForms = 20_000;

/** The tokens of a line; undefined for a line without numbers, or with too many. */
function tokensOf(line: string): Tokens | undefined {
	const values: number[] = [];
	const words: string[] = [];
	const decimals: number[] = [];
	let from = 0;
	for (const match of line.matchAll(numberPattern)) {
		const [text] = match;
		const point = text.indexOf('.');
		const isExact = text.length <= mostDigits && (!text.startsWith('0') || text.length === 1 || point === 1);
		if (isExact) {
			words.push(line.slice(from, match.index));
			decimals.push(point === -1 ? 0 : text.length - point - 1);
			values.push(Number(point === -1 ? text : text.slice(0, point) + text.slice(point + 1)));
			from = match.index + text.length;
		}
	}

	if (values.length === 0 || values.length > mostNumbers) {
		return undefined;
	}

	words.push(line.slice(from));
	return {form: formOf(words, decimals), values};
}

function formOf(words: readonly string[], decimals: readonly number[]): Form {
	const key = `${decimals.join()} ${words.join('\n')}`;
	const known = forms.get(key);
	if (known !== undefined) {
		return known;
	}

	if (forms.size >= mostForms) {
		forms.clear();
	}

	// The words are copied: a substring of the reply would keep the whole reply in memory.
	const form = {words: words.map(word => Buffer.from(word).toString()), decimals};
	forms.set(key, form);
	return form;
}

function lineOf({form: {words, decimals}, values}: Tokens): string {
	let line = words[0] ?? '';
	for (let index = 0; index < values.length; index++) {
		const count = decimals[index] ?? 0;
		let digits = String(values[index]);
		if (count > 0) {
			digits = digits.padStart(count + 1, '0');
			digits = `${digits.slice(0, -count)}.${digits.slice(-count)}`;
		}

		line += digits + (words[index + 1] ?? '');
	}

	return line;
}

const tokensAt = (text: KnownText, index: number): Tokens | undefined => {
	text.tokens[index] ??= tokensOf(text.lines[index] ?? '');
	return text.tokens[index];
};

/** The number of lines at the start, and of the remaining lines at the end, that two texts share apart from numbers. */
function sharedEnds(before: KnownText, after: KnownText): readonly [start: number, end: number] {
	const isAlike = (one: number, other: number) =>
		before.lines[one] === after.lines[other] || nameOf(before.lines[one]) === nameOf(after.lines[other]);
	const most = Math.min(before.lines.length, after.lines.length);
	let start = 0;
	while (start < most && isAlike(start, start)) {
		start++;
	}

	let end = 0;
	while (end < most - start && isAlike(before.lines.length - 1 - end, after.lines.length - 1 - end)) {
		end++;
	}

	return [start, end];
}

/**
The key of a line: the field of INFO, the id of CLIENT LIST and CLUSTER NODES. Empty for a line that is a number alone.
*/
const nameOf = (line = ''): string =>
	/^\s*[\d.]+,?$/.test(line) ? '' : (/^\s*[^: ]*[: ]?(?:\d+ )?/.exec(line)?.[0] ?? '');

/**
Writes a text as a difference to the one before. Returns the text in the form with which the next one is compared.

@param before The same reply's text before; undefined: the text is written as a whole.
*/
export function writeText(bytes: ByteWriter, before: KnownText | undefined, text: string): KnownText {
	const after = knownText(text);
	if (before === undefined) {
		bytes.number(whole);
		bytes.text(text);
		return after;
	}

	if (before.lines.length === after.lines.length && after.lines.every((line, at) => line === before.lines[at])) {
		bytes.number(same);
		return before;
	}

	const [start, end] = sharedEnds(before, after);
	if (start + end === 0) {
		bytes.number(whole);
		bytes.text(text);
		return after;
	}

	bytes.number(changed);
	const isAligned = start === after.lines.length && start === before.lines.length;
	const inserted = isAligned ? [] : after.lines.slice(start, after.lines.length - end);
	bytes.number(start);
	bytes.number(before.lines.length - start - end);
	bytes.number(inserted.length);
	for (const line of inserted) {
		bytes.text(line);
	}

	writeChanges(bytes, before, after, start, before.lines.length - end);
	return after;
}

/**
Writes which lines differ, then how, then by how much. Each of these parts repeats from poll to poll, so it compresses
well.
*/
function writeChanges(bytes: ByteWriter, before: KnownText, after: KnownText, start: number, tail: number): void {
	const shift = after.lines.length - before.lines.length;
	const gaps: number[] = [];
	const kinds: number[] = [];
	const differences: number[] = [];
	const texts: string[] = [];
	let last = 0;
	for (let at = 0; at < before.lines.length; at++) {
		if (at === start && start < tail) {
			at = tail - 1;
			continue;
		}

		const to = at < start ? at : at + shift;
		if (before.lines[at] === after.lines[to]) {
			after.tokens[to] = before.tokens[at];
			continue;
		}

		gaps.push(at - last);
		last = at;
		const [old, now] = [tokensAt(before, at), tokensAt(after, to)];
		if (old === undefined || now === undefined || old.form !== now.form) {
			kinds.push(0);
			texts.push(after.lines[to] ?? '');
			continue;
		}

		let mask = 0;
		for (const [index, value] of now.values.entries()) {
			const difference = value - (old.values[index] ?? 0);
			if (difference !== 0) {
				mask += 2 ** index;
				differences.push(difference);
			}
		}

		kinds.push(mask);
	}

	bytes.number(gaps.length);
	for (const number of [...gaps, ...kinds]) {
		bytes.number(number);
	}

	for (const difference of differences) {
		bytes.signed(difference);
	}

	for (const text of texts) {
		bytes.text(text);
	}
}

/**
Reads a text that `writeText` wrote.

@throws RangeError where the bytes are no such text.
*/
export function readText(bytes: ByteReader, before: KnownText | undefined): KnownText {
	const kind = bytes.number();
	if (kind === whole) {
		return knownText(bytes.text());
	}

	if (before === undefined || kind > whole) {
		throw new RangeError('a difference to a text that is not there');
	}

	if (kind === same) {
		return before;
	}

	const start = bytes.number();
	const removed = bytes.number();
	const inserted = Array.from({length: countOf(bytes)}, () => bytes.text());
	const tail = start + removed;
	if (tail > before.lines.length) {
		throw new RangeError('a difference to a longer text');
	}

	const lines = [...before.lines.slice(0, start), ...inserted, ...before.lines.slice(tail)];
	const tokens: Array<Tokens | undefined> = [
		...before.tokens.slice(0, start),
		...inserted.map(() => undefined),
		...before.tokens.slice(tail),
	];
	readChanges(bytes, before, {lines, tokens}, start, inserted.length - removed);
	return {lines, tokens};
}

type WritableText = {readonly lines: string[]; readonly tokens: Array<Tokens | undefined>};

function readChanges(
	bytes: ByteReader,
	before: KnownText,
	{lines, tokens}: WritableText,
	start: number,
	shift: number,
) {
	const count = countOf(bytes);
	const gaps = Array.from({length: count}, () => bytes.number());
	const kinds = Array.from({length: count}, () => bytes.number());
	const unread: number[] = [];
	let at = 0;
	for (const [index, gap] of gaps.entries()) {
		at += gap;
		const to = at < start ? at : at + shift;
		const mask = kinds[index] ?? 0;
		if (mask === 0) {
			unread.push(to);
			continue;
		}

		const old = tokensAt(before, at);
		if (old === undefined || to >= lines.length) {
			throw new RangeError('a difference to a line without numbers');
		}

		const values = old.values.map((value, place) =>
			Math.floor(mask / 2 ** place) % 2 === 1 ? value + bytes.signed() : value,
		);
		const now = {form: old.form, values};
		tokens[to] = now;
		lines[to] = lineOf(now);
	}

	for (const to of unread) {
		lines[to] = bytes.text();
		tokens[to] = undefined;
	}
}

/** Reads a count of items that take at least one byte each. A damaged count must not make a huge list. */
function countOf(bytes: ByteReader): number {
	const count = bytes.number();
	if (count > bytes.left) {
		throw new RangeError('more lines than bytes');
	}

	return count;
}

/** The text as a string. */
export const textOf = ({lines}: KnownText): string => lines.join('\n');
