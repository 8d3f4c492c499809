import {accessSync, constants} from 'node:fs';
import process from 'node:process';
import {isLookingUp} from '../wire/name-lookup.js';

/**
Ends the process now. At its exit Node waits for the thread of a lookup, which a name server that does not answer holds for
seconds. So the process is then replaced by a shell that only exits.
*/
export function endNow(exitCode: number): never {
	if (isLookingUp() && process.execve !== undefined && process.listenerCount('exit') === 0 && isExecutable(shell)) {
		process.execve(shell, ['sh', '-c', `exit ${exitCode}`]);
	}

	process.exit(exitCode);
}

const shell = '/bin/sh';

/** Node aborts where it cannot replace the process. */
function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/**
Ends the process in the next turn of the event loop. Returns the exit code. Without this function, Node waits for the
last timers and then frees the heap. After `check`, that takes 5 ms. All output and all files must be written before.

Before the next turn, the handler of a closed pipe can end the process with its own exit code (`closed-pipe.ts`).
*/
export function endAtOnce(exitCode: number): number {
	setImmediate(() => endNow(exitCode));
	return exitCode;
}
