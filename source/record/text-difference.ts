import type {ByteReader, ByteWriter} from './bytes.js';
import {
	hasSameLines,
	type KnownText,
	knownText,
	lineOf,
	sharedEnds,
	type Tokens,
	tokenLimits,
	tokensAt,
} from './text-tokens.js';

const same = 0;
const changed = 1;
const whole = 2;

/**
Writes a text as a difference to the previous text of the same reply. Returns the text, ready to be compared with the
next text.
@param before The previous text; undefined: the text is written whole.
*/
export function writeText(bytes: ByteWriter, before: KnownText | undefined, text: string): KnownText {
	const after = knownText(text, before?.limits);
	if (before === undefined) {
		bytes.number(whole);
		bytes.text(text);
		return after;
	}

	if (hasSameLines(before, after)) {
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
Writes which lines differ, then which of their numbers differ, then by how much. Each of these three lists is similar
from poll to poll, so it compresses well.
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
@param limits What counts as a number in the text. Used only without a previous text, whose limits apply otherwise.
@throws RangeError if the bytes are no such text.
*/
export function readText(bytes: ByteReader, before: KnownText | undefined, limits = tokenLimits): KnownText {
	const kind = bytes.number();
	if (kind === whole) {
		return knownText(bytes.text(), before?.limits ?? limits);
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
	return {lines, tokens, limits: before.limits};
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

/**
Reads the number of items in a list. Each item takes at least one byte. A number above the number of bytes left is thus
damage, and is refused before a huge list is made.
*/
function countOf(bytes: ByteReader): number {
	const count = bytes.number();
	if (count > bytes.left) {
		throw new RangeError('more lines than bytes');
	}

	return count;
}
