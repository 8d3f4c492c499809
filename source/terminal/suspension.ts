import process from 'node:process';

/**
Stops this process group as Ctrl-Z would, including npm and scripts that started it. Resolves after SIGCONT. The caller
must restore the terminal before. A process group without a parent shell ignores SIGTSTP, so SIGSTOP follows to stop at
least this process.
*/
export async function stopUntilContinued(): Promise<void> {
	await new Promise<void>(resolve => {
		process.once('SIGCONT', () => resolve());
		process.kill(0, 'SIGTSTP');
		process.kill(process.pid, 'SIGSTOP');
	});
}
