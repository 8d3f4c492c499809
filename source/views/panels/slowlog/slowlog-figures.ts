import type {Figure} from '../../figure.js';

/** What each label of the panel Slow log means: the reply and field that it comes from, and which values are bad. */
export const slowlogFigures: readonly Figure[] = [
	['LOG, SIZE', 'Which log of COMMANDLOG (Valkey 8.1), and the size of the request or the reply.'],
	['NODE', 'The node of the entry, when all nodes are shown.'],
	['ID', 'Number of the entry; it grows by one.'],
	['TIME', 'When the command ran, by the clock of the server.'],
	[
		'TOOK',
		'Time of execution, without network and waiting. slowlog-log-slower-than decides what is logged. Every other client waited.',
	],
	['slow', 'slowlog_commands_count, _time_ms_sum and _max (Redis 8.8): also what the log no longer holds.'],
	['CLIENT, ADDRESS', 'Name of the client, or its address where it has none; its address.'],
	['COMMAND', 'The command with its first arguments.'],
	['SHAPE', 'Commands with the same words, arguments replaced.'],
	['COUNT, MAX, TOTAL', 'Entries of the shape, the slowest, and their time together.'],
];
