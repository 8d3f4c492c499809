import {constants, deflateSync, inflateSync} from 'node:zlib';

/**
- `state`: the whole state that a block begins with
- `part`: the entries of a few seconds. Its dictionary is the end of what the block holds before it
- `changes`: what somebody who looks through the recording goes to, as JSON

A reader skips other kinds.
*/
export const frameKinds = {state: 1, part: 2, changes: 3} as const;

/** What stands before the content of a frame: kind, length, checksum, first and last time. */
export const frameHeaderBytes = 1 + 4 + 4 + 8 + 8;

/** A length beyond this is damage, not a frame: a minute of a thousand nodes is a tenth of it. */
export const mostFrameBytes = 256 * 1024 * 1024;

/** Bytes of what came before that help to compress what comes: the reach of deflate. Source: RFC 1951 §2. */
const dictionaryBytes = 32 * 1024;

export type FrameHeader = {
	readonly kind: number;
	/** Bytes of its content. */
	readonly length: number;
	readonly checksum: number;
	/** Milliseconds since the epoch. */
	readonly firstMs: number;
	readonly lastMs: number;
};

/** One frame as it stands in the file. */
export function frame(kind: number, content: Buffer, firstMs: number, lastMs: number): Buffer {
	const bytes = Buffer.allocUnsafe(frameHeaderBytes + content.length);
	bytes.writeUInt8(kind, 0);
	bytes.writeUInt32LE(content.length, 1);
	bytes.writeDoubleLE(firstMs, 9);
	bytes.writeDoubleLE(lastMs, 17);
	bytes.set(content, frameHeaderBytes);
	bytes.writeUInt32LE(checksumOf(bytes), 5);
	return bytes;
}

/** Undefined where the bytes are no whole header. */
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

/** The content of a frame whose bytes are whole and as they were written; undefined for any other. */
export function frameContent(bytes: Buffer): Buffer | undefined {
	const header = frameHeader(bytes);
	const end = frameHeaderBytes + (header?.length ?? 0);
	return header !== undefined && bytes.length >= end && checksumOf(bytes.subarray(0, end)) === header.checksum
		? bytes.subarray(frameHeaderBytes, end)
		: undefined;
}

/** Compresses content with the help of what its block holds before it. */
export const packed = (raw: Buffer, before: Buffer): Buffer =>
	before.length === 0 ? deflateSync(raw) : deflateSync(raw, {dictionary: before});

/**
What `packed` was given.

@throws Error where the bytes are damaged.
*/
export const unpacked = (content: Buffer, before: Buffer): Buffer =>
	inflateSync(content, {
		maxOutputLength: mostFrameBytes * 4,
		finishFlush: constants.Z_FINISH,
		...(before.length > 0 && {dictionary: before}),
	});

/** What helps to compress the next part: the end of the block so far. */
export const dictionaryAfter = (before: Buffer, raw: Buffer): Buffer =>
	raw.length >= dictionaryBytes
		? raw.subarray(raw.length - dictionaryBytes)
		: Buffer.concat([before, raw]).subarray(-dictionaryBytes);

/** Of everything in a frame but its length, without which it can't be read, and the checksum itself. */
const checksumOf = (bytes: Buffer): number => crc32(bytes.subarray(9), crc32(bytes.subarray(0, 1), 0));

const crcTable = Uint32Array.from({length: 256}, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) {
		value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
	}

	return value >>> 0;
});

/** The checksum of gzip and PNG. Source: RFC 1952 §8. Node's own one is missing before 22.2. */
export function crc32(bytes: Uint8Array, before: number): number {
	let crc = before ^ 0xffffffff;
	for (const byte of bytes) {
		crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
	}

	return (crc ^ 0xffffffff) >>> 0;
}
