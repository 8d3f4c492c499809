/**
Splits a command line into words as a POSIX shell does, by quotes and backslashes. Variables, globs and pipes are plain
text. Undefined when a quote is not closed.
*/
export function splitWords(line: string): string[] | undefined {
	const words: string[] = [];
	let word: string | undefined;
	let quote = '';
	for (let index = 0; index < line.length; index++) {
		const character = line[index] ?? '';
		if (quote === '' && /\s/.test(character)) {
			if (word !== undefined) {
				words.push(word);
			}

			word = undefined;
		} else if (quote === '' && (character === "'" || character === '"')) {
			quote = character;
			word ??= '';
		} else if (character === quote) {
			quote = '';
		} else if (character === '\\' && quote !== "'") {
			index += 1;
			if (index === line.length) {
				return undefined;
			}

			word = (word ?? '') + (line[index] ?? '');
		} else {
			word = (word ?? '') + character;
		}
	}

	if (quote !== '') {
		return undefined;
	}

	return word === undefined ? words : [...words, word];
}
