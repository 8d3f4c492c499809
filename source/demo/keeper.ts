// The process that owns the demo's servers and its load. It lives as long as its standard input: whichever way the
// monitor ends, the kernel closes that pipe, and nothing of the demo is left.
import process from 'node:process';
import {type Deployment, startDeployment} from './deployment.js';
import {startLoad} from './load.js';

const [serverBinary = 'redis-server'] = process.argv.slice(2);
let deployment: Deployment | undefined;

// Also on an exception: the cleaning is synchronous and the last thing that happens.
process.on('exit', () => deployment?.destroy());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
	process.on(signal, end);
}

for (const event of ['end', 'close', 'error']) {
	process.stdin.on(event, end);
}

process.stdin.resume();
// Nobody may read the line any more.
process.stdout.on('error', () => {});

try {
	const {primaryPort, replicaPorts, pids, directory} = await startDeployment(serverBinary, started => {
		deployment = started;
	});
	await startLoad(primaryPort, replicaPorts);
	say({primaryPort, replicaPorts, pids, directory});
} catch (error) {
	say({failure: error instanceof Error ? error.message : String(error)});
	process.stdout.end(() => process.exit(1));
}

function end(): void {
	if (deployment === undefined) {
		process.exit(0);
	}

	void deployment.end().finally(() => process.exit(0));
}

/** One line, the only one. */
function say(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}
