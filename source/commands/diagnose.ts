import process from 'node:process';
import type {Config} from '../config/config.js';
import {climb} from '../diagnose/climb.js';
import {gatherLadder} from '../diagnose/gather-ladder.js';
import {systemClock} from '../domain/clock.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {diagnoseExitCode, diagnoseJson} from '../report/text/diagnose-json.js';
import {diagnoseText} from '../report/text/diagnose-text.js';
import {openPort} from '../wire/ioredis-port.js';

/** `redis-top diagnose`: climbs the ladder to every target and says what came of it. Resolves with the exit code. */
export async function runDiagnose(config: Config): Promise<number> {
	const ladders = await Promise.all(
		config.targets.map(async settings =>
			climb(await gatherLadder({settings, clock: systemClock, openPort, gatherEvidence})),
		),
	);
	const text = config.format === 'json' ? diagnoseJson(ladders, systemClock.now()) : diagnoseText(ladders);
	await new Promise<void>(resolve => {
		process.stdout.write(`${text}\n`, () => resolve());
	});
	return diagnoseExitCode(ladders);
}
