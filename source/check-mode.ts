import type {Config} from './config.js';
import {systemClock} from './domain/clock.js';
import {gatherEvidence} from './host/gather-evidence.js';
import {checkOf} from './report/check.js';
import {checkText} from './report/check-text.js';
import {allInterests, untilPolled, writeOut} from './samples.js';
import {startWatch, type Watch} from './watch.js';

/**
Two samples make a rate. The third is for the percentiles: the first INFO tells which commands to ask a histogram of, and
only two histograms say anything.
*/
const pollsNeeded = 3;

/** What this machine shows of the nodes that run on it. */
export async function lookAtHost({store}: Watch): Promise<void> {
	await Promise.all(
		[...store.get().nodes.values()].map(async ({address, endpoint, sample, config}) => {
			const nowMs = systemClock.now();
			store.ingestHost(address, await gatherEvidence({endpoint, info: sample?.info, config: config?.value, nowMs}));
		}),
	);
}

/** `redis-top check`: every rule over a few samples of every node, an interval apart. Resolves with the exit code. */
export async function runCheck(config: Config): Promise<number> {
	const end = new AbortController();
	const watch = startWatch(config, {signal: end.signal, isEveryNodeFocused: true, tracking: 'once'});
	watch.fleet.setInterests(allInterests);
	const deadlineMs = systemClock.elapsed() + (pollsNeeded + 1) * config.intervalMs + 2 * config.timeoutMs;
	await untilPolled(watch, 1, config.intervalMs + config.timeoutMs);
	watch.store.flush();
	await lookAtHost(watch);
	await untilPolled(watch, pollsNeeded, deadlineMs - systemClock.elapsed());
	watch.store.flush();
	end.abort();
	const check = checkOf(watch.store.get(), systemClock.now(), config.ruleChoice);
	await writeOut(`${config.format === 'json' ? JSON.stringify(check, undefined, 2) : checkText(check)}\n`);
	return check.exitCode;
}
