/**
The SGR parameter that ends each attribute. Bold and dim have the same end. A colour that is replaced by another colour
needs no end.
*/
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

/**
The parameters that end the old attributes and begin the new attributes. Undefined if the end of an attribute is
unknown.
*/
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

/** The changes between a theme's few styles, memoized by the style before and the style after. */
const known = new Map<string, Map<string, string>>();

/** The shortest sequence from one style to another, both as SGR parameters (`1;91`); empty when they are the same. */
export function styleChange(from: string, to: string): string {
	if (from === to) {
		return '';
	}

	let changes = known.get(from);
	if (changes === undefined) {
		changes = new Map();
		known.set(from, changes);
	}

	let change = changes.get(to);
	if (change === undefined) {
		// An empty parameter means 0, which ends all attributes: `;36` means `0;36`.
		const whole = to === '' ? '' : `;${to}`;
		const part = onlyTheDifference(from, to);
		// The same attributes in another order need no sequence; `ESC [ m` would end them all.
		change = part === '' ? '' : `\u001B[${part !== undefined && part.length <= whole.length ? part : whole}m`;
		changes.set(to, change);
	}

	return change;
}
