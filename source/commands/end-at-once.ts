import process from 'node:process';

/**
Ends the process in the next turn of the event loop. Returns the exit code. Without this function, Node waits for the
last timers and then frees the heap. After `check`, that takes 5 ms. All output and all files must be written before.

Before the next turn, the handler of a closed pipe can end the process with its own exit code (`closed-pipe.ts`).
*/
export function endAtOnce(exitCode: number): number {
	setImmediate(() => process.exit(exitCode));
	return exitCode;
}
