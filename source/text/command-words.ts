/** A command as it is typed into redis-cli: what is empty or holds blanks or quotes stands in double quotes. */
export const commandText = (words: readonly string[]): string =>
	words
		.map(word => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, character => `\\${character}`)}"`))
		.join(' ');

/**
The words of a line as redis-cli and redis.conf take it apart, without their quotes. An unclosed quote ends with the
line.
*/
export function commandWords(text: string): string[] {
	const words = text.match(/"(?:\\.|[^"\\])*"?|'(?:\\'|[^'])*'?|[^\s"']+/g) ?? [];
	return words.map(word => {
		const quote = word[0];
		if (quote !== '"' && quote !== "'") {
			return word;
		}

		const isClosed = word.length > 1 && word.endsWith(quote);
		return word.slice(1, isClosed ? -1 : undefined).replaceAll(/\\(["'\\])/g, '$1');
	});
}
