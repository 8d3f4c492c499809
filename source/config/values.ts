import {createSecureContext} from 'node:tls';
import type {TlsSettings} from '../wire/connection.js';

/** The environment variables, as in `process.env`. An empty variable counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

const unitMs: ReadonlyMap<string, number> = new Map([
	['ms', 1],
	['s', 1000],
	['m', 60_000],
	['h', 3_600_000],
]);

/**
Parses a duration to milliseconds, rounded: `500ms`, `1.5s`, `1m`, `1h` or a number of seconds such as `2`. Undefined
for any other text.
*/
export function durationMs(text: string): number | undefined {
	const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text) ?? [];
	const factor = unitMs.get(unit);
	return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** A moment: `agoMs` milliseconds ago, or `atMs` milliseconds after the epoch. */
export type Moment = {readonly agoMs: number} | {readonly atMs: number};

/** The moment in milliseconds since the epoch. `nowMs` is the present in the same unit. */
export const momentMs = (moment: Moment, nowMs: number): number =>
	'agoMs' in moment ? nowMs - moment.agoMs : moment.atMs;

/**
Parses a moment: `2h` or `7d` ago, `2026-11-23` or `2026-11-23T14:02Z`. A text without a zone is UTC. Undefined for any
other text.
*/
export function momentOf(text: string): Moment | undefined {
	const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
	const agoMs = days === undefined ? durationMs(text) : Number(days) * 86_400_000;
	if (agoMs !== undefined) {
		return {agoMs};
	}

	const [, date, time, zone = 'Z'] =
		/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
	const atMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time ?? '00:00'}${zone}`);
	return Number.isNaN(atMs) ? undefined : {atMs};
}

/** The value of the first of the named variables that is set and not empty; undefined if there is none. */
export function firstSet(environment: Environment, names: readonly string[]): string | undefined {
	return names.map(name => environment[name]).find(text => text !== undefined && text !== '');
}

const isWindows = (environment: Environment) => environment.OS === 'Windows_NT';

/**
Whether the locale's characters are only ASCII. In POSIX the first set variable of LC_ALL, LC_CTYPE and LANG decides. If
none of them is set, the locale is C. Windows has no such variables, and its terminals accept UTF-8.
*/
export function isAsciiLocale(environment: Environment): boolean {
	const locale = firstSet(environment, ['LC_ALL', 'LC_CTYPE', 'LANG']);
	return locale === undefined ? !isWindows(environment) : !/utf-?8/i.test(locale);
}

/** Whether the terminal can't move its cursor: `TERM=dumb`, or no TERM except on Windows. */
export function isDumbTerminal(environment: Environment): boolean {
	const term = firstSet(environment, ['TERM']);
	return term === undefined ? !isWindows(environment) : term === 'dumb';
}

/**
OpenSSL's message when it refuses the certificates or the key; undefined when it accepts them. OpenSSL is asked only if
one of them is given, because loading it takes 20 ms.
*/
export function tlsProblem({ca, cert, key}: TlsSettings): string | undefined {
	if (ca === undefined && cert === undefined && key === undefined) {
		return undefined;
	}

	try {
		createSecureContext({
			...(ca !== undefined && {ca: [...ca]}),
			...(cert !== undefined && {cert}),
			...(key !== undefined && {key}),
		});
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message.replace(/^error:[\dA-F]+:/i, '') : 'unreadable';
	}
}
