import type {RawReply} from '../domain/reply.js';
import {sanitize} from '../text/sanitize.js';

/** A string or number of a reply as one printable line; undefined for any other reply. */
export function textOf(reply: RawReply | undefined): string | undefined {
	if (typeof reply === 'string') {
		return sanitize(reply);
	}

	return typeof reply === 'number' ? String(reply) : undefined;
}

/** A reply as a finite number, from a number or from a string that spells one; undefined for any other reply. */
export function numberOf(reply: RawReply | undefined): number | undefined {
	const isSpelled = typeof reply === 'string' && reply.trim() !== '';
	const value = typeof reply === 'number' || isSpelled ? Number(reply) : Number.NaN;
	return Number.isFinite(value) ? value : undefined;
}

export function isArray(reply: RawReply | undefined): reply is readonly RawReply[] {
	return Array.isArray(reply);
}

/**
The names and values of a reply that stands for a map. RESP2 sends a map as a flat list (`[name, value, name, value]`).
A list of `[name, value]` pairs is accepted too. A pair is left out if its name is no text or its value is missing.
*/
export function pairsOf(reply: RawReply | undefined): Array<readonly [name: string, value: RawReply]> {
	if (!isArray(reply)) {
		return [];
	}

	const flat = reply.every(isArray) ? reply.flatMap(pair => (pair.length === 2 ? pair : [])) : reply;
	const pairs: Array<readonly [string, RawReply]> = [];
	for (let index = 0; index + 1 < flat.length; index += 2) {
		const name = textOf(flat[index]);
		const value = flat[index + 1];
		if (name !== undefined && value !== undefined) {
			pairs.push([name, value]);
		}
	}

	return pairs;
}
