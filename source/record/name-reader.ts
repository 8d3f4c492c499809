import type {ByteReader} from './bytes.js';

/**
Reads the names of a block. A name that is new in the block is written as the number 0 and the text. From then on, its
number is written: 1 for the first name.
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
