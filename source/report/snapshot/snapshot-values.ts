import type {InfoReply} from '../../domain/info-reply.js';

/** ISO 8601, UTC; null for what is no moment. */
export function isoTime(ms: number | undefined): string | null {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Reads the fields of one INFO section, with null for what the server didn't say. */
export function sectionReader(info: InfoReply, section: string) {
	const number = (field: string): number | null => info.number(section, field) ?? null;
	return {
		number,
		text: (field: string): string | null => info.text(section, field) ?? null,
		/** `1` and `0`. */
		flag: (field: string): boolean | null => {
			const value = number(field);
			return value === null ? null : value !== 0;
		},
		/** The server prints -1 for never and for not now. */
		unlessNegative: (field: string): number | null => {
			const value = number(field);
			return value === null || value < 0 ? null : value;
		},
	};
}

/** Commands whose second word is part of the command and not data. */
const containers = new Set(
	'acl client cluster command config debug function latency memory module object pubsub script slowlog xgroup xinfo'.split(
		' ',
	),
);

/** A slow log entry's command without its arguments, which are keys and values of the application: `SET`, `CONFIG SET`. */
export function maskedCommand([name = '', second = '']: readonly string[]): string {
	return containers.has(name.toLowerCase()) && /^[a-z-]+$/i.test(second) ? `${name} ${second}` : name;
}
