import {type MonitorSession, startSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {checkOf} from '../report/check/check.js';
import {checkFormats} from '../report/check/check-text.js';
import {chosenFormat} from './output-formats.js';
import {allInterests, atLeast, untilPolled, untilSettled, writeOut} from './samples.js';

/** Rates need two samples, percentiles two histograms. */
const pollsNeeded = 2;

/** Gathers this machine's evidence about the nodes that run on it. */
export async function gatherHostEvidence({store}: MonitorSession): Promise<void> {
	await Promise.all(
		[...store.get().nodes.values()].map(async ({address, endpoint, sample, config, host}) => {
			const nowMs = systemClock.now();
			const evidence = await gatherEvidence({
				endpoint,
				info: sample?.info,
				infoAtMs: sample?.atMs,
				config: config?.value,
				before: host,
				nowMs,
			});
			store.ingestHost(address, evidence, nowMs);
		}),
	);
}

/** Refused credentials are tried again only after 15 s, so the command doesn't wait for them. */
const isRefused = ({store}: MonitorSession, address: NodeAddress): boolean =>
	store.get().nodes.get(address)?.failure?.layer === 'auth';

/** Samples beyond the first two may take as long, milliseconds: the time that `check` waits for a condition to be confirmed. */
const confirmationMs = 6000;

/** Takes samples while a condition worse than info is seen that another sample may confirm: the monitor would wait as well. */
async function untilConfirmed(watch: MonitorSession, intervalMs: number): Promise<void> {
	const {store, polls} = watch;
	const endMs = systemClock.elapsed() + confirmationMs;
	const isAwaited = (address: NodeAddress) => !isRefused(watch, address);
	while (store.isUnconfirmed(isAwaited) && systemClock.elapsed() < endMs) {
		const seen = new Map(polls);
		const isNext = (address: NodeAddress, count: number) => count > (seen.get(address) ?? 0) || !isAwaited(address);
		await untilPolled(watch, isNext, Math.min(2 * intervalMs, endMs - systemClock.elapsed()));
		await systemClock.sleep(20);
		store.flush();
	}
}

/**
`redis-top check`: every rule over two samples of every node, an interval (a second) apart, and over more where something
is wrong that another sample may confirm. Resolves with the exit code.
*/
export async function runCheck(config: Config): Promise<number> {
	const print = chosenFormat(checkFormats, config);
	const end = new AbortController();
	const session = startSession(config, {signal: end.signal, isEveryNodeFocused: true, tracking: 'confirm'});
	session.fleet.setInterests(allInterests);
	const deadlineMs = systemClock.elapsed() + (pollsNeeded + 1) * config.intervalMs + 2 * config.timeoutMs;
	await untilPolled(session, atLeast(1), config.intervalMs + config.timeoutMs);
	session.store.flush();
	await gatherHostEvidence(session);
	// The rules need one more poll after the host's evidence.
	const seen = new Map(session.polls);
	const isEnough = (address: NodeAddress, polls: number) =>
		polls >= Math.max(pollsNeeded, (seen.get(address) ?? 0) + 1) || isRefused(session, address);
	await untilPolled(session, isEnough, deadlineMs - systemClock.elapsed());
	session.store.flush();
	await untilSettled(session, config.intervalMs);
	await untilConfirmed(session, config.intervalMs);
	session.store.conclude();
	end.abort();
	const check = checkOf(session.store.get(), systemClock.now(), config.ruleChoice);
	await writeOut(`${print(check)}\n`);
	return check.exitCode;
}
