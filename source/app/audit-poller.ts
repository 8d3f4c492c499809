import {stat} from 'node:fs/promises';
import path from 'node:path';
import {temporaryFixes} from '../derive/temporary-fixes.js';
import {type AuditEntry, phaseWords} from '../domain/audit.js';
import type {Clock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import {message, nameOf} from '../domain/message.js';
import {auditFileName, readAuditTrail} from '../host/audit-files.js';
import type {AuditView} from '../state/monitor-state.js';

/** Interval between two checks whether the audit log has changed, in milliseconds. */
const lookEveryMs = 1000;

/**
Size of the newest part of the log that the screen keeps, in bytes: 2,000 lines or more. `redis-top audit` prints the
whole log.
*/
const mostBytes = 1024 * 1024;

export type AuditPollerOptions = {
	/** Path of the state folder, which holds the audit log. */
	readonly folder: string;
	/** The session id of this redis-top. Lines with this id are not reported as events. */
	readonly ownSession: string;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly onChange: (audit: AuditView) => void;
	/** Called with the actions of other redis-top processes since the poller started, as events. */
	readonly onNews: (events: readonly MonitorEvent[]) => void;
	/** Called with the lines that were added since the poller started, including those of this redis-top. */
	readonly onLines?: ((lines: readonly AuditEntry[]) => void) | undefined;
};

/**
Watches the audit log, which every redis-top of this user writes. The file is read only after a change. Resolves when
the signal aborts; never rejects.
*/
export async function pollAudit(options: AuditPollerOptions): Promise<void> {
	const {folder, ownSession, clock, signal, onChange, onNews, onLines} = options;
	const known = new Set<string>();
	let isFirst = true;
	let seen = '';
	while (!signal.aborted) {
		const mark = await markOf(path.join(folder, auditFileName));
		if (mark !== seen) {
			const {audit, entries, isUnfinished} = await readView(folder, clock.now());
			// The last line may be unfinished. Once it is old enough, it is reported as broken, even if the file does not
			// change. The file is therefore read at every check until the line is finished.
			seen = isUnfinished ? '' : mark;
			const news = entries.filter(entry => !known.has(keyOf(entry)));
			for (const entry of news) {
				known.add(keyOf(entry));
			}

			onChange(audit);
			if (!isFirst) {
				onLines?.(news);
				onNews(news.filter(({session}) => session !== ownSession).flatMap(eventOf));
			}
		}

		isFirst = false;
		await clock.sleep(lookEveryMs, signal);
	}
}

/** A text that identifies the state of the file. It changes with every new line, and when the file is renamed. */
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

/**
Converts an entry of the audit log to a list with one event. The list is empty for an action's intent, because its
outcome follows. It is empty for an unlock and for an action that was aborted before it was sent, because neither changes
anything.
*/
function eventOf({at, phase, target, command, action, detail, osUser}: AuditEntry): MonitorEvent[] {
	const isQuiet = phase === 'intent' || phase === 'unlocked' || phase === 'aborted';
	const sent = nameOf('quote', command ?? action);
	const [said = phase, more] = phaseWords(phase, detail);
	const words = said === phase ? message`${phase}` : message`${nameOf('quote', said)}`;
	const end = more === undefined ? undefined : message`: ${nameOf('quote', more)}`;
	const text = message`${nameOf('user', osUser)} in another redis-top: ${sent}: ${words}${end}`;
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
