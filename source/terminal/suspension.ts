import process from 'node:process';

/**
Stops this process group as Ctrl-Z would (npm and scripts above us included) and resolves when it runs again. The
terminal must be handed back before. SIGSTOP is what stops ourselves: a group without a parent shell ignores SIGTSTP.
*/
export async function stopUntilContinued(): Promise<void> {
	await new Promise<void>(resolve => {
		process.once('SIGCONT', () => resolve());
		process.kill(0, 'SIGTSTP');
		process.kill(process.pid, 'SIGSTOP');
	});
}
