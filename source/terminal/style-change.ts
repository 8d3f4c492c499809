/** What ends an attribute. Bold and dim share theirs; a colour needs none where another one follows. */
const endings: ReadonlyArray<readonly [attribute: RegExp, end: string, isColour: boolean]> = [
	[/^[12]$/, '22', false],
	[/^3$/, '23', false],
	[/^4$/, '24', false],
	[/^7$/, '27', false],
	[/^(?:3[0-7]|38;.*|9[0-7])$/, '39', true],
	[/^(?:4[0-7]|48;.*|10[0-7])$/, '49', true],
];

const attributesOf = (style: string): string[] => style.match(/[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+/g) ?? [];

const endingOf = (attribute: string) => endings.find(([pattern]) => pattern.test(attribute));

/** Ends what is no longer wanted and begins what is new; undefined where an attribute has no ending that we know. */
function onlyTheDifference(from: string, to: string): string | undefined {
	const before = attributesOf(from);
	const after = attributesOf(to);
	const removed = before.filter(attribute => !after.includes(attribute)).map(endingOf);
	const ends = new Set<string>();
	for (const ending of removed) {
		if (ending === undefined) {
			return undefined;
		}

		const [, end, isColour] = ending;
		if (!isColour || !after.some(attribute => endingOf(attribute)?.[1] === end)) {
			ends.add(end);
		}
	}

	const begins = after.filter(attribute => !before.includes(attribute) || ends.has(endingOf(attribute)?.[1] ?? ''));
	return [...ends, ...begins].join(';');
}

/** The few styles of a theme, each after each other one. */
const known = new Map<string, string>();

/** The shortest sequence from one style to another, both as SGR parameters (`1;91`); empty when they are the same. */
export function styleChange(from: string, to: string): string {
	if (from === to) {
		return '';
	}

	const key = `${from}>${to}`;
	let change = known.get(key);
	if (change === undefined) {
		// A parameter left out is 0, the end of everything: `;36` is `0;36`.
		const whole = to === '' ? '' : `;${to}`;
		const part = onlyTheDifference(from, to);
		// Nothing to say of the same attributes in another order, and `ESC [ m` would end them all.
		change = part === '' ? '' : `\u001B[${part !== undefined && part.length <= whole.length ? part : whole}m`;
		known.set(key, change);
	}

	return change;
}
