// The process that owns the servers of a staged incident. It runs until its standard input ends, which happens when its
// parent process ends.
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {endWithParent, sayFailure, sayReady} from '../lifeline.js';
import {DemoFailure} from '../server-process.js';
import {stagedIncidents} from './all-incidents.js';
import {stagedNames} from './incident-names.js';
import {openStage, type Stage} from './stage.js';

/** How long the monitor shows the healthy deployment before the incident, in milliseconds. */
const calmMs = 5000;

const [serverBinary = 'redis-server', given = ''] = process.argv.slice(2);
let stage: Stage | undefined;

// The listener runs after an exception too. `destroy` is synchronous, as an exit listener must be.
process.on('exit', () => stage?.destroy());
endWithParent(end);

try {
	const name = stagedNames.find(staged => staged === given);
	if (name === undefined) {
		throw new DemoFailure(`${given} is no incident`);
	}

	stage = openStage(serverBinary);
	const play = await stagedIncidents[name].prepare(stage);
	const {servers, pids, directory} = stage;
	sayReady({addresses: servers.map(({address}) => address), pids, directory});
	await delay(calmMs);
	await play().catch(sayUnplayed);
} catch (error) {
	sayFailure(error);
}

/**
Sends the parent process the reason why the incident did not happen. The monitor prints the reason when it ends. The
servers keep running, because the monitor shows them already.
*/
function sayUnplayed(error: unknown): void {
	sayReady({failure: error instanceof Error ? error.message : String(error)});
}

function end(): void {
	if (stage === undefined) {
		process.exit(0);
	}

	void stage.end().finally(() => process.exit(0));
}
