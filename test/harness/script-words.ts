import process from 'node:process';
import {type ParseArgsConfig, parseArgs} from 'node:util';
import {exitCodes} from '../../source/domain/exit-codes.js';

/** The parsed command line of a script, or what the script prints instead of running. */
export type ScriptWords<Config extends ParseArgsConfig> =
	| {readonly kind: 'run'; readonly words: ReturnType<typeof parseArgs<Config>>}
	| {readonly kind: 'stop'; readonly text: string; readonly exitCode: number};

/** Parses the command line of a script. `--help` and an unknown flag give the usage instead. */
export function scriptWords<const Config extends ParseArgsConfig>(
	usage: string,
	args: string[],
	config: Config,
): ScriptWords<Config> {
	if (args.includes('--help') || args.includes('-h')) {
		return {kind: 'stop', text: usage, exitCode: exitCodes.ok};
	}

	try {
		return {kind: 'run', words: parseArgs<Config>({...config, args})};
	} catch (error) {
		return usageProblem(usage, error instanceof Error ? error.message : String(error));
	}
}

/** What a script prints for a command line that it can't take: the reason and the usage. */
export const usageProblem = (usage: string, why: string) =>
	({kind: 'stop', text: `${why}\n\n${usage}`, exitCode: exitCodes.usage}) as const;

/** Parses this script's own command line. Prints the usage and exits where `scriptWords` gives it. */
export function ownWords<const Config extends ParseArgsConfig>(
	usage: string,
	config: Config,
): ReturnType<typeof parseArgs<Config>> {
	const parsed = scriptWords(usage, process.argv.slice(2), config);
	return parsed.kind === 'run' ? parsed.words : stop(parsed);
}

/** Prints what a script prints instead of running, and exits. */
export function stop({text, exitCode}: {readonly text: string; readonly exitCode: number}): never {
	(exitCode === exitCodes.ok ? process.stdout : process.stderr).write(`${text.trimEnd()}\n`);
	process.exit(exitCode);
}
