import process from 'node:process';
import {readCommandLine} from '../arguments/command-line.js';
import {endOnClosedPipe} from './closed-pipe.js';
import {loadMain} from './load-main.js';

/**
Runs redis-top. Resolves with the exit code. Help, version, completion and usage errors need only the command line. No
other part of the program is loaded for them, and they take 1.5 times as long as bare Node.

@param argv The arguments after the program's name.
*/
export async function start(
	argv: readonly string[],
	environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
	endOnClosedPipe();
	const line = readCommandLine(argv);
	switch (line.kind) {
		case 'print': {
			process.stdout.write(`${line.text}\n`);
			return 0;
		}

		case 'stop': {
			process.stderr.write(line.lines.map(text => `${text}\n`).join(''));
			return line.exitCode;
		}

		case 'given': {
			const {main} = await loadMain(line, environment);
			return main(line, environment);
		}
	}
}
