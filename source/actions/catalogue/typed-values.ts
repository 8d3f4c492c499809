import {bytesExact, grouped, microseconds, milliseconds, seconds} from '../../text/units.js';
import type {TypedValue} from './action-row.js';

/**
Bytes per unit of memory. A number without a unit means bytes. `k` is 1000 bytes, and `kb` is 1024 bytes. Source:
memtoull() in the servers' util.c.
*/
const factors: Readonly<Record<string, number>> = {
	'': 1,
	b: 1,
	k: 1000,
	kb: 1024,
	m: 1e6,
	mb: 1024 ** 2,
	g: 1e9,
	gb: 1024 ** 3,
};

/**
An amount of memory in bytes, as the server reads it: `100` is 100 bytes. Undefined for a text that the server refuses.
*/
export function readBytes(text: string): number | undefined {
	const [, digits = '', unit = ''] = /^(\d{1,16})([a-z]{0,2})$/i.exec(text.trim()) ?? [];
	const factor = factors[unit.toLowerCase()];
	const value = digits === '' || factor === undefined ? Number.NaN : Number(digits) * factor;
	return Number.isSafeInteger(value) ? value : undefined;
}

export const exactly = (n: number): string => (n < 1024 ? `${grouped(n)} bytes` : `${bytesExact(n)} bytes`);

export function bytesValue(text: string): TypedValue | string {
	const value = readBytes(text);
	return value === undefined
		? 'a number of bytes, or with kb, mb, gb (powers of 1024) or k, m, g (powers of 1000)'
		: {words: [String(value)], shown: exactly(value)};
}

export type Unit = 'count' | 'microseconds' | 'milliseconds' | 'seconds';

const inWords: Readonly<Record<Unit, (n: number) => string>> = {
	count: grouped,
	microseconds: n => `${grouped(n)} µs (${microseconds(n)})`,
	milliseconds: n => `${grouped(n)} ms (${milliseconds(n)})`,
	seconds: n => `${grouped(n)} s (${seconds(n)})`,
};

/** Returns a parser for a whole number in a range that includes both ends. */
export const wholeValue =
	(unit: Unit, least: number, most: number) =>
	(text: string): TypedValue | string => {
		const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
		return value >= least && value <= most
			? {words: [String(value)], shown: inWords[unit](value)}
			: `a whole number from ${grouped(least)} to ${grouped(most)}`;
	};

export const choiceValue =
	(choices: readonly string[]) =>
	(text: string): TypedValue | string => {
		const value = text.trim().toLowerCase();
		return choices.includes(value) ? {words: [value], shown: value} : `one of ${choices.join(', ')}`;
	};

/**
Parses save points: pairs of seconds and changes, or `""` for no save points. An empty field is an error and does not
mean "no save points".
*/
export function saveValue(text: string): TypedValue | string {
	const words = text.trim().split(/\s+/).filter(Boolean);
	if (words.length === 1 && (words[0] === '""' || words[0] === "''")) {
		return {words: [''], shown: 'no snapshots any more'};
	}

	const isWhole = words.length > 0 && words.every(word => /^\d{1,9}$/.test(word)) && words.length % 2 === 0;
	const isPositive = words.every((word, index) => index % 2 === 1 || Number(word) > 0);
	if (!isWhole || !isPositive) {
		return 'pairs of seconds and changes as 3600 1 300 100, or "" for none';
	}

	const pairs = words.flatMap((word, index) =>
		index % 2 === 0 ? [`after ${seconds(Number(word))} if ${grouped(Number(words[index + 1]))} changed`] : [],
	);
	return {words: [words.join(' ')], shown: pairs.join(', ')};
}

export type HostPort = {readonly host: string; readonly port: number};

/**
Parses host and port: `10.0.1.12:6379`, `[::1]:6379`, or with a blank before the port, as in the servers' own commands.
Undefined for any other text.
*/
export function readHostPort(text: string): HostPort | undefined {
	const [, bracketed, bare, digits] = /^(?:\[([^\]\s]+)\]|([^\s[\]]+?))[:\s]+(\d{1,5})$/.exec(text.trim()) ?? [];
	const port = Number(digits);
	const host = bracketed ?? bare;
	return host !== undefined && port >= 1 && port <= 65_535 ? {host, port} : undefined;
}
