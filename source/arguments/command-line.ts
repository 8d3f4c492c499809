import process from 'node:process';
import {exitCodes} from '../domain/exit-codes.js';
import {sanitize} from '../text/sanitize.js';
import {type Given, readArguments} from './argv.js';
import {completionScript, shells} from './completion.js';
import {printedHelp} from './printed-help.js';
import {version} from './version.js';

/** What the command line asks for. For `print` and `stop` no other part of the program is loaded. */
export type CommandLine =
	| Given
	/** A text for stdout, without the line break at its end. The exit code is 0. */
	| {readonly kind: 'print'; readonly text: string}
	/** Lines for stderr, and the exit code. */
	| {readonly kind: 'stop'; readonly exitCode: typeof exitCodes.usage; readonly lines: readonly string[]};

/**
Reads the command line. First it hides the arguments from the process list, because they may contain a password.

@param argv The arguments after the program's name.
*/
export function readCommandLine(argv: readonly string[]): CommandLine {
	process.title = 'redis-top';
	const given = readArguments(argv);
	switch (given.kind) {
		case 'help': {
			return {kind: 'print', text: printedHelp};
		}

		case 'version': {
			return {kind: 'print', text: `redis-top ${version}`};
		}

		case 'misused': {
			return misused(given.problem);
		}

		case 'given': {
			return given.flags.completion === undefined ? given : completion(given.flags.completion);
		}
	}
}

function completion(shell: string): CommandLine {
	const text = completionScript(shell);
	return text === undefined
		? misused(`--completion ${sanitize(shell)}: is unknown; write one of ${shells.join(', ')}`)
		: {kind: 'print', text};
}

const misused = (problem: string): CommandLine => ({
	kind: 'stop',
	exitCode: exitCodes.usage,
	lines: [`redis-top: ${sanitize(problem)}`],
});
