/**
An adaptive binary range coder: the better a model predicts a bit, the less room the bit takes. The carry is handled as
in LZMA.
Source: G. N. N. Martin, "Range encoding", 1979; the LZMA specification, 2015.

All arithmetic is on whole numbers, so that a file reads the same on every machine. Every number stays within 32 bits with
a sign, because V8 allocates memory for each larger number. It does so for each result of `**`, too, so that constants are
shifted. A recorder codes some thousand bits a second and runs without V8's optimizing compilers.
*/

const probabilityBits = 15;
/** The initial probability of a bit being 0, in 1/32768. */
const half = 1 << (probabilityBits - 1);
/**
Least distance of a probability from 0 and from 1, in 1/32768. A bit that is predicted with the highest probability
takes 0.001 bits.
*/
const margin = 24;
const highest = (1 << probabilityBits) - margin;
/** The range is scaled up while its highest 8 bits are 0. */
const topShift = 24;
/** 2^32 − 1, as 32 bits with a sign. */
const wholeRange = -1;
/** The sign bit. Two numbers without a sign compare as their exclusive or with this number do with one. */
const signBit = -0x8000_0000;

/**
A model learns more slowly with each bit that it has coded. After this number of bits, its learning rate stays constant.
*/
const slowest = 24;
/**
How much a model learns from its nth bit, in 1/65536 of the remaining distance to probability 0 or 1. A block is short,
so the rates for the first bits are high.
*/
const rates = Uint16Array.from({length: slowest + 1}, (_, count) => Math.floor(65_536 / (count + 1.6)));

/**
Probability models: each predicts one kind of bit. Writer and reader have one object each and update both in the same
way.
*/
export class BitModels {
	/** For each model, the probability that its next bit is 0, in 1/32768. */
	probabilities = new Uint16Array(4096).fill(half);
	/** For each model, the number of bits that it has learnt from, at most `slowest`. */
	counts = new Uint8Array(4096);
	#length = 0;

	/** Adds `count` models that have learnt nothing yet. Returns the index of the first of them. */
	add(count: number): number {
		const first = this.#length;
		this.#length += count;
		if (this.#length > this.probabilities.length) {
			const probabilities = new Uint16Array(Math.max(this.#length, this.probabilities.length * 2)).fill(half);
			probabilities.set(this.probabilities);
			const counts = new Uint8Array(probabilities.length);
			counts.set(this.counts);
			this.probabilities = probabilities;
			this.counts = counts;
		}

		return first;
	}

	clear(): void {
		this.probabilities.fill(half, 0, this.#length);
		this.counts.fill(0, 0, this.#length);
		this.#length = 0;
	}

	learn(index: number, probability: number, bit: number): void {
		const count = this.counts[index] as number;
		// The factors are below 2^15 and 2^16, so that the product stays a 32-bit integer.
		const step = (((bit === 0 ? highest : margin) - probability) * (rates[count] as number)) >> 16;
		this.probabilities[index] = probability + step;
		if (count < slowest) {
			this.counts[index] = count + 1;
		}
	}
}

export class BitWriter {
	#buffer = Buffer.allocUnsafeSlow(1024);
	#length = 0;
	/** The lower 32 bits of the interval's lower end, with a sign. */
	#low = 0;
	/** The bit above the 32 bits of `#low`. */
	#carry = 0;
	/** The interval's length: 32 bits, with a sign. */
	#range = wholeRange;
	#cache = 0;
	/** Number of bytes that a carry may still change: the cached byte, and the bytes of 0xff after that. */
	#waiting = 1;
	#isEmpty = true;

	bit(models: BitModels, index: number, bit: number): void {
		this.#isEmpty = false;
		const probability = models.probabilities[index] as number;
		const bound = Math.imul(this.#range >>> probabilityBits, probability);
		if (bit === 0) {
			this.#range = bound;
		} else {
			this.#raise(bound);
			this.#range = (this.#range - bound) | 0;
		}

		models.learn(index, probability, bit);
		while (this.#range >>> topShift === 0) {
			this.#range <<= 8;
			this.#shift();
		}
	}

	/** Writes the lowest `count` bits of a number. No model predicts them. */
	bits(value: number, count: number): void {
		this.#isEmpty &&= count === 0;
		for (let place = count - 1; place >= 0; place--) {
			this.#range >>>= 1;
			const bit = place < 31 ? (value >>> place) & 1 : Math.floor(value / 2 ** place) % 2;
			if (bit === 1) {
				this.#raise(this.#range);
			}

			while (this.#range >>> topShift === 0) {
				this.#range <<= 8;
				this.#shift();
			}
		}
	}

	/**
	Returns the bytes for all bits written since the last call. Zero bytes at the end are left out: a reader that reaches
	the end reads zeros.
	*/
	take(): Buffer {
		if (this.#isEmpty) {
			return Buffer.alloc(0);
		}

		for (let count = 0; count < 5; count++) {
			this.#shift();
		}

		let end = this.#length;
		while (end > 0 && this.#buffer[end - 1] === 0) {
			end--;
		}

		// The first byte is always 0 and is left out.
		const bytes = Buffer.from(this.#buffer.subarray(Math.min(1, end), end));
		this.#length = 0;
		this.#low = 0;
		this.#carry = 0;
		this.#range = wholeRange;
		this.#cache = 0;
		this.#waiting = 1;
		this.#isEmpty = true;
		return bytes;
	}

	/** Raises the interval's lower end. */
	#raise(by: number): void {
		const low = (this.#low + by) | 0;
		if ((low ^ signBit) < (by ^ signBit)) {
			this.#carry = 1;
		}

		this.#low = low;
	}

	#shift(): void {
		const highest = this.#low >>> topShift;
		if (highest !== 0xff || this.#carry === 1) {
			this.#push(this.#cache + this.#carry);
			for (; this.#waiting > 1; this.#waiting--) {
				this.#push(0xff + this.#carry);
			}

			this.#waiting = 0;
			this.#cache = highest;
		}

		this.#waiting += 1;
		this.#carry = 0;
		this.#low <<= 8;
	}

	#push(byte: number): void {
		if (this.#length === this.#buffer.length) {
			const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
			larger.set(this.#buffer);
			this.#buffer = larger;
		}

		this.#buffer[this.#length++] = byte;
	}
}

export class BitReader {
	readonly #bytes: Buffer;
	#at = 0;
	#code = 0;
	/** The interval's length: 32 bits, with a sign, as `#code`. */
	#range = wholeRange;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		for (let count = 0; count < 4; count++) {
			this.#code = (this.#code << 8) | this.#next();
		}
	}

	bit(models: BitModels, index: number): number {
		const probability = models.probabilities[index] as number;
		const bound = Math.imul(this.#range >>> probabilityBits, probability);
		let bit = 0;
		if ((this.#code ^ signBit) < (bound ^ signBit)) {
			this.#range = bound;
		} else {
			this.#code = (this.#code - bound) | 0;
			this.#range = (this.#range - bound) | 0;
			bit = 1;
		}

		models.learn(index, probability, bit);
		this.#fill();
		return bit;
	}

	bits(count: number): number {
		let value = 0;
		for (let place = 0; place < count; place++) {
			this.#range >>>= 1;
			const isSet = (this.#code ^ signBit) >= (this.#range ^ signBit);
			if (isSet) {
				this.#code = (this.#code - this.#range) | 0;
			}

			value = value * 2 + (isSet ? 1 : 0);
			this.#fill();
		}

		return value;
	}

	#fill(): void {
		while (this.#range >>> topShift === 0) {
			this.#range <<= 8;
			this.#code = (this.#code << 8) | this.#next();
		}
	}

	/** The next byte. After the last byte it is 0, because the writer leaves out zero bytes at the end. */
	#next(): number {
		return this.#at < this.#bytes.length ? (this.#bytes[this.#at++] as number) : 0;
	}
}
