import type {InfoReply} from '../../domain/info-reply.js';

/** A moment in ISO 8601, UTC. Null for undefined, and for a number that can't be a date. */
export function isoTime(ms: number | undefined): string | null {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Functions that read the fields of one INFO section. They return null for a field that the server didn't print. */
export function sectionReader(info: InfoReply, section: string) {
	const number = (field: string): number | null => info.number(section, field) ?? null;
	return {
		number,
		text: (field: string): string | null => info.text(section, field) ?? null,
		/** True for `1` and false for `0`. */
		flag: (field: string): boolean | null => {
			const value = number(field);
			return value === null ? null : value !== 0;
		},
		/** A number; null for −1, which the server prints for "never" and for "not now". */
		unlessNegative: (field: string): number | null => {
			const value = number(field);
			return value === null || value < 0 ? null : value;
		},
	};
}

/** Commands whose second word is a subcommand and not data. */
const containers = new Set(
	'acl client cluster command config debug function latency memory module object pubsub script slowlog xgroup xinfo'.split(
		' ',
	),
);

/**
The command of a slow log entry without its arguments, which are the application's keys and values: `SET`, `CONFIG SET`.
*/
export function maskedCommand([name = '', second = '']: readonly string[]): string {
	return containers.has(name.toLowerCase()) && /^[a-z-]+$/i.test(second) ? `${name} ${second}` : name;
}
