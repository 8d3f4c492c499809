/**
Every exit code of redis-top, except those after a signal (128 + n). Codes 0 to 3 of `check` and `diagnose` are those of
Nagios plugins (https://nagios-plugins.org/doc/guidelines.html). Codes 64 to 77 are those of sysexits.h.
*/
export const exitCodes = {
	ok: 0,
	usage: 64,
	unreachable: 69,
	bug: 70,
	noPermission: 77,
} as const;

/** The exit code of `check` for each state of health. */
export const healthExitCodes = {ok: 0, warning: 1, critical: 2, unknown: 3} as const;

/** The exit code of a process that a signal ended: 128 plus the signal's number. */
export const signalExitCodes = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131} as const;

/** The exit codes and their meanings, as `--help` and the manual page print them. */
export const exitCodeTexts: ReadonlyArray<readonly [code: string, meaning: string]> = [
	[String(exitCodes.ok), 'quit; check and diagnose: ok'],
	[Object.values(healthExitCodes).slice(1).join(', '), 'check and diagnose: warning, critical, unknown'],
	[String(exitCodes.usage), 'usage: an unknown flag, a bad value, an invalid target'],
	[
		String(exitCodes.unreachable),
		'nothing could be reached, or no server is known to Prometheus (both only without a terminal); a demo could not start; a port is in use',
	],
	[String(exitCodes.bug), 'a bug in redis-top'],
	[String(exitCodes.noPermission), 'a file that may not be read or written'],
	['128+n', 'ended by signal n'],
];

/** The table of exit codes in docs/scripts.md, in Markdown. A test compares the two. */
export const exitCodesMarkdown = (): string =>
	['| exit code | meaning |', '|---|---|', ...exitCodeTexts.map(([code, meaning]) => `| ${code} | ${meaning} |`)].join(
		'\n',
	);
