import process from 'node:process';
import type {Config} from '../config/config.js';
import {momentMs} from '../config/values.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import {readAuditTrail} from '../host/audit-files.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import {auditFormats} from '../report/text/audit-text.js';
import {chosenFormat} from './output-formats.js';

/**
`redis-top audit`: prints the actions that this user has run with any redis-top on this machine. Resolves with the exit
code.
*/
export async function runAudit(config: Config): Promise<number> {
	const {auditFrom} = config;
	const print = chosenFormat(auditFormats, config);
	const nowMs = systemClock.now();
	const trail = await readAuditTrail(stateFolder(process.env, homeFolder()), nowMs);
	if (trail.kind === 'unreadable') {
		process.stderr.write(`redis-top: the audit log ${trail.file} can't be read: ${trail.why}\n`);
		return exitCodes.noPermission;
	}

	const fromMs = auditFrom === undefined ? Number.NEGATIVE_INFINITY : momentMs(auditFrom, nowMs);
	// A broken line has no time. It is printed in any case, because the log must not look complete.
	const lines = trail.lines.filter(line => line.kind === 'broken' || Date.parse(line.entry.at) >= fromMs);
	const text = print(lines, nowMs);
	process.stdout.write(text === '' ? '' : `${text}\n`);
	const broken = lines.filter(({kind}) => kind === 'broken').length;
	if (broken > 0) {
		process.stderr.write(`# ${broken} of ${lines.length} lines can't be understood: cut short, or not redis-top's\n`);
	}

	return 0;
}
