import type {ByteReader} from './bytes.js';

/**
Reads the names of a block. The first time a name comes in the block, it is the number 0 and the text. Every later time,
it is only a number: 1 for the first name of the block, 2 for the second.
*/
export class NameReader {
	readonly #names: string[] = [];

	/** @throws RangeError for a number that no earlier name in the block has. */
	read(body: ByteReader): string {
		const number = body.number();
		if (number === 0) {
			const name = body.text();
			this.#names.push(name);
			return name;
		}

		const name = this.#names[number - 1];
		if (name === undefined) {
			throw new RangeError('a name that was not written');
		}

		return name;
	}
}
