// The process that owns the demo's servers and their load. It runs until its standard input ends, which is a pipe from
// the monitor. The kernel closes this pipe however the monitor ends, so the demo is always removed.
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
