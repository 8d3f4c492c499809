import process from 'node:process';
import {recalled} from '../app/topology-keeper.js';
import type {Config} from '../config/config.js';
import {climb} from '../diagnose/climb.js';
import {gatherLadder} from '../diagnose/gather-ladder.js';
import {systemClock} from '../domain/clock.js';
import {addressOf} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {diagnoseExitCode} from '../report/text/diagnose-json.js';
import {diagnoseFormats} from '../report/text/diagnose-text.js';
import {openPort} from '../wire/ioredis-port.js';
import {addressesOf} from '../wire/name-lookup.js';
import {endAtOnce} from './end-at-once.js';
import {chosenFormat} from './output-formats.js';

/**
`redis-top diagnose`: tests the connection to every target step by step, and prints the result. Resolves with the exit
code.
*/
export async function runDiagnose(config: Config): Promise<number> {
	const print = chosenFormat(diagnoseFormats, config);
	const places = recalled(config)?.places;
	const ladders = await Promise.all(
		config.targets.map(async settings =>
			climb(
				await gatherLadder({
					settings,
					clock: systemClock,
					openPort,
					gatherEvidence: request =>
						gatherEvidence({...request, lookUp: addressesOf, remembered: places?.get(addressOf(settings.endpoint))}),
				}),
			),
		),
	);
	await new Promise<void>(resolve => {
		process.stdout.write(`${print(ladders, systemClock.now())}\n`, () => resolve());
	});
	return endAtOnce(diagnoseExitCode(ladders));
}
