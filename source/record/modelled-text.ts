import {codeForm, type ModelPort, textFlags} from './coded-form.js';
import {callTime, type DerivedValue, derivedValueOf, type ReplyFacts} from './derived-values.js';
import type {NumberModels} from './number-coder.js';
import {
	type Form,
	hasSameLines,
	isLineAt,
	type KeptText,
	lineAt,
	lineOf,
	nameOf,
	sharedEnds,
	type Tokens,
	tokensAt,
} from './text-tokens.js';

/**
Least amount by which two numbers of a reply must have changed to count as related. If both changed by the same amount,
they are expected to change equally again. Smaller amounts are often equal by chance.
*/
const leastShared = 32;

/** What is known about one number of a line. */
type NumberHistory = {
	difference: number;
	/** The index of the poll in which the number changed by `difference`. */
	poll: number;
	/**
	A number of an earlier line that changed by the same difference in the previous poll. Both are expected to change
	equally again.
	*/
	shares: NumberHistory | undefined;
};

/** What is known of a line that has changed in this block. */
type ChangedLine = {
	readonly name: string;
	readonly derived: DerivedValue | undefined;
	/** The index of the models that predict whether each number differs from its expected value. */
	off: number;
	/** For each number, the index of the model that predicts how much the number differs from its expected value. */
	by: number[];
	numbers: NumberHistory[];
	form: Form | undefined;
};

/** Predicts the next text of a reply from the same reply's earlier texts in the block. */
export class TextHistory {
	/** The name of the probability models for this reply. Similar replies share models. */
	readonly name: string;
	/** Whether each line has a name, as in INFO. Lines without a name share their models. */
	readonly hasNames: boolean;
	/**
	For each line, the index of its four models, which predict whether the line differs from its expected text. `recent`
	selects one of the four.
	*/
	readonly off: Array<number | undefined> = [];
	/** Two bits for each line: whether the line differed from its expected text in each of the last two polls. */
	readonly recent: Array<number | undefined> = [];
	readonly changed: Array<ChangedLine | undefined> = [];
	readonly places = new Map<string, number>();
	readonly differences = new Map<number, NumberHistory>();
	/** The index of the models that are about the whole text instead of one line. */
	models: {readonly flags: number; readonly place: number} | undefined;
	poll = 0;

	constructor(name: string, hasNames: boolean) {
		this.name = name;
		this.hasNames = hasNames;
	}

	/** Forgets what is known about lines that other lines have replaced. */
	replace(start: number, removed: number, added: number): void {
		this.off.splice(start, removed, ...new Array<undefined>(added));
		this.recent.splice(start, removed, ...new Array<undefined>(added));
		this.changed.splice(start, removed, ...new Array<undefined>(added));
		this.places.clear();
	}
}

/**
Writes or reads a text. Only what differs from the expected text is written.

@param before The previous text of the same reply, from which the expected text is derived.
@param wanted The text to write; undefined for a reader.
@throws RangeError if a reader finds bytes that no writer can have written.
*/
export function modelledText(
	port: ModelPort,
	history: TextHistory,
	before: KeptText,
	wanted: KeptText | undefined,
	elapsedMicros: number,
): KeptText {
	history.models ??= {flags: port.models.flags(history.name, 5), place: port.models.number(history.name)};
	const {flags, place} = history.models;
	history.poll += 1;
	history.differences.clear();
	if (port.flag(flags + textFlags.same, wanted !== undefined && hasSameLines(before, wanted))) {
		return before;
	}

	const count = before.lines.length;
	const [sharedStart, sharedEnd] = wanted === undefined ? [0, 0] : sharedEnds(before, wanted);
	const isAligned = port.flag(flags + textFlags.aligned, sharedStart === count && count === wanted?.lines.length);
	const start = isAligned ? count : port.number(place, sharedStart);
	const removed = isAligned ? 0 : port.number(place, count - sharedStart - sharedEnd);
	const added = isAligned ? 0 : port.number(place, (wanted?.lines.length ?? 0) - sharedStart - sharedEnd);
	if (start < 0 || removed < 0 || added < 0 || start + removed > count) {
		throw new RangeError('a difference to a longer text');
	}

	const lines = before.lines.slice(0, start);
	for (let index = 0; index < added; index++) {
		lines.push(port.text(wanted === undefined ? '' : lineAt(wanted, start + index)));
	}

	const after: WritableText = {
		lines: isAligned ? lines : [...lines, ...before.lines.slice(start + removed)],
		tokens: isAligned
			? before.tokens.slice()
			: [...before.tokens.slice(0, start), ...new Array<undefined>(added), ...before.tokens.slice(start + removed)],
		limits: before.limits,
	};
	if (!isAligned) {
		history.replace(start, removed, added);
	}

	const facts = factsOf(history, before, after, isAligned, elapsedMicros);
	const pair: LinePair = {before, at: 0, after, to: 0, wanted, flags};
	for (let at = 0; at < count; at++) {
		if (at < start || at >= start + removed) {
			pair.at = at;
			pair.to = at < start ? at : at + added - removed;
			codeLine(port, history, facts, pair);
		}
	}

	return after;
}

type WritableText = KeptText & {readonly lines: Array<string | undefined>};

/** A line before, and its place in the text after. One object serves for all lines of a text, to allocate less. */
type LinePair = {
	readonly before: KeptText;
	at: number;
	readonly after: WritableText;
	to: number;
	readonly wanted: KeptText | undefined;
	readonly flags: number;
};

function codeLine(port: ModelPort, history: TextHistory, facts: ReplyFacts, pair: LinePair): void {
	const {before, at, after, to, wanted, flags} = pair;
	let off = history.off[to];
	if (off === undefined) {
		off = beginLine(port.models, history, to, lineAt(before, at));
	}

	const known = history.changed[to];
	const recent = history.recent[to] ?? 0;
	const expected = known === undefined ? undefined : expectedTokens(history, facts, known, before, at);
	const isOff = port.flag(off + recent, wanted !== undefined && !isAsExpected(wanted, to, pair, expected));
	history.recent[to] = ((recent << 1) | (isOff ? 1 : 0)) & 3;
	if (!isOff) {
		if (known !== undefined && expected !== undefined) {
			take(history, known, expected, pair);
		}

		return;
	}

	const old = tokensAt(before, at);
	const now = wanted === undefined ? undefined : tokensAt(wanted, to, old);
	const form = codeForm(port, flags, old?.form, now?.form);
	if (form === undefined || old === undefined) {
		after.lines[to] = port.text(wanted === undefined ? '' : lineAt(wanted, to));
		after.tokens[to] = undefined;
		return;
	}

	const line = known ?? newLine(history.hasNames ? nameOf(lineAt(before, at)) : '', undefined);
	history.changed[to] = line;
	takeForm(port.models, history, line, form);
	const values = new Array<number>(form.decimals.length);
	for (let index = 0; index < form.decimals.length; index++) {
		const base = callTime(line.name, index, values) ?? expectedValue(history, facts, line, old, index);
		const value = now?.values[index] ?? 0;
		const isOther = form.decimals.length === 1 || port.flag(line.off + index, value !== base);
		values[index] = isOther ? base + port.number(line.by[index] ?? 0, value - base) : base;
		if ((values[index] ?? -1) < 0 || !Number.isSafeInteger(values[index])) {
			throw new RangeError('a difference that leads to no number');
		}
	}

	take(history, line, {form, values}, pair);
}

/** Stores the new tokens of a line. The difference of each number to its previous value is noted. */
function take(
	history: TextHistory,
	{numbers}: ChangedLine,
	now: Tokens,
	{before, at, after, to, wanted}: LinePair,
): void {
	const old = tokensAt(before, at);
	let isChanged = now.form !== old?.form;
	for (let index = 0; index < now.values.length; index++) {
		const difference = (now.values[index] ?? 0) - (old?.values[index] ?? 0);
		const number = numbers[index];
		if (number !== undefined) {
			note(history, number, difference);
		}

		isChanged ||= difference !== 0;
	}

	after.tokens[to] = isChanged ? now : old;
	// A writer needs no string of the line. A reader returns the text at once.
	after.lines[to] = isChanged ? (wanted === undefined ? lineOf(now) : undefined) : before.lines[at];
}

function note(history: TextHistory, number: NumberHistory, difference: number): void {
	const isExpected = number.shares !== undefined && difference === sharedDifference(history, number.shares);
	const other = Math.abs(difference) < leastShared ? undefined : history.differences.get(difference);
	if (!isExpected) {
		number.shares = other;
	}

	number.difference = difference;
	number.poll = history.poll;
	if (Math.abs(difference) >= leastShared && other === undefined) {
		history.differences.set(difference, number);
	}
}

const sharedDifference = (history: TextHistory, {poll, difference}: NumberHistory): number =>
	poll === history.poll ? difference : 0;

function isAsExpected(wanted: KeptText, to: number, {before, at}: LinePair, expected: Tokens | undefined): boolean {
	if (expected === undefined) {
		return isLineAt(before, at, wanted.lines[to] ?? lineAt(wanted, to));
	}

	const now = tokensAt(wanted, to, expected);
	if (now?.form !== expected.form) {
		return false;
	}

	for (let index = 0; index < now.values.length; index++) {
		if (now.values[index] !== expected.values[index]) {
			return false;
		}
	}

	return true;
}

/** The expected tokens of a line. Undefined: the line is expected not to change. */
function expectedTokens(
	history: TextHistory,
	facts: ReplyFacts,
	line: ChangedLine,
	before: KeptText,
	at: number,
): Tokens | undefined {
	const old = line.derived === undefined && !hasShares(line) ? undefined : tokensAt(before, at);
	if (old === undefined) {
		return undefined;
	}

	const values = new Array<number>(old.values.length);
	for (let index = 0; index < values.length; index++) {
		values[index] = expectedValue(history, facts, line, old, index);
	}

	return {form: old.form, values};
}

/** Whether a number of the line is expected to change together with another number. */
function hasShares({numbers}: ChangedLine): boolean {
	for (let index = 0; index < numbers.length; index++) {
		if (numbers[index]?.shares !== undefined) {
			return true;
		}
	}

	return false;
}

function expectedValue(
	history: TextHistory,
	facts: ReplyFacts,
	{derived, numbers}: ChangedLine,
	{values: oldValues, form}: Tokens,
	index: number,
): number {
	const old = oldValues[index] ?? 0;
	const shares = numbers[index]?.shares;
	const value =
		(index === 0 ? derived?.(facts, old, form.words[1] ?? '') : undefined) ??
		(shares === undefined ? old : old + sharedDifference(history, shares));
	return value >= 0 && Number.isSafeInteger(value) ? value : old;
}

/**
Begins to predict a line. Returns the index of the models that predict whether the line differs from its expected text.
*/
function beginLine(models: NumberModels, history: TextHistory, at: number, text: string): number {
	const name = history.hasNames ? nameOf(text) : '';
	const derived = history.hasNames ? derivedValueOf(name) : undefined;
	if (derived !== undefined) {
		history.changed[at] = newLine(name, derived);
	}

	const off = models.flags(`${history.name} ${name}`, 4);
	history.off[at] = off;
	return off;
}

const newLine = (name: string, derived: DerivedValue | undefined): ChangedLine => ({
	name,
	derived,
	off: 0,
	by: [],
	numbers: [],
	form: undefined,
});

function takeForm(models: NumberModels, history: TextHistory, line: ChangedLine, form: Form): void {
	if (line.form === form) {
		return;
	}

	const name = `${history.name} ${line.name}`;
	line.off = models.flags(`${name} ${form.decimals.length}`, form.decimals.length);
	line.by = form.words
		.slice(0, -1)
		.map((word, index) => models.number(`${name} ${history.hasNames ? index : fieldOf(word)}`));
	if (line.numbers.length !== form.decimals.length) {
		line.numbers = form.decimals.map(() => ({difference: 0, poll: 0, shares: undefined}));
	}

	line.form = form;
}

/** The name of the field in the text before a number: ` age=`, `"bytes": `. */
const fieldOf = (word: string): string => /\S*\s*$/.exec(word)?.[0] ?? '';

function factsOf(
	{places}: TextHistory,
	before: KeptText,
	after: KeptText,
	isAligned: boolean,
	elapsedMicros: number,
): ReplyFacts {
	const placeOf = (name: string): number | undefined => {
		if (places.size === 0) {
			for (let at = 0; at < after.lines.length; at++) {
				places.set(nameOf(lineAt(after, at)), at);
			}
		}

		return places.get(name);
	};

	const valueAt = (text: KeptText, at: number | undefined): number | undefined =>
		at === undefined ? undefined : tokensAt(text, at)?.values[0];
	return {
		elapsedMicros,
		now: name => valueAt(after, placeOf(name)),
		before: name => (isAligned ? valueAt(before, placeOf(name)) : undefined),
	};
}
