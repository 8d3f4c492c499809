export type Command =
	| 'monitor'
	| 'check'
	| 'watch'
	| 'record'
	| 'replay'
	| 'report'
	| 'diagnose'
	| 'snapshot'
	| 'rules'
	| 'acl'
	| 'audit'
	| 'fleet'
	| 'demo';

/** The commands. A command is the first word of the command line; without such a word, the command is the monitor. */
export const commandRows: ReadonlyArray<{
	readonly command: Command;
	readonly synopsis: string;
	readonly text: string;
}> = [
	{
		command: 'monitor',
		synopsis: 'redis-top [TARGET...]',
		text: 'the live monitor; without a terminal, a text sample per interval',
	},
	{
		command: 'check',
		synopsis: 'redis-top check [TARGET...]',
		text: 'every health rule once, over samples a second apart; exit code 0 ok, 1 warning, 2 critical, 3 unknown',
	},
	{
		command: 'diagnose',
		synopsis: 'redis-top diagnose [TARGET...]',
		text: 'the connection ladder: each step, its time, what it means, what to do next; exit code 0 ok, 1 warning, 2 critical, 3 unknown',
	},
	{
		command: 'snapshot',
		synopsis: 'redis-top snapshot [TARGET...]',
		text: 'one sample of every node, with rates, as JSON or text',
	},
	{
		command: 'watch',
		synopsis: 'redis-top watch [TARGET...]',
		text: 'no screen: a line for each finding that opens, changes or closes',
	},
	{
		command: 'record',
		synopsis: 'redis-top record [TARGET...] --to DIR',
		text: 'no screen: a rolling recording, a file an hour, until a signal; servers and a full disk do not end it',
	},
	{
		command: 'replay',
		synopsis: 'redis-top replay FILE|DIR...',
		text: 'the monitor on recordings: play, step, go to the next finding; or --check, --watch, --json, --cast; no server is asked',
	},
	{
		command: 'report',
		synopsis: 'redis-top report FILE|DIR|TARGET...',
		text: 'the report of an incident, as Markdown or as one HTML file: from recordings, or from two samples of servers',
	},
	{
		command: 'fleet',
		synopsis: 'redis-top fleet --prometheus URL',
		text: 'every server that a Prometheus knows, worst first; Enter opens the monitor on one, Esc comes back; without a terminal, the list as text',
	},
	{
		command: 'rules',
		synopsis: 'redis-top rules [ID...]',
		text: 'the health rules, all or by id or the beginning of ids: what each looks at, its thresholds with their sources, and the first version that has it',
	},
	{
		command: 'acl',
		synopsis: 'redis-top acl [TARGET...]',
		text: "the ACL line of a user with just the rights redis-top needs, for the server's version",
	},
	{
		command: 'audit',
		synopsis: 'redis-top audit',
		text: 'the actions of this user through redis-top on this machine, and the temporary changes still in force',
	},
	{
		command: 'demo',
		synopsis: 'redis-top demo [SCENARIO]',
		text: 'a temporary deployment under load, and the monitor on it; simulated: a built-in simulated cluster; incident NAME: an incident on real servers; fleet: real servers with a Prometheus, and their list',
	},
];

/** The command with this word as its first word; undefined for any other word. */
export const commandNamed = (word: string): Command | undefined =>
	commandRows.find(({command}) => command === word && command !== 'monitor')?.command;

/** Commands of later versions. They are refused by name, and never taken for a host. */
export const laterCommands: readonly string[] = [];
