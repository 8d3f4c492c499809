import {execFile} from 'node:child_process';
import {sanitize} from '../text/sanitize.js';

export type CommandResult =
	| {readonly kind: 'done'; readonly text: string}
	| {readonly kind: 'failed'; readonly why: string}
	/** It was started and didn't end in time: what came of it is not known. */
	| {readonly kind: 'unknown'; readonly why: string};

/** `systemctl start` waits for the unit: a server that loads a large data set may be a while in coming, milliseconds. */
const commandTimeoutMs = 90_000;

const mostOutput = 100_000;

/**
Runs a program that changes something on this machine, once, by its arguments and never through a shell: no character of
a name can mean anything to anybody. It has no terminal, so nothing can be asked of it. Never rejects.

@param command The program and its arguments.
@param signal Ends the waiting, and the program.
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
