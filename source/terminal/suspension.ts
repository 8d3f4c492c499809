import process from 'node:process';

/**
Stops this process group as Ctrl-Z would, including npm and scripts that started it, and resolves after SIGCONT. The
terminal must be restored before. SIGSTOP stops this process itself, because a group without a parent shell ignores SIGTSTP.
*/
export async function stopUntilContinued(): Promise<void> {
	await new Promise<void>(resolve => {
		process.once('SIGCONT', () => resolve());
		process.kill(0, 'SIGTSTP');
		process.kill(process.pid, 'SIGSTOP');
	});
}
