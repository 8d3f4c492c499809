/** A command as typed into redis-cli: words that are empty or contain blanks or quotes are in double quotes. */
export const commandText = (words: readonly string[]): string =>
	words
		.map(word => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, character => `\\${character}`)}"`))
		.join(' ');

/** The words of a line, split and unquoted as redis-cli and redis.conf do. An unclosed quote ends with the line. */
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
