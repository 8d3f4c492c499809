import type {LogEvidence} from '../domain/host-evidence.js';
import type {LoggedHappening, LoggedReplica, LoggedStart, LogRemark} from '../domain/log-lines.js';
import {sanitize} from '../text/sanitize.js';
import type {LogPattern} from './log-pattern.js';
import {logPatterns} from './server-log-patterns.js';
import {usualLogLine} from './structured-log-line.js';

/** Number of log lines that are shown, counted from the end of the log. */
const shownLines = 20;

/** Largest number of starts of the server that are kept from its log. The newest ones are kept. */
const startsKept = 100;

/**
Largest number of happenings (log lines of one meaning that follow each other closely) that are kept. The newest ones
are kept.
*/
const happeningsKept = 60;

/** Largest number of replicas that are kept, the newest. */
const replicasKept = 20;

/** Longest time between two lines of the same meaning that still belong to one happening, in milliseconds. */
const togetherMs = 60_000;

/**
Matches the line that each server process writes first:
`4242:C 24 Nov 2026 11:22:33.123 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`.
*/
const startLine = /(?:^|[ =:])(\d+):?[A-Z]? .*oO0OoO0OoO0Oo \w+ is starting/;

function startOf(line: string): LoggedStart | undefined {
	const processId = startLine.exec(line)?.[1];
	const atMs = processId === undefined ? undefined : logLineTime(line);
	return processId === undefined || atMs === undefined ? undefined : {processId: Number(processId), atMs};
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
When a log line was written, in milliseconds since the epoch; undefined for a line without a time. The time in `12:M 24
Nov 2026 11:22:33.123 * words` is the local time of the server. redis-top reads the log on the same machine, so it uses
its own time zone. Valkey may write ISO 8601 instead.
*/
export function logLineTime(line: string): number | undefined {
	const iso = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/.exec(line)?.[0];
	const classic = /^\d+:[MSCX] (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})/.exec(line);
	if (classic !== null) {
		const [, day, month = '', year, hour, minute, second, millisecond] = classic;
		const monthIndex = months.indexOf(month);
		const atMs = new Date(
			Number(year),
			monthIndex === -1 ? Number.NaN : monthIndex,
			Number(day),
			Number(hour),
			Number(minute),
			Number(second),
			Number(millisecond),
		).getTime();
		return Number.isFinite(atMs) ? atMs : undefined;
	}

	// A signal handler writes `12:signal-handler (1764000000) words`, with the seconds since the epoch.
	const second = /^\d+:signal-handler \((\d{9,11})\)/.exec(line)?.[1];
	const atMs = iso === undefined ? Number(second ?? Number.NaN) * 1000 : Date.parse(iso);
	return Number.isFinite(atMs) ? atMs : undefined;
}

/** The replica that a line of its primary's log names, as linked or as lost. A tool that only reads has no port there. */
function replicaOf(line: string): LoggedReplica | undefined {
	const lost = /Connection with replica (\S+:\d+) lost/.exec(line)?.[1];
	const linked = /Synchronization with replica (\S+:\d+) succeeded|request from (\S+:\d+) accepted/.exec(line);
	const address = lost ?? linked?.[1] ?? linked?.[2];
	const atMs = address === undefined ? undefined : logLineTime(line);
	return address === undefined || atMs === undefined ? undefined : {address, isLost: lost !== undefined, atMs};
}

type Happening = {-readonly [Field in keyof LoggedHappening]: LoggedHappening[Field]} & {lastMs: number};

function noteHappening(happened: Happening[], {id, severity, meaning, isAdvice}: LogPattern, atMs: number | undefined) {
	if (atMs === undefined || isAdvice === true) {
		return;
	}

	const last = happened.at(-1);
	if (last?.id === id && atMs - last.lastMs < togetherMs) {
		last.count += 1;
		last.lastMs = atMs;
	} else {
		happened.push({id, severity, meaning, atMs, count: 1, lastMs: atMs});
	}
}

/**
Evidence from the end of a server's log: its last lines, and the lines whose meaning is known. Each meaning is listed
once, with its newest line and the number of its lines.

@param source The place from which the text was read, as shown to people.
*/
export function readServerLog(source: string, text: string): LogEvidence {
	const lines = text
		.split('\n')
		.map(line => sanitize(usualLogLine(line.replace(/\r$/, ''))))
		.filter(line => line.trim() !== '');
	const remarks = new Map<string, LogRemark>();
	const happened: Happening[] = [];
	const replicas = new Map<string, LoggedReplica>();
	for (const line of lines) {
		const replica = replicaOf(line);
		if (replica !== undefined) {
			replicas.delete(replica.address);
			replicas.set(replica.address, replica);
		}

		const pattern = logPatterns.find(({words}) => words.test(line));
		if (pattern !== undefined) {
			const {id, severity, rules, meaning} = pattern;
			const atMs = logLineTime(line);
			const count = (remarks.get(id)?.count ?? 0) + 1;
			// The entry is deleted and added again, so that the map is in the order of the newest lines.
			remarks.delete(id);
			remarks.set(id, {id, severity, rules, meaning, line, atMs, count});
			noteHappening(happened, pattern, atMs);
		}
	}

	return {
		source,
		lines: lines.slice(-shownLines),
		happened: happened.slice(-happeningsKept).map(({lastMs: _, ...happening}) => happening),
		remarks: [...remarks.values()].toReversed(),
		replicas: replicas.size === 0 ? undefined : [...replicas.values()].slice(-replicasKept),
		starts: lines.flatMap(line => startOf(line) ?? []).slice(-startsKept),
	};
}
