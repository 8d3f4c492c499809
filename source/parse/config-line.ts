/**
The words of a line of a server's config file, as the server itself splits it. `unclosed` if a quote is not closed: every
server refuses such a line. `unclear` if something follows a closing quote without a blank: Redis refuses that, and
Valkey since 9.1 does not. Source: Redis sds.c, `sdssplitargs`.
*/
export function configArguments(line: string): readonly string[] | 'unclosed' | 'unclear' {
	const words: string[] = [];
	let at = 0;
	while (true) {
		while (isBlank(line[at])) {
			at += 1;
		}

		if (at >= line.length) {
			return words;
		}

		const word = wordAt(line, at);
		if (typeof word === 'string') {
			return word;
		}

		words.push(word.text);
		at = word.end;
	}
}

const isBlank = (character: string | undefined): boolean => character !== undefined && /[ \t\r\n\v\f]/.test(character);

/** The word that starts at a place of the line, and where it ends. A quote may begin in the middle of a word. */
function wordAt(line: string, start: number): {readonly text: string; readonly end: number} | 'unclosed' | 'unclear' {
	let text = '';
	let at = start;
	while (at < line.length && !isBlank(line[at])) {
		const quote = line[at];
		if (quote !== '"' && quote !== "'") {
			text += quote;
			at += 1;
			continue;
		}

		const end = closingQuote(line, at, quote);
		if (end === undefined) {
			return 'unclosed';
		}

		if (end + 1 < line.length && !isBlank(line[end + 1])) {
			return 'unclear';
		}

		return {text: text + unescaped(line.slice(at + 1, end), quote), end: end + 1};
	}

	return {text, end: at};
}

/** The place of the quote that closes the one at `start`; undefined if none does. In single quotes only \' is an escape. */
function closingQuote(line: string, start: number, quote: '"' | "'"): number | undefined {
	for (let at = start + 1; at < line.length; at += 1) {
		if (line[at] === quote) {
			return at;
		}

		if (line[at] === '\\' && at + 1 < line.length && (quote === '"' || line[at + 1] === "'")) {
			at += 1;
		}
	}

	return undefined;
}

const unescaped = (text: string, quote: '"' | "'"): string =>
	quote === '"' ? text.replaceAll(/\\(.)/g, '$1') : text.replaceAll(String.raw`\'`, "'");
