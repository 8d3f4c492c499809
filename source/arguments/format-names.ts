// Written by `npm run generate` from the output formats, source/report/output-formats.ts.
// A copy, because `--help` would take three times as long with all reports loaded.

/** The names of each command's formats, the default first. */
export const formatNames = {
	monitor: ['text', 'json'],
	check: ['text', 'json', 'prometheus'],
	watch: ['text', 'json'],
	replay: ['text', 'json'],
	report: ['markdown', 'html'],
	diagnose: ['text', 'json'],
	snapshot: ['json', 'text'],
	rules: ['text', 'json'],
	audit: ['text', 'json'],
	demo: ['text', 'json'],
} as const;
