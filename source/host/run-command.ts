import {execFile} from 'node:child_process';
import {sanitize} from '../text/sanitize.js';

export type CommandResult =
	| {readonly kind: 'done'; readonly text: string}
	| {readonly kind: 'failed'; readonly why: string}
	/** The program was started but stopped before it finished, so its effect is unknown. */
	| {readonly kind: 'unknown'; readonly why: string};

/**
Longest run of the program, milliseconds. `systemctl start` waits for the unit, and loading a large data set takes
long.
*/
const commandTimeoutMs = 90_000;

const mostOutput = 100_000;

/**
Runs a program that changes something on this machine. The program gets its arguments without a shell, so no character
has a special meaning. It has no terminal and cannot ask questions. Never rejects.

@param command The program and its arguments.
@param signal Ends the program and the waiting.
*/
export function runCommand([file = '', ...args]: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
	return new Promise(resolve => {
		const options = {timeout: commandTimeoutMs, maxBuffer: mostOutput, shell: false, ...(signal && {signal})};
		const child = execFile(file, args, options, (error, stdout, stderr) => {
			const [words = ''] = (stderr.trim() || stdout.trim()).split('\n');
			if (error === null) {
				resolve({kind: 'done', text: sanitize(words)});
			} else if (error.killed === true || error.name === 'AbortError') {
				resolve({kind: 'unknown', why: `${file} did not end in time`});
			} else {
				const why = error.code === 'ENOENT' ? `${file} is not installed here` : words || error.message;
				resolve({kind: 'failed', why: sanitize(why)});
			}
		});
		child.stdin?.end();
	});
}
