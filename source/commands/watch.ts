import process from 'node:process';
import {startSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {FindingCommand} from '../host/finding-command.js';
import {
	changeFormats,
	changeJson,
	findingChanges,
	type OpenFindings,
	openFindings,
} from '../report/check/finding-change.js';
import {lookAtHost} from './check.js';
import {chosenFormat} from './output-formats.js';
import {allInterests, atLeast, untilPolled, writeOut} from './samples.js';
import {stopOnSignal} from './stop-on-signal.js';

/** How often findings are looked at, milliseconds: what a poll brought is said soon after. */
const lookEveryMs = 250;

const complain = (text: string): void => {
	process.stderr.write(`redis-top: ${text}\n`);
};

/**
`redis-top watch`: a line for each finding that opens, changes or closes, until a signal or until nobody reads. Whatever
happens to the servers, it goes on. Resolves with the exit code.
*/
export async function runWatch(config: Config): Promise<number> {
	const print = chosenFormat(changeFormats, config);
	const end = stopOnSignal();
	process.stderr.on('error', () => undefined);
	const watch = startSession(config, {signal: end.signal, isEveryNodeFocused: true});
	watch.fleet.setInterests(allInterests);
	const {findingCommand: words} = config;
	const command = words === undefined ? undefined : new FindingCommand({words, complain});
	let known: OpenFindings = new Map();
	let lookedAtHostMs = Number.NEGATIVE_INFINITY;
	await untilPolled(watch, atLeast(1), config.timeoutMs);
	while (!end.signal.aborted) {
		if (systemClock.elapsed() - lookedAtHostMs >= config.intervalMs) {
			lookedAtHostMs = systemClock.elapsed();
			await lookAtHost(watch);
		}

		watch.store.flush();
		const now = openFindings(watch.store.get().findings, config.ruleChoice);
		const atMs = systemClock.now();
		for (const change of findingChanges(known, now)) {
			await writeOut(`${print(change, atMs)}\n`);
			command?.add(changeJson(change, atMs));
		}

		known = now;
		await systemClock.sleep(Math.min(lookEveryMs, config.intervalMs), end.signal);
	}

	command?.close();
	watch.store.flush();
	return end.exitCode();
}
