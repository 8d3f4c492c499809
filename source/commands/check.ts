import {type MonitorSession, startSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {checkOf} from '../report/check/check.js';
import {checkFormats} from '../report/check/check-text.js';
import {chosenFormat} from './output-formats.js';
import {allInterests, atLeast, untilPolled, untilSettled, writeOut} from './samples.js';

/** Two samples make a rate, and two histograms percentiles. */
const pollsNeeded = 2;

/** What this machine shows of the nodes that run on it. */
export async function lookAtHost({store}: MonitorSession): Promise<void> {
	await Promise.all(
		[...store.get().nodes.values()].map(async ({address, endpoint, sample, config}) => {
			const nowMs = systemClock.now();
			store.ingestHost(address, await gatherEvidence({endpoint, info: sample?.info, config: config?.value, nowMs}));
		}),
	);
}

/** Refused credentials are not tried again so soon: there is nothing to wait for. */
const isTurnedAway = ({store}: MonitorSession, address: NodeAddress): boolean =>
	store.get().nodes.get(address)?.failure?.layer === 'auth';

/** `redis-top check`: every rule over two samples of every node, an interval (a second) apart. Resolves with the exit code. */
export async function runCheck(config: Config): Promise<number> {
	const print = chosenFormat(checkFormats, config);
	const end = new AbortController();
	const watch = startSession(config, {signal: end.signal, isEveryNodeFocused: true, tracking: 'once'});
	watch.fleet.setInterests(allInterests);
	const deadlineMs = systemClock.elapsed() + (pollsNeeded + 1) * config.intervalMs + 2 * config.timeoutMs;
	await untilPolled(watch, atLeast(1), config.intervalMs + config.timeoutMs);
	watch.store.flush();
	await lookAtHost(watch);
	// Judged with what the host shows, however long that took.
	const seen = new Map(watch.polls);
	const isEnough = (address: NodeAddress, polls: number) =>
		polls >= Math.max(pollsNeeded, (seen.get(address) ?? 0) + 1) || isTurnedAway(watch, address);
	await untilPolled(watch, isEnough, deadlineMs - systemClock.elapsed());
	watch.store.flush();
	await untilSettled(watch, config.intervalMs);
	end.abort();
	const check = checkOf(watch.store.get(), systemClock.now(), config.ruleChoice);
	await writeOut(`${print(check)}\n`);
	return check.exitCode;
}
