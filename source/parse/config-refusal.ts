/** What a server printed about the line of its config file for which it did not start. */
export type ConfigRefusal = {
	/** The number of the line in its file, from 1. */
	readonly line: number;
	/** The whole line, as it stands in the file. It may hold a secret. */
	readonly text: string;
	/** The version, as the server names it: `Redis 7.0.15`, `Version 9.1.2`. */
	readonly version: string | undefined;
	/** What the server says is wrong: `Bad directive or wrong number of arguments`. */
	readonly why: string;
	/** When it was printed, milliseconds since the epoch; undefined where the output gives no times. */
	readonly atMs: number | undefined;
};

/** The first line about a start without a valid config, since Redis 6.2. A journal puts the time and the program before it. */
const firstLine = /^(.*?)\*\*\* FATAL CONFIG FILE ERROR(?: \(([^)]{1,40})\))? \*\*\*$/;

/** The time of a journal's line, in seconds since the epoch: `journalctl -o short-unix`. */
const journalTime = /^(\d{9,11}(?:\.\d+)?) /;

/**
The refusal that ends the output of a server's starts. Undefined where the output tells of none, or where a server wrote
its log there after it.
*/
export function configRefusal(output: string): ConfigRefusal | undefined {
	const lines = output.split('\n').map(line => line.trimEnd());
	const start = lines.findLastIndex(line => firstLine.test(line));
	const [, before = '', version] = firstLine.exec(lines[start] ?? '') ?? [];
	const words = (offset: number): string => (lines[start + offset] ?? '').slice(before.length);
	const line = /^Reading the configuration file, at line (\d+)$/.exec(words(1))?.[1];
	const text = /^>>> '(.*)'$/.exec(words(2))?.[1];
	if (line === undefined || text === undefined || lines.slice(start).some(each => each.includes('oO0OoO0OoO0Oo'))) {
		return undefined;
	}

	const time = journalTime.exec(before)?.[1];
	return {line: Number(line), text, version, why: words(3), atMs: time === undefined ? undefined : Number(time) * 1000};
}
