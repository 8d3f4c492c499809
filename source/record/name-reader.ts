import type {ByteReader} from './bytes.js';

/** Reads the names of a block. A name is written in full once, after the number 0; later its number stands for it. */
export class NameReader {
	readonly #names: string[] = [];

	/** @throws RangeError for the number of a name that was not written before. */
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
