/** Appends numbers and texts to a growing buffer. */
export class ByteWriter {
	#buffer = Buffer.allocUnsafeSlow(4096);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	/** The bytes written so far. They are valid only until `clear`, after which their buffer is reused. */
	bytes(): Buffer {
		return this.#buffer.subarray(0, this.#length);
	}

	clear(): void {
		this.#length = 0;
	}

	/** Writes a whole number from 0 to 2^53 − 1, seven bits a byte, the lowest first (LEB128). */
	number(value: number): void {
		this.#reserve(8);
		let rest = value;
		while (rest >= 0x80) {
			this.#buffer[this.#length++] = (rest % 0x80) + 0x80;
			rest = Math.floor(rest / 0x80);
		}

		this.#buffer[this.#length++] = rest;
	}

	/** Writes a whole number of either sign, up to 2^52: 0, −1, 1, −2 become 0, 1, 2, 3. */
	signed(value: number): void {
		this.number(value < 0 ? -2 * value - 1 : 2 * value);
	}

	text(value: string): void {
		const length = Buffer.byteLength(value);
		this.number(length);
		this.#reserve(length);
		this.#length += this.#buffer.write(value, this.#length);
	}

	/** Writes the length of the given bytes, then the bytes. */
	block(bytes: Uint8Array): void {
		this.number(bytes.length);
		this.#reserve(bytes.length);
		this.#buffer.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	#reserve(count: number): void {
		if (this.#length + count <= this.#buffer.length) {
			return;
		}

		const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + count));
		larger.set(this.bytes());
		this.#buffer = larger;
	}
}

/** Reads what `ByteWriter` wrote. Every method throws a `RangeError` if the bytes end too early. */
export class ByteReader {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	/** The number of bytes that are not read yet. */
	get left(): number {
		return this.#bytes.length - this.#at;
	}

	number(): number {
		let value = 0;
		let factor = 1;
		for (;;) {
			const byte = this.#bytes[this.#at++];
			if (byte === undefined || factor > 2 ** 49) {
				throw new RangeError('the bytes end inside of a number');
			}

			value += (byte % 0x80) * factor;
			if (byte < 0x80) {
				return value;
			}

			factor *= 0x80;
		}
	}

	signed(): number {
		const value = this.number();
		return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
	}

	text(): string {
		return this.block().toString();
	}

	block(): Buffer {
		const length = this.number();
		const end = this.#at + length;
		if (end > this.#bytes.length) {
			throw new RangeError('the bytes end inside of a text');
		}

		const block = this.#bytes.subarray(this.#at, end);
		this.#at = end;
		return block;
	}
}
