import process from 'node:process';
import {maskingFor} from '../app/masking.js';
import {type MonitorSession, startSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import type {NodeAddress} from '../domain/node.js';
import type {PollInterest} from '../poll/poll-demand.js';
import {snapshotJson} from '../report/snapshot/snapshot.js';
import {snapshotText} from '../report/snapshot/snapshot-text.js';
import {sampleText} from '../report/text/sample-text.js';
import type {MonitorState} from '../state/monitor-state.js';
import {chosenFormat, type Formats} from './output-formats.js';
import {stopOnSignal} from './stop-on-signal.js';

/** Everything a node can tell. */
export const allInterests: ReadonlySet<PollInterest> = new Set(['clients', 'histograms', 'slowlog', 'cluster']);

type StateFormats = Formats<[state: MonitorState, nowMs: number]>;

const snapshotFormats: StateFormats = {
	json: (state, nowMs) => snapshotJson(state, nowMs),
	text: snapshotText,
};

const sampleFormats: StateFormats = {
	text: sampleText,
	// A line a sample.
	json: (state, nowMs) => snapshotJson(state, nowMs, 0),
};

const isAnyReached = ({store}: MonitorSession): boolean =>
	[...store.get().nodes.values()].some(({sample}) => sample !== undefined);

type Enough = (address: NodeAddress, polls: number) => boolean;

export const atLeast =
	(times: number): Enough =>
	(_, polls) =>
		polls >= times;

/** Until every node, those found on the way too, was polled often enough; at most for `deadlineMs`. */
export async function untilPolled({fleet, polls}: MonitorSession, isEnough: Enough, deadlineMs: number): Promise<void> {
	const startedMs = systemClock.elapsed();
	const isDone = () =>
		!fleet.isListening && fleet.addresses().every(address => isEnough(address, polls.get(address) ?? 0));
	while (!isDone() && systemClock.elapsed() - startedMs < deadlineMs) {
		await systemClock.sleep(20);
	}
}

/** So many more polls are waited for while a cluster's nodes contradict each other. */
const extraPolls = 3;

/**
Owners that contradict each other count as a split only when both were asked again; until then it may be one look from
before a failover and one from after it. Waits for that, some polls long at most.
*/
export async function untilSettled(watch: MonitorSession, intervalMs: number): Promise<void> {
	const isUnsettled = () => watch.store.get().cluster?.verdicts.some(({kind}) => kind === 'converging') === true;
	for (let extra = 0; extra < extraPolls && isUnsettled(); extra++) {
		const seen = new Map(watch.polls);
		await untilPolled(watch, (address, polls) => polls > (seen.get(address) ?? 0), 2 * intervalMs);
		watch.store.flush();
	}
}

/** `redis-top snapshot`: one sample of every node, with rates from two. Resolves with the exit code. */
export async function runSnapshot(config: Config): Promise<number> {
	const print = chosenFormat(snapshotFormats, config);
	const end = new AbortController();
	const watch = startSession(config, {signal: end.signal, isEveryNodeFocused: true, tracking: 'once'});
	watch.fleet.setInterests(allInterests);
	await untilPolled(watch, atLeast(2), 3 * config.intervalMs + 2 * config.timeoutMs);
	watch.store.flush();
	await untilSettled(watch, config.intervalMs);
	end.abort();
	const state = maskingFor(config).state(watch.store.get());
	await writeOut(`${print(state, systemClock.now())}\n`);
	return isAnyReached(watch) ? 0 : exitCodes.unreachable;
}

/**
The monitor without a terminal: one text sample an interval, without escapes, until a signal or until nobody reads.
Resolves with the exit code: 69 when nothing could be reached to begin with.
*/
export async function runSamples(config: Config): Promise<number> {
	const print = chosenFormat(sampleFormats, config);
	const end = stopOnSignal();
	const watch = startSession(config, {signal: end.signal, isEveryNodeFocused: true});
	watch.fleet.setInterests(allInterests);
	const masking = maskingFor(config);
	await untilPolled(watch, atLeast(2), 2 * config.intervalMs + config.timeoutMs);
	while (!end.signal.aborted) {
		// What came since the last state was published belongs into this sample, the first answer above all.
		watch.store.flush();
		const state = masking.state(watch.store.get());
		const nowMs = systemClock.now();
		await writeOut(`${print(state, nowMs)}\n`);
		if (!isAnyReached(watch)) {
			end.stop(exitCodes.unreachable);
		}

		await systemClock.sleep(config.intervalMs, end.signal);
	}

	watch.store.flush();
	return end.exitCode();
}

/** Resolves when the reader took it: a slow pipe makes us wait, not grow. */
export async function writeOut(text: string): Promise<void> {
	await new Promise<void>(resolve => {
		process.stdout.write(text, () => resolve());
	});
}
