import {costOf, temporaryFixes} from '../../derive/temporary-fixes.js';
import type {AuditEntry} from '../../domain/audit.js';
import type {AuditLine} from '../../parse/audit-lines.js';
import {utcDateTime} from '../../text/units.js';
import {textTable} from './text-table.js';

/**
The audit log as a table, oldest entry first. Below the table are temporary changes that the log does not show as
reverted.
*/
export function auditText(lines: readonly AuditLine[], nowMs: number): string {
	if (lines.length === 0) {
		return 'Nothing was done yet.';
	}

	const rows = lines.map(line => (line.kind === 'entry' ? cellsOf(line.entry) : ['', '', '', 'BROKEN', line.text]));
	return [...textTable([['TIME UTC', 'WHO', 'TARGET', 'PHASE', 'WHAT'], ...rows]), ...fixLines(lines, nowMs)].join(
		'\n',
	);
}

/** The entries of the audit log as JSON, one object per line. A broken line becomes `{"broken": "its text"}`. */
export const auditJson = (lines: readonly AuditLine[]): string =>
	lines.map(line => JSON.stringify(line.kind === 'entry' ? line.entry : {broken: line.text})).join('\n');

function cellsOf({at, osUser, sshConnection, target, phase, command, action, detail}: AuditEntry): string[] {
	const [from] = (sshConnection ?? '').split(' ');
	return [
		utcDateTime(Date.parse(at)),
		from === '' || from === undefined ? osUser : `${osUser} from ${from}`,
		target,
		phase,
		`${command ?? action}${detail === undefined ? '' : `: ${detail}`}`,
	];
}

function fixLines(lines: readonly AuditLine[], nowMs: number): string[] {
	const entries = lines.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
	const standing = temporaryFixes(entries).filter(({untilMs}) => untilMs === undefined || untilMs > nowMs);
	return standing.length === 0
		? []
		: [
				'',
				'Temporary, and not taken back as far as this log shows:',
				...standing.map(
					fix =>
						`  ${fix.target}  ${fix.command}  since ${utcDateTime(fix.sinceMs)} by ${fix.osUser}: ${costOf(fix)}` +
						`${fix.revert === undefined ? '' : `; undo: ${fix.revert}`}`,
				),
			];
}

/** The output formats of `redis-top audit`; `text` is the default. */
export const auditFormats = {text: auditText, json: auditJson};
