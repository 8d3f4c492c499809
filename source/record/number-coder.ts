import {BitModels, BitReader, BitWriter} from './range-coder.js';

/** Bits that hold the bit length of a number. The longest number, 2^53 − 1, has 53 bits. */
const lengthBits = 6;
/**
How many bits after a number's leading bit are coded with a model. Lower bits are nearly random, so they are written
without a model.
*/
const learntBits = 2;
const signModels = 1 << lengthBits;
const mantissaModels = signModels + (1 << lengthBits);
const modelBits = mantissaModels + (1 << (lengthBits + learntBits));
/** Largest number whose bits can be shifted and masked. */
const shiftable = 0x7fff_ffff;

/**
Largest number of names with models of their own. Further names share the models of the first name, to limit memory.
*/
const mostNames = 4096;

/**
The probability models that a writer or a reader of numbers has learnt so far. They are reset at the start of each
block.
*/
export class NumberModels {
	readonly bits = new BitModels();
	readonly #flags = new Map<string, number>();
	readonly #numbers = new Map<string, number>();

	/** Returns the index of the first of `count` models, each for a one-bit flag. */
	flags(name: string, count = 1): number {
		return this.#find(this.#flags, name, count);
	}

	/** Returns the index of a model for similar numbers, such as the differences of one counter. */
	number(name: string): number {
		return this.#find(this.#numbers, name, modelBits);
	}

	clear(): void {
		this.bits.clear();
		this.#flags.clear();
		this.#numbers.clear();
	}

	#find(names: Map<string, number>, name: string, size: number): number {
		const known = names.get(name) ?? (names.size >= mostNames ? names.values().next().value : undefined);
		if (known !== undefined) {
			return known;
		}

		const added = this.bits.add(size);
		names.set(name, added);
		return added;
	}
}

/** Writes one-bit flags and numbers. The better a model predicts a value, the fewer bits the value takes. */
export class NumberWriter {
	readonly models = new NumberModels();
	readonly #bits = new BitWriter();

	flag(model: number, isSet: boolean): void {
		this.#bits.bit(this.models.bits, model, isSet ? 1 : 0);
	}

	/** Writes a whole number of either sign, from −(2^53 − 1) to 2^53 − 1. */
	number(model: number, value: number): void {
		const size = Math.abs(value);
		const length = bitLength(size);
		let node = 1;
		for (let place = lengthBits - 1; place >= 0; place--) {
			const bit = (length >> place) & 1;
			this.#bits.bit(this.models.bits, model + node, bit);
			node = node * 2 + bit;
		}

		if (length === 0) {
			return;
		}

		this.#bits.bit(this.models.bits, model + signModels + length, value < 0 ? 1 : 0);
		const learnt = Math.min(learntBits, length - 1);
		const unlearnt = length - 1 - learnt;
		const first =
			size <= shiftable ? (size >>> unlearnt) & ((1 << learnt) - 1) : Math.floor(size / 2 ** unlearnt) % (1 << learnt);
		node = 1;
		for (let place = learnt - 1; place >= 0; place--) {
			const bit = (first >> place) & 1;
			this.#bits.bit(this.models.bits, model + mantissaModels + (length << learntBits) + node, bit);
			node = node * 2 + bit;
		}

		this.#bits.bits(size <= shiftable ? size & ((1 << unlearnt) - 1) : size % 2 ** unlearnt, unlearnt);
	}

	/** Returns the bytes of everything that was written since the last call. */
	take(): Buffer {
		return this.#bits.take();
	}
}

/**
Reads what a `NumberWriter` wrote. Bytes that no `NumberWriter` wrote give meaningless numbers. They are not detected
here, because the checksum of the frame detects them.
*/
export class NumberReader {
	readonly models = new NumberModels();
	#bits = new BitReader(Buffer.alloc(0));

	/** Begins to read bytes that one call of `NumberWriter.take` returned. */
	begin(bytes: Buffer): void {
		this.#bits = new BitReader(bytes);
	}

	flag(model: number): boolean {
		return this.#bits.bit(this.models.bits, model) === 1;
	}

	/** @throws RangeError for a number that no writer can have written. After the end of the bytes, it reads zeros. */
	number(model: number): number {
		let node = 1;
		for (let place = 0; place < lengthBits; place++) {
			node = node * 2 + this.#bits.bit(this.models.bits, model + node);
		}

		const length = node - (1 << lengthBits);
		if (length > 53) {
			throw new RangeError('a number of more than 53 bits');
		}

		if (length === 0) {
			return 0;
		}

		const isNegative = this.#bits.bit(this.models.bits, model + signModels + length) === 1;
		const learnt = Math.min(learntBits, length - 1);
		const unlearnt = length - 1 - learnt;
		node = 1;
		for (let place = 0; place < learnt; place++) {
			node = node * 2 + this.#bits.bit(this.models.bits, model + mantissaModels + (length << learntBits) + node);
		}

		const size = (length < 31 ? node << unlearnt : node * 2 ** unlearnt) + this.#bits.bits(unlearnt);
		return isNegative ? -size : size;
	}
}

/** The number of bits of a whole number from 0 to 2^53 − 1. */
const bitLength = (value: number): number =>
	value <= 0xffff_ffff ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 0x1_0000_0000));
