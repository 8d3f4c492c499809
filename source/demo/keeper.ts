// The process that owns the demo's servers and their load. Its standard input is a pipe from the monitor, and it runs
// until this pipe is closed. The kernel closes the pipe however the monitor ends, so the demo is always removed.
import process from 'node:process';
import {type Deployment, startDeployment} from './deployment.js';
import {endWithParent, sayFailure, sayReady} from './lifeline.js';
import {startLoad} from './load.js';

const [serverBinary = 'redis-server'] = process.argv.slice(2);
let deployment: Deployment | undefined;

// The listener runs after an exception too. `destroy` is synchronous, as an exit listener must be.
process.on('exit', () => deployment?.destroy());
endWithParent(end);

try {
	const {primaryPort, replicaPorts, pids, directory} = await startDeployment(serverBinary, started => {
		deployment = started;
	});
	await startLoad(primaryPort, replicaPorts);
	sayReady({primaryPort, replicaPorts, pids, directory});
} catch (error) {
	sayFailure(error);
}

function end(): void {
	if (deployment === undefined) {
		process.exit(0);
	}

	void deployment.end().finally(() => process.exit(0));
}
