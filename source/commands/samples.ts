import process from 'node:process';
import {fitHeap, heapGrowth} from '../app/heap.js';
import {maskingFor} from '../app/masking.js';
import type {MonitorSession} from '../app/session.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import type {NodeAddress} from '../domain/node.js';
import {snapshotFormats} from '../report/snapshot/snapshot-text.js';
import {sampleFormats} from '../report/text/sample-text.js';
import {wrappedCells} from '../report/text/wrapped-cells.js';
import {endAtOnce} from './end-at-once.js';
import {closeRecording, openRecording, startRecordedSession} from './open-recording.js';
import {chosenFormat} from './output-formats.js';
import {allInterests, type Sampling} from './sampling.js';
import {stopOnSignal} from './stop-on-signal.js';
import {writeOut} from './write-out.js';

const isAnyReached = ({store}: MonitorSession): boolean =>
	[...store.get().nodes.values()].some(({sample}) => sample !== undefined);

type Enough = (address: NodeAddress, polls: number) => boolean;

export const atLeast =
	(times: number): Enough =>
	(_, polls) =>
		polls >= times;

/**
Waits until every node, including discovered nodes, was polled often enough. It waits for `deadlineMs` milliseconds at
most.
*/
export async function untilPolled(
	{fleet, polls, nextPoll}: MonitorSession,
	isEnough: Enough,
	deadlineMs: number,
): Promise<void> {
	const startedMs = systemClock.elapsed();
	const isDone = () =>
		!fleet.isListening && fleet.addresses().every(address => isEnough(address, polls.get(address) ?? 0));
	while (!isDone() && systemClock.elapsed() - startedMs < deadlineMs) {
		// A Sentinel may name its last node, or the time may be over, without a new poll. The loop therefore also checks
		// every 20 ms.
		const look = new AbortController();
		await Promise.race([nextPoll(), systemClock.sleep(20, look.signal)]);
		look.abort();
	}
}

/** Does one look after the other. No look begins after `longestMs`; one that has begun is waited for. */
export async function inTime(longestMs: number, looks: ReadonlyArray<() => Promise<void>>): Promise<void> {
	const endMs = systemClock.elapsed() + longestMs;
	for (const look of looks) {
		if (systemClock.elapsed() < endMs) {
			await look();
		}
	}
}

/** Number of further polls to wait for while the nodes of a cluster contradict each other. */
const extraPolls = 3;

/**
Waits until cluster views that contradict each other agree, for `extraPolls` polls at most. Two owners of a slot count
as a split only after both were polled again. Otherwise one view may be from before a failover, and the other view from
after it.
*/
export async function untilSettled(session: MonitorSession, intervalMs: number): Promise<void> {
	const isUnsettled = () => session.store.get().cluster?.verdicts.some(({kind}) => kind === 'converging') === true;
	for (let extra = 0; extra < extraPolls && isUnsettled(); extra++) {
		const seen = new Map(session.polls);
		await untilPolled(session, (address, polls) => polls > (seen.get(address) ?? 0), 2 * intervalMs);
		session.store.flush();
	}
}

/** `redis-top snapshot`: prints one sample of every node, with rates from two samples. Resolves with the exit code. */
export async function runSnapshot(config: Config, {polling, end}: Sampling): Promise<number> {
	const print = chosenFormat(snapshotFormats, config);
	const {file} = config.record;
	const recording = file === undefined ? undefined : await openRecording(file, config);
	if (typeof recording === 'number') {
		return endAtOnce(recording);
	}

	const options = {signal: end.signal, isEveryNodeFocused: true, tracking: 'once'} as const;
	const session = startRecordedSession(config, options, recording, polling);
	// The growth of watched keys needs one more poll, because their types are read first.
	const polls = config.watchedKeys.length > 0 ? 3 : 2;
	await untilPolled(session, atLeast(polls), (polls + 1) * config.intervalMs + 2 * config.timeoutMs);
	session.store.flush();
	await untilSettled(session, config.intervalMs);
	end.abort();
	await closeRecording(recording);
	const state = maskingFor(config).state(session.store.get());
	await writeOut(`${print(state, systemClock.now())}\n`);
	await session.nodesKept();
	return endAtOnce(isAnyReached(session) ? exitCodes.ok : exitCodes.unreachable);
}

/**
The monitor without a terminal. It prints one text sample for each interval, without escape sequences. It ends by a
signal, or when the reader closes the pipe. Resolves with the exit code, which is 69 when no node was reached at the
start.
*/
export async function runSamples(config: Config): Promise<number> {
	const print = chosenFormat(sampleFormats, config);
	const {file} = config.record;
	const recording = file === undefined ? undefined : await openRecording(file, config);
	if (typeof recording === 'number') {
		return recording;
	}

	const end = stopOnSignal();
	const session = startRecordedSession(config, {signal: end.signal, isEveryNodeFocused: true}, recording);
	fitHeap(session.store, heapGrowth.watch);
	session.fleet.setInterests(allInterests);
	const masking = maskingFor(config);
	await untilPolled(session, atLeast(2), 2 * config.intervalMs + config.timeoutMs);
	while (!end.signal.aborted) {
		// Publishes what arrived since the last state, so that this sample contains it.
		session.store.flush();
		const state = masking.state(session.store.get());
		const nowMs = systemClock.now();
		const sample = print(state, nowMs);
		const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
		await writeOut(
			`${columns === undefined || (config.format ?? 'text') !== 'text' ? sample : wrappedCells(sample, columns)}\n`,
		);
		if (!isAnyReached(session)) {
			end.stop(exitCodes.unreachable);
		}

		await systemClock.sleep(config.intervalMs, end.signal);
	}

	session.store.flush();
	await closeRecording(recording);
	return end.exitCode();
}
