// The process that owns the demo's servers and its load. It lives as long as its standard input: whichever way the
// monitor ends, the kernel closes that pipe, and nothing of the demo is left.
import process from 'node:process';
import {type Deployment, startDeployment} from './deployment.js';
import {endWithParent, sayFailure, sayReady} from './lifeline.js';
import {startLoad} from './load.js';

const [serverBinary = 'redis-server'] = process.argv.slice(2);
let deployment: Deployment | undefined;

// Also on an exception: the cleaning is synchronous and the last thing that happens.
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
