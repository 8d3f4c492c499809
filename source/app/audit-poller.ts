import {stat} from 'node:fs/promises';
import path from 'node:path';
import {temporaryFixes} from '../derive/temporary-fixes.js';
import type {AuditEntry} from '../domain/audit.js';
import type {Clock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import {message, nameOf} from '../domain/message.js';
import {auditFileName, readAuditTrail} from '../host/audit-files.js';
import type {AuditView} from '../state/monitor-state.js';

/** Interval between two checks of the file's size, in milliseconds. */
const lookEveryMs = 1000;

/** The screen keeps the newest part of the log, 2,000 lines or more; `redis-top audit` prints all. */
const mostBytes = 1024 * 1024;

export type AuditPollerOptions = {
	/** The state folder. */
	readonly folder: string;
	/** This redis-top, whose own lines are not reported. */
	readonly ownSession: string;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly onChange: (audit: AuditView) => void;
	/** Receives what other redis-top did since the poller started. */
	readonly onNews: (events: readonly MonitorEvent[]) => void;
};

/** Follows the audit log, which every redis-top of this user writes. Reads it only after a change. Never rejects. */
export async function pollAudit(options: AuditPollerOptions): Promise<void> {
	const {folder, ownSession, clock, signal, onChange, onNews} = options;
	const known = new Set<string>();
	let isFirst = true;
	let seen = '';
	while (!signal.aborted) {
		const mark = await markOf(path.join(folder, auditFileName));
		if (mark !== seen) {
			const {audit, entries, isUnfinished} = await readView(folder, clock.now());
			// A line that stays unfinished changes nothing any more, and is told once it is old enough.
			seen = isUnfinished ? '' : mark;
			const news = entries.filter(entry => !known.has(keyOf(entry)));
			for (const entry of news) {
				known.add(keyOf(entry));
			}

			onChange(audit);
			if (!isFirst) {
				onNews(news.filter(({session}) => session !== ownSession).flatMap(eventOf));
			}
		}

		isFirst = false;
		await clock.sleep(lookEveryMs, signal);
	}
}

/** A text that changes with every line, and when the file is renamed. */
async function markOf(file: string): Promise<string> {
	try {
		const {ino, size, mtimeMs} = await stat(file);
		return `${ino} ${size} ${mtimeMs}`;
	} catch (error) {
		return String((error as NodeJS.ErrnoException).code);
	}
}

type ReadView = {readonly audit: AuditView; readonly entries: readonly AuditEntry[]; readonly isUnfinished: boolean};

async function readView(folder: string, nowMs: number): Promise<ReadView> {
	const trail = await readAuditTrail(folder, nowMs, mostBytes);
	if (trail.kind === 'unreadable') {
		const audit = {entries: [], broken: 0, fixes: [], problem: `${trail.file}: ${trail.why}`};
		return {audit, entries: [], isUnfinished: false};
	}

	const entries = trail.lines.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
	const broken = trail.lines.length - entries.length;
	const audit = {entries, broken, fixes: temporaryFixes(entries), problem: undefined};
	return {audit, entries, isUnfinished: trail.isUnfinished};
}

const keyOf = ({at, session, phase, target, command, detail}: AuditEntry): string =>
	[at, session, phase, target, command, detail].join(' ');

/** An entry as an event. An intent is left out, because its outcome follows; unlocking changes nothing. */
function eventOf({at, phase, target, command, action, detail, osUser}: AuditEntry): MonitorEvent[] {
	const isQuiet = phase === 'intent' || phase === 'unlocked';
	const sent = nameOf('quote', command ?? action);
	const end = detail === undefined ? undefined : message`: ${nameOf('quote', detail)}`;
	const text = message`${nameOf('user', osUser)} in another redis-top: ${sent}: ${phase}${end}`;
	return isQuiet
		? []
		: [
				{
					atMs: Date.parse(at),
					severity: phase === 'verified' ? 'info' : 'warning',
					node: target,
					kind: 'action',
					text,
				},
			];
}
