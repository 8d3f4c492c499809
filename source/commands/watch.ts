import process from 'node:process';
import {dismissGone} from '../app/dismiss-gone.js';
import {fitHeap, heapGrowth} from '../app/heap.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {FindingCommand} from '../host/finding-command.js';
import {KnownProcesses} from '../host/known-processes.js';
import {
	changeFormats,
	changeJson,
	findingChanges,
	type OpenFindings,
	openFindings,
} from '../report/check/finding-change.js';
import {gatherHostEvidence, type SeenStates} from './check.js';
import {closeRecording, openRecording, startRecordedSession} from './open-recording.js';
import {chosenFormat} from './output-formats.js';
import {atLeast, untilPolled} from './samples.js';
import {allInterests} from './sampling.js';
import {serveMetrics} from './serve-metrics.js';
import {stopOnSignal} from './stop-on-signal.js';
import {tellReceivers} from './tell-receivers.js';
import {writeOut} from './write-out.js';

/**
Longest time between two comparisons of the findings, in milliseconds. Each comparison is with the findings before.
Nodes are polled one after the other. If the findings were compared after each poll, one finding about several nodes
would be printed as several lines.
*/
const compareEveryMs = 1000;

/**
Shortest interval between two readings of the host evidence of all nodes, in milliseconds. One reading takes 20 ms of
processor time for each node. In the meantime, the evidence is read only for nodes whose state changed.
*/
const hostEveryMs = 15_000;

const complain = (text: string): void => {
	process.stderr.write(`redis-top: ${text}\n`);
};

/**
`redis-top watch`: prints a line for each finding that opens, changes or closes. It ends by a signal, or when the reader
closes the pipe; failing servers don't end it. Resolves with the exit code.
*/
export async function runWatch(config: Config): Promise<number> {
	const print = chosenFormat(changeFormats, config);
	const {file} = config.record;
	const recording = file === undefined ? undefined : await openRecording(file, config);
	if (typeof recording === 'number') {
		return recording;
	}

	const metrics = config.metrics === undefined ? undefined : await serveMetrics(config.metrics, config.ruleChoice);
	if (typeof metrics === 'number') {
		return metrics;
	}

	const end = stopOnSignal();
	process.stderr.on('error', () => undefined);
	const session = startRecordedSession(config, {signal: end.signal, isEveryNodeFocused: true}, recording);
	fitHeap(session.store, recording === undefined ? heapGrowth.watch : heapGrowth.record);
	const receivers = await tellReceivers(config, complain);
	metrics?.show(session, () => receivers?.states() ?? []);
	session.fleet.setInterests(allInterests);
	const {findingCommand: words} = config;
	const command = words === undefined ? undefined : new FindingCommand({words, complain});
	let known: OpenFindings = new Map();
	let hostReadAtMs = Number.NEGATIVE_INFINITY;
	let changedReadAtMs = Number.NEGATIVE_INFINITY;
	let states: SeenStates | undefined;
	const processes = new KnownProcesses();
	await untilPolled(session, atLeast(1), config.timeoutMs);
	while (!end.signal.aborted) {
		const elapsedMs = systemClock.elapsed();
		if (elapsedMs - hostReadAtMs >= Math.max(config.intervalMs, hostEveryMs)) {
			[hostReadAtMs, changedReadAtMs] = [elapsedMs, elapsedMs];
			states = await gatherHostEvidence(session, undefined, processes);
		} else if (elapsedMs - changedReadAtMs >= config.intervalMs) {
			changedReadAtMs = elapsedMs;
			states = await gatherHostEvidence(session, states, processes);
		}

		session.store.flush();
		const now = openFindings(session.store.get().findings, config.ruleChoice);
		const atMs = systemClock.now();
		dismissGone(session, atMs);
		receivers?.update(now, atMs);
		const changes = findingChanges(known, now);
		if (changes.length > 0) {
			await writeOut(`${print(changes, atMs)}\n`);
		}

		for (const change of changes) {
			command?.add(changeJson(change, atMs));
		}

		known = now;
		await systemClock.sleep(Math.min(compareEveryMs, config.intervalMs), end.signal);
	}

	command?.close();
	metrics?.close();
	await receivers?.close();
	session.store.flush();
	await closeRecording(recording);
	return end.exitCode();
}
