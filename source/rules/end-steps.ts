import type {ProcessEnd} from '../derive/process-end.js';
import type {NextStep} from '../domain/finding.js';
import {hint} from './next-steps.js';

/** Next steps by the cause of a process's end, as its log shows it. */
const steps: ReadonlyMap<string, readonly string[]> = new Map([
	['crashed', ['keep the report in its log, then start it; the same command may crash it again']],
	[
		'aof-broken',
		[
			'copy its appendonlydir away, stop what starts it again, then redis-check-aof --fix MANIFEST: it cuts the file at the damage',
			'what was written after the damage is lost: a replica or a backup may have more',
		],
	],
	['aof-unknown-command', ['start the version and the modules that wrote the file']],
	['rdb-newer', ['start the version that wrote the file again: no older one reads it']],
	['rdb-broken', ['copy the file away, then redis-check-rdb FILE; start from a backup or a replica']],
	['bad-config', ['the lines after FATAL CONFIG FILE ERROR name the mistake']],
	['port-taken', ['see which process has the port, and whether bind names an address of this machine']],
	['out-of-memory', ['free memory, or lower maxmemory, before it starts again']],
	['signalled', ['start it again if nobody stopped it on purpose: a deploy, a supervisor, the end of a container']],
	['asked-to-stop', ['start it again if nobody stopped it on purpose']],
]);

/** The next steps after a process has ended; empty if its log does not show the cause. */
export const stepsAfterEnd = (end: ProcessEnd | undefined): readonly NextStep[] =>
	(end === undefined ? [] : (steps.get(end.remark.id) ?? [])).map(text => hint(text));
