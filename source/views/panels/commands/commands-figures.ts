import type {Figure} from '../../figure.js';

/** What each label of the panel Commands means: the reply and field that it comes from, and which values are bad. */
export const commandsFigures: readonly Figure[] = [
	['COMMAND', 'The command with its subcommand, of INFO commandstats.'],
	[
		'over 10s, 3s old',
		'The time of all figures in the list, and how long ago it ended. List and order stay until the next reading.',
	],
	['CALLS/S, CALLS', 'calls per second; with a baseline, all since then.'],
	['MEAN', 'usec by calls.'],
	['P50, P99, P99.9', 'Upper bounds of LATENCY HISTOGRAM. ≤ stands for a bucket. P99 is bad above 10 ms.'],
	['SLOWEST', 'The highest bucket with a call.'],
	['TIME', 'Share of all time in commands.'],
	['FAIL/S, FAILED', 'failed_calls and rejected_calls.'],
	['TOTAL', 'calls since the start of the server, or CONFIG RESETSTAT.'],
	[
		'main thread',
		'Where its time went between two samples; the parts add up to 100 %. Each command: usec of cmdstat_… An inner command of a script counts once.',
	],
	['other commands', 'eventloop_duration_cmd_sum without the commands that are named.'],
	[
		'event loop',
		'The rest of eventloop_duration_sum: reading, parsing, writing, eviction. Before Redis 7.2: used_cpu_…_main_thread without commands.',
	],
	[
		'cron, AOF',
		'eventloop_duration_cron_sum and eventloop_duration_aof_sum of INFO debug, which is read while this panel is open.',
	],
	['expiry, fork', 'expire_cycle_cpu_milliseconds; latest_fork_usec when one fork began.'],
	[
		'no processor',
		'eventloop_duration_sum without used_cpu_…_main_thread: the host did not run the thread, or it waited for a disk. It is taken from the other parts.',
	],
	[
		'idle',
		'The thread waited for requests. Before Redis 7.2 the server tells only that it had no processor (idle or waiting), before 6.2 not even that (idle or unknown).',
	],
	['calls', 'Calls of all commands per second.'],
	['time in commands', 'Seconds in commands per second. Near 100 % the one thread is full.'],
	['failures', 'failed_calls and rejected_calls of all commands per second.'],
	['commands a read', 'commands_per_parse_batch_sum over _cnt (Redis 8.8): 1 is no pipelining.'],
	['error replies', 'total_error_replies per second, and each kind by INFO errorstats since the start.'],
];
