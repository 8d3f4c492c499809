import {checkFormats} from './check/check-text.js';
import {changeFormats} from './check/finding-change.js';
import {incidentFormats} from './incident/incident-formats.js';
import {ruleFormats} from './rules/rule-list.js';
import {snapshotFormats} from './snapshot/snapshot-text.js';
import {auditFormats} from './text/audit-text.js';
import {diagnoseFormats} from './text/diagnose-text.js';
import {sampleFormats} from './text/sample-text.js';

/**
The output formats of one command. Each format turns the command's report into text. The first one is the default.
*/
export type Formats<Report extends readonly unknown[]> = Readonly<
	Record<string, (...report: Report) => string | Promise<string>>
>;

/**
The commands that take `--format`, with their formats. Help and completion take the names from
`arguments/format-names.ts`.
*/
export const outputFormats = {
	monitor: sampleFormats,
	check: checkFormats,
	watch: changeFormats,
	// `redis-top replay` prints samples. With `--check` or `--watch` it has the formats of the commands `check` and
	// `watch`, which are named `text` and `json` too.
	replay: sampleFormats,
	report: incidentFormats,
	diagnose: diagnoseFormats,
	snapshot: snapshotFormats,
	rules: ruleFormats,
	audit: auditFormats,
	// The demo is the monitor, connected to servers of the demo.
	demo: sampleFormats,
} as const;
