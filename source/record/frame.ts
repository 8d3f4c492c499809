import {constants, deflateRawSync, inflateRawSync} from 'node:zlib';
import {ByteReader, ByteWriter} from './bytes.js';

/**
The kinds of frames. A reader skips frames of other kinds.
- `state`: the whole state that a block begins with
- `part`: the entries of a few seconds; its deflate dictionary is the end of the block's earlier texts
- `reference`: a whole state; the later states in the same file are differences to it
- `changes`: the moments that a user of a replay can jump to, as JSON
Frames of the first format have other kinds (`firstFormatKinds`), because their content has no range-coded numbers.
*/
export const frameKinds = {changes: 3, state: 5, part: 6, reference: 7} as const;
export const firstFormatKinds = {state: 1, part: 2, reference: 4} as const;

/** The content of a frame before deflate: texts, and numbers that a range coder has compressed already. */
export type FrameContent = {readonly raw: Buffer; readonly numbers: Buffer};

export const noNumbers = Buffer.alloc(0);

/** Bytes of a frame's header: kind, length, checksum, first and last time. */
export const frameHeaderBytes = 1 + 4 + 4 + 8 + 8;

/**
Longest valid frame, in bytes. A longer length means damage: one minute of a thousand nodes takes a tenth of this.
*/
export const mostFrameBytes = 256 * 1024 * 1024;

/** Bytes of the deflate dictionary. Deflate can't refer further back than this. Source: RFC 1951 §2. */
const dictionaryBytes = 32 * 1024;

export type FrameHeader = {
	readonly kind: number;
	/** Bytes of the frame's content, without the header. */
	readonly length: number;
	readonly checksum: number;
	/** The time of the first entry, in milliseconds since the epoch. */
	readonly firstMs: number;
	readonly lastMs: number;
};

/**
Makes the bytes of one frame, header included, ready to be appended to a file.

@param before The deflate dictionary: earlier content that helps to compress this content. Empty: no dictionary.
*/
export function frame(
	kind: number,
	{raw, numbers}: FrameContent,
	before: Buffer,
	{firstMs, lastMs}: {readonly firstMs: number; readonly lastMs: number},
): Buffer {
	const texts = deflateRawSync(raw, {level: 9, ...(before.length > 0 && {dictionary: before})});
	const content = hasNumbers(kind) ? Buffer.concat([lengthOf(numbers), numbers, texts]) : texts;
	const bytes = Buffer.allocUnsafe(frameHeaderBytes + content.length);
	bytes.writeUInt8(kind, 0);
	bytes.writeUInt32LE(content.length, 1);
	bytes.writeDoubleLE(firstMs, 9);
	bytes.writeDoubleLE(lastMs, 17);
	bytes.set(content, frameHeaderBytes);
	bytes.writeUInt32LE(checksumOf(bytes, raw, numbers), 5);
	return bytes;
}

/** Parses a frame's header; undefined if the bytes are no whole header. */
export function frameHeader(bytes: Buffer): FrameHeader | undefined {
	if (bytes.length < frameHeaderBytes) {
		return undefined;
	}

	const header = {
		kind: bytes.readUInt8(0),
		length: bytes.readUInt32LE(1),
		checksum: bytes.readUInt32LE(5),
		firstMs: bytes.readDoubleLE(9),
		lastMs: bytes.readDoubleLE(17),
	};
	const isPlausible = header.kind > 0 && header.length <= mostFrameBytes && header.lastMs >= header.firstMs;
	return isPlausible ? header : undefined;
}

/**
Returns the decompressed content of a frame.

@param before The dictionary that the content was compressed with; empty: no dictionary.
@throws Error if the frame is damaged, or was compressed with another dictionary.
*/
export function frameContent(bytes: Buffer, before: Buffer): FrameContent {
	const header = frameHeader(bytes);
	const end = frameHeaderBytes + (header?.length ?? 0);
	if (header === undefined || bytes.length < end) {
		throw new RangeError('a frame that is cut');
	}

	const content = bytes.subarray(frameHeaderBytes, end);
	const reader = new ByteReader(content);
	const numbers = hasNumbers(header.kind) ? reader.block() : noNumbers;
	const raw = inflateRawSync(content.subarray(content.length - reader.left), {
		maxOutputLength: mostFrameBytes * 4,
		finishFlush: constants.Z_FINISH,
		...(before.length > 0 && {dictionary: before}),
	});
	if (checksumOf(bytes, raw, numbers) !== header.checksum) {
		throw new RangeError('a damaged frame');
	}

	return {raw, numbers};
}

const hasNumbers = (kind: number): boolean => kind > firstFormatKinds.reference;

function lengthOf({length}: Buffer): Buffer {
	const writer = new ByteWriter();
	writer.number(length);
	return writer.bytes();
}

/** The deflate dictionary for the next part: the last 32 KiB of the block's texts so far. */
export const dictionaryAfter = (before: Buffer, raw: Buffer): Buffer =>
	raw.length >= dictionaryBytes
		? raw.subarray(raw.length - dictionaryBytes)
		: Buffer.concat([before, raw]).subarray(-dictionaryBytes);

/**
The checksum of a frame's kind, times and decompressed content. A wrong dictionary or length changes the content, so the
checksum detects both.
*/
const checksumOf = (bytes: Buffer, raw: Buffer, numbers: Buffer): number =>
	crc32(numbers, crc32(raw, crc32(bytes.subarray(9, frameHeaderBytes), crc32(bytes.subarray(0, 1), 0))));

const crcTable = Int32Array.from({length: 256}, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) {
		value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
	}

	return value;
});

/** The CRC-32 of gzip and PNG. Source: RFC 1952 §8. Node's own `zlib.crc32` is missing before 22.2. */
export function crc32(bytes: Uint8Array, before: number): number {
	let crc = before ^ 0xffffffff;
	// `for…of` would allocate an object for each byte in code that V8 has not optimized.
	for (let at = 0; at < bytes.length; at++) {
		crc = (crcTable[(crc ^ (bytes[at] as number)) & 0xff] ?? 0) ^ (crc >>> 8);
	}

	return (crc ^ 0xffffffff) >>> 0;
}
