/**
The word that was probably meant. It differs by one typing mistake (two in a long word), or is the only word that starts
with the given text. Undefined if there is no such word.
*/
export function nearestWord(given: string, words: readonly string[]): string | undefined {
	const ranked = words
		.map(candidate => ({candidate, slips: editDistance(given, candidate)}))
		.filter(({candidate, slips}) => slips <= (candidate.length > 5 ? 2 : 1))
		.sort((a, b) => a.slips - b.slips);
	const longer = given.length > 2 ? words.filter(candidate => candidate.startsWith(given)) : [];
	return ranked[0]?.candidate ?? (longer.length === 1 ? longer[0] : undefined);
}

/**
Number of characters to add, remove, replace or swap with their neighbours to get from one text to the other (optimal
string alignment distance).
*/
function editDistance(from: string, to: string): number {
	let above: readonly number[] = [];
	let row: readonly number[] = Array.from({length: to.length + 1}, (_, index) => index);
	for (const [index, letter] of [...from].entries()) {
		const next = [index + 1];
		for (let column = 1; column <= to.length; column++) {
			const changed = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
			const isSwapped = index > 0 && letter === to[column - 2] && from[index - 1] === to[column - 1];
			const swapped = isSwapped ? (above[column - 2] ?? 0) + 1 : changed;
			next.push(Math.min(changed, swapped, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
		}

		above = row;
		row = next;
	}

	return row[to.length] ?? 0;
}
