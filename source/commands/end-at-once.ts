import process from 'node:process';

/**
Ends the process in the next turn of the event loop. Returns the exit code. Without it, Node waits for the last timers and
then takes the heap apart. That is 5 ms after `check`. All output and all files must be written before.

The turn lets a closed pipe set its exit code first (`closed-pipe.ts`).
*/
export function endAtOnce(exitCode: number): number {
	setImmediate(() => process.exit(exitCode));
	return exitCode;
}
