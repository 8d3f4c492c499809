import {createSecureContext} from 'node:tls';
import type {TlsSettings} from '../wire/connection.js';

/** What the process was started with, as `process.env` has it. An empty variable counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

const unitMs: ReadonlyMap<string, number> = new Map([
	['ms', 1],
	['s', 1000],
	['m', 60_000],
	['h', 3_600_000],
]);

/** `500ms`, `1s`, `2`, `1.5s`, `1m` in milliseconds, rounded; a number by itself is seconds. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
	const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text) ?? [];
	const factor = unitMs.get(unit);
	return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** A moment: so long ago, or wall time. Milliseconds. */
export type Since = {readonly agoMs: number} | {readonly atMs: number};

export const sinceMs = (since: Since, nowMs: number): number => ('agoMs' in since ? nowMs - since.agoMs : since.atMs);

/** `2h`, `7d`, `2026-11-23` or `2026-11-23T14:02Z`, UTC where no zone is named; undefined for anything else. */
export function sinceOf(text: string): Since | undefined {
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

/** The first of the variables that is set and not empty. */
export function firstSet(environment: Environment, names: readonly string[]): string | undefined {
	return names.map(name => environment[name]).find(text => text !== undefined && text !== '');
}

const isWindows = (environment: Environment) => environment.OS === 'Windows_NT';

/**
Whether the locale has no more than ASCII to offer. POSIX: the first of LC_ALL, LC_CTYPE and LANG that is set decides, and
none of them is the C locale. Windows has no such variables and its terminals take UTF-8.
*/
export function isAsciiLocale(environment: Environment): boolean {
	const locale = firstSet(environment, ['LC_ALL', 'LC_CTYPE', 'LANG']);
	return locale === undefined ? !isWindows(environment) : !/utf-?8/i.test(locale);
}

/** Whether the terminal can't move its cursor: `TERM=dumb`, or no TERM where there should be one. */
export function isDumbTerminal(environment: Environment): boolean {
	const term = firstSet(environment, ['TERM']);
	return term === undefined ? !isWindows(environment) : term === 'dumb';
}

/** Why OpenSSL won't take the certificates or the key, in its own words; undefined when it does. */
export function tlsProblem({ca, cert, key}: TlsSettings): string | undefined {
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
