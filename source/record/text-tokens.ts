/**
A text that is ready to be compared, line by line. A reply that repeats with a few changed numbers, such as INFO, is
written as a difference to the previous reply. A reply of 6 KB in which 40 counters changed takes 100 bytes before
compression.
*/
export type KnownText = {
	readonly lines: readonly string[];
	/** The words and numbers of each line (its tokens); undefined until they are first needed. */
	readonly tokens: Array<Tokens | undefined>;
	readonly limits: TokenLimits;
};

/**
A text of which some lines are kept as tokens alone. A recorder keeps the changed lines of each reply so: their strings
would take most of what it leaves to the garbage collector.
*/
export type KeptText = Omit<KnownText, 'lines'> & {
	/** A line that is undefined has tokens. `lineAt` makes its string. */
	readonly lines: ReadonlyArray<string | undefined>;
};

/**
The part of a line that stays the same when its numbers change: the words around the numbers, and each number's count of
decimals.
*/
export type Form = {
	readonly words: readonly string[];
	readonly decimals: readonly number[];
	/** The name of a field of INFO, with its colon: two lines with one name are alike. Empty for lines with spaces. */
	readonly field: string;
};

/** A line, split into words and numbers that alternate: `used_memory:`, 1024, ``. */
export type Tokens = {
	/** The form of the line. Lines that differ only in their numbers share one object. */
	readonly form: Form;
	/** The numbers without their decimal points: 1.50 is 150. */
	readonly values: readonly number[];
};

const numberPattern = /\d+(?:\.\d+)?/g;
/** What counts as a number in a text. Writer and reader must use the same limits. */
export type TokenLimits = {
	/** Largest number of digits that a number may have. Longer numbers count as words. */
	readonly digits: number;
	/**
	Largest count of numbers in a line that is split into tokens. One integer has a bit for each number of the line that
	tells whether the number changed. The bits of an integer limit the count.
	*/
	readonly numbers: number;
};

/**
Limits that suit INFO and CLIENT LIST. A line of CLIENT LIST has 45 numbers. `server_time_usec` has 16 digits. It is
below 2^53, up to which JavaScript holds integers exactly.
*/
export const tokenLimits: TokenLimits = {digits: 16, numbers: 50};
export const firstFormatLimits: TokenLimits = {digits: 15, numbers: 30};

export const knownText = (text: string, limits = tokenLimits): KnownText => {
	const lines = text.split('\n');
	return {lines, tokens: new Array<Tokens | undefined>(lines.length), limits};
};

/** Each form by its text. Equal forms are one object, so that they are compared by reference. */
const forms = new Map<string, Form>();
const mostForms = 20_000;

/** The tokens of a line; undefined for a line without numbers, or with more numbers than `limits` allows. */
function tokensOf(line: string, limits: TokenLimits): Tokens | undefined {
	const values: number[] = [];
	const words: string[] = [];
	const decimals: number[] = [];
	let from = 0;
	for (const match of line.matchAll(numberPattern)) {
		const [text] = match;
		const point = text.indexOf('.');
		const isPlain = text.length <= limits.digits && (!text.startsWith('0') || text.length === 1 || point === 1);
		const value = isPlain ? Number(point === -1 ? text : text.slice(0, point) + text.slice(point + 1)) : Number.NaN;
		if (Number.isSafeInteger(value)) {
			words.push(line.slice(from, match.index));
			decimals.push(point === -1 ? 0 : text.length - point - 1);
			values.push(value);
			from = match.index + text.length;
		}
	}

	if (values.length === 0 || values.length > limits.numbers) {
		return undefined;
	}

	words.push(line.slice(from));
	return {form: formOf(words, decimals), values};
}

/**
The same result as `tokensOf`, in a fraction of the time, for a line that differs from `form` only in its numbers.
Undefined for any other line.
*/
function tokensAs(line: string, form: Form, limits: TokenLimits): Tokens | undefined {
	// An array that grows takes room for 16 numbers more than one of a known length.
	const values = new Array<number>(form.decimals.length);
	return readAs(line, form, limits, values) ? {form, values} : undefined;
}

/** The numbers of the line that `hasTokens` compares. One array serves for all lines, to allocate less. */
const compared: number[] = [];

/** Whether a line is the line of the given tokens. */
function hasTokens(line: string, {form, values}: Tokens, limits: TokenLimits): boolean {
	if (!readAs(line, form, limits, compared)) {
		return false;
	}

	for (let index = 0; index < values.length; index++) {
		if (compared[index] !== values[index]) {
			return false;
		}
	}

	return true;
}

/** Reads the numbers of a line into `values`. False for a line that differs from `form` in more than its numbers. */
function readAs(line: string, {words, decimals}: Form, {digits}: TokenLimits, values: number[]): boolean {
	let at = 0;
	for (let index = 0; index < decimals.length; index++) {
		const word = words[index] ?? '';
		if (!line.startsWith(word, at)) {
			return false;
		}

		at += word.length;
		const from = at;
		let value = 0;
		for (; isDigit(line, at); at++) {
			value = value * 10 + line.charCodeAt(at) - 48;
		}

		const whole = at - from;
		const isFraction = line.charCodeAt(at) === 46 && isDigit(line, at + 1);
		if (isFraction) {
			for (at++; isDigit(line, at); at++) {
				value = value * 10 + line.charCodeAt(at) - 48;
			}
		}

		const isPlain = at - from <= digits && (line.charCodeAt(from) !== 48 || whole === 1) && Number.isSafeInteger(value);
		if (whole === 0 || !isPlain || (isFraction ? at - from - whole - 1 : 0) !== decimals[index]) {
			return false;
		}

		values[index] = value;
	}

	const last = words[decimals.length] ?? '';
	return line.length === at + last.length && line.endsWith(last);
}

const isDigit = (line: string, at: number): boolean => {
	const code = line.charCodeAt(at);
	return code >= 48 && code <= 57;
};

export function formOf(words: readonly string[], decimals: readonly number[]): Form {
	const key = `${decimals.join()} ${words.join('\n')}`;
	const known = forms.get(key);
	if (known !== undefined) {
		return known;
	}

	if (forms.size >= mostForms) {
		forms.clear();
	}

	// The words are copied: a substring of the reply would keep the whole reply in memory.
	const own = words.map(word => Buffer.from(word).toString());
	const field = own.some(word => word.includes(' ')) ? '' : (/^[^:]*:/.exec(own[0] ?? '')?.[0] ?? '');
	const form = {words: own, decimals, field};
	forms.set(key, form);
	return form;
}

export function lineOf({form: {words, decimals}, values}: Tokens): string {
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

/**
The tokens of a line of the text, by its index.

@param like The previous tokens of the same line. Most lines keep their form, which makes splitting faster.
*/
export const tokensAt = (text: KeptText, index: number, like?: Tokens): Tokens | undefined => {
	const line = text.lines[index] ?? '';
	text.tokens[index] ??= (like && tokensAs(line, like.form, text.limits)) ?? tokensOf(line, text.limits);
	return text.tokens[index];
};

/** A line of the text, by its index. Empty if there is no such line. */
export const lineAt = (text: KeptText, index: number): string => {
	const line = text.lines[index];
	if (line !== undefined) {
		return line;
	}

	const tokens = text.tokens[index];
	return tokens === undefined ? '' : lineOf(tokens);
};

/** Whether a line of the text equals `wanted`. Nothing is allocated for a line that is kept as tokens. */
export function isLineAt(text: KeptText, index: number, wanted: string | undefined): boolean {
	const line = text.lines[index];
	const tokens = line === undefined && wanted !== undefined ? text.tokens[index] : undefined;
	return tokens === undefined ? line === wanted : hasTokens(wanted ?? '', tokens, text.limits);
}

/**
The number of lines that two texts share at their starts and at their ends. Lines that differ only in numbers count as
shared.
*/
export function sharedEnds(before: KeptText, after: KeptText): readonly [start: number, end: number] {
	const isAlike = (one: number, other: number) => {
		const line = lineAt(after, other);
		const field = before.lines[one] === undefined ? (before.tokens[one]?.form.field ?? '') : '';
		if (field !== '' && line.startsWith(field) && !line.includes(' ')) {
			return true;
		}

		const old = lineAt(before, one);
		return old === line || haveOneName(old, line);
	};

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

function haveOneName(one: string, other: string): boolean {
	const end = one.indexOf(':') + 1;
	// A field of INFO is compared without a regular expression. Matching would take most of the time for writing a
	// reply.
	return end > 0 && other.startsWith(one.slice(0, end)) && !one.includes(' ') && !other.includes(' ')
		? true
		: nameOf(one) === nameOf(other);
}

/**
The key of a line: the field name in INFO, the id in CLIENT LIST and CLUSTER NODES. Empty for a line that is only a
number.
*/
export const nameOf = (line = ''): string =>
	/^\s*[\d.]+,?$/.test(line) ? '' : (/^\s*[^: ]*[: ]?(?:\d+ )?/.exec(line)?.[0] ?? '');

/** Whether two texts are equal, line by line. */
export function hasSameLines(one: KeptText, other: KeptText): boolean {
	for (let at = 0; at < one.lines.length; at++) {
		const line = other.lines[at];
		if (line === undefined ? lineAt(one, at) !== lineAt(other, at) : !isLineAt(one, at, line)) {
			return false;
		}
	}

	return one.lines.length === other.lines.length;
}

/** Joins the lines to the text of the reply. */
export const textOf = (text: KeptText): string =>
	(text.lines.includes(undefined) ? text.lines.map((_, at) => lineAt(text, at)) : text.lines).join('\n');

/** The length of the text, without joining its lines. */
export function textLength(text: KeptText): number {
	let length = text.lines.length - 1;
	// `for…of` would allocate an object for each line in code that V8 has not optimized.
	for (let at = 0; at < text.lines.length; at++) {
		length += lineAt(text, at).length;
	}

	return length;
}
