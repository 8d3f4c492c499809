import process from 'node:process';
import {startSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {FindingCommand} from '../host/finding-command.js';
import {
	changeJson,
	changeText,
	findingChanges,
	type OpenFindings,
	openFindings,
} from '../report/check/finding-change.js';
import {lookAtHost} from './check.js';
import {allInterests, atLeast, untilPolled, writeOut} from './samples.js';

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
	const end = new AbortController();
	let exitCode = 0;
	const stop = (code: number) => {
		exitCode = code;
		end.abort();
	};

	process.once('SIGINT', () => stop(130));
	process.once('SIGTERM', () => stop(143));
	process.once('SIGHUP', () => stop(129));
	// Whoever reads has enough: that is no error.
	process.stdout.on('error', () => stop(0));
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
			const json = changeJson(change, atMs);
			await writeOut(`${config.format === 'json' ? json : changeText(change, atMs)}\n`);
			command?.add(json);
		}

		known = now;
		await systemClock.sleep(Math.min(lookEveryMs, config.intervalMs), end.signal);
	}

	command?.close();
	watch.store.flush();
	return exitCode;
}
