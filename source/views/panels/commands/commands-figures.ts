import type {Figure} from '../../figure.js';

/** What each label of the panel Commands means: the reply and field that it comes from, and which values are bad. */
export const commandsFigures: readonly Figure[] = [
	['COMMAND', 'The command with its subcommand, of INFO commandstats.'],
	['CALLS/S, CALLS', 'calls per second; with a baseline, all since then.'],
	['MEAN', 'usec by calls over the last interval.'],
	[
		'P50, P99, P99.9',
		'Upper bounds of LATENCY HISTOGRAM over the interval in the title. ≤ stands for a bucket. P99 is bad above 10 ms.',
	],
	['SLOWEST', 'The highest bucket with a call in the interval.'],
	['TIME', 'Share of all time in commands.'],
	['FAIL/S, FAILED', 'failed_calls and rejected_calls.'],
	['TOTAL', 'calls since the start of the server, or CONFIG RESETSTAT.'],
	['calls', 'Calls of all commands per second.'],
	['time in commands', 'Seconds in commands per second. Near 100 % the one thread is full.'],
	['failures', 'failed_calls and rejected_calls of all commands per second.'],
	['error replies', 'total_error_replies per second, and each kind by INFO errorstats since the start.'],
];
