import process from 'node:process';
import {exitCodes} from '../domain/exit-codes.js';

/** Exit code of a process that SIGPIPE (13) ended. Node ignores that signal, and a write fails with EPIPE instead. */
const closedPipeExitCode = 128 + 13;

/**
Ends the program without a message when nobody reads its output. A command with its own error listener on the stream
handles the closed pipe itself. After another write error, such as a full disk, the program prints one line and ends.
*/
export function endOnClosedPipe(): void {
	for (const [stream, name] of [
		[process.stdout, 'output'],
		[process.stderr, 'error output'],
	] as const) {
		stream.on('error', (error: NodeJS.ErrnoException) => {
			if (stream.listenerCount('error') > 1) {
				return;
			}

			if (error.code === 'EPIPE' || error.code === 'ECONNRESET') {
				process.exit(closedPipeExitCode);
			}

			process.stderr.write(`redis-top: its ${name} can't be written: ${error.code ?? error.message}\n`);
			process.exit(exitCodes.noPermission);
		});
	}
}
