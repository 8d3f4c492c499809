import {slotTotal} from './cluster.js';

/**
CRC16 in the variant XMODEM: polynomial 0x1021, initial value 0. Source: the Redis Cluster specification, appendix A.
*/
function crc16(bytes: Uint8Array): number {
	let crc = 0;
	for (const byte of bytes) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) {
			crc = (crc & 0x80_00) === 0 ? (crc << 1) & 0xff_ff : ((crc << 1) ^ 0x10_21) & 0xff_ff;
		}
	}

	return crc;
}

/**
The slot of a key. Only the text between the first `{` and the next `}` is hashed, or the whole key if that text is
empty or missing.
*/
export function keySlot(key: string): number {
	const open = key.indexOf('{');
	const close = open < 0 ? -1 : key.indexOf('}', open + 1);
	const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
	return crc16(new TextEncoder().encode(hashed)) % slotTotal;
}
