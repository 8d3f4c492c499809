import process from 'node:process';
import {fitHeap, heapGrowth} from '../app/heap.js';
import {startSession} from '../app/session.js';
import {recordActions, recorderFor} from '../app/session-recorder.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import {KnownProcesses} from '../host/known-processes.js';
import {RollingFolder} from '../record/rolling-folder.js';
import {gatherHostEvidence} from './check.js';
import {recordingProblem} from './recording-problem.js';
import {allInterests} from './sampling.js';
import {stopOnSignal} from './stop-on-signal.js';

/** Interval between two readings of the host evidence, in milliseconds, as in the monitor. */
const evidenceEveryMs = 15_000;
const stepMs = 500;

const complain = (text: string): void => {
	process.stderr.write(`redis-top: ${text}\n`);
};

/**
`redis-top record`: a rolling recording of every node, until a signal. Failing servers and a full disk don't end it.
Resolves with the exit code.
*/
export async function runRecord(config: Config): Promise<number> {
	const {folder: to = '', keep} = config.record;
	const own = recorderFor(config, systemClock);
	const folder = new RollingFolder({folder: to, keep, header: own.header, complain});
	try {
		await folder.prepare(systemClock.now());
	} catch (error) {
		return recordingProblem(error);
	}

	process.stderr.on('error', () => undefined);
	complain(`recording ${config.label} into ${folder.file}`);
	const end = stopOnSignal();
	const {recorder} = own;
	recorder.start(folder);
	const session = startSession(config, {signal: end.signal, isEveryNodeFocused: true, journal: recorder.journal});
	fitHeap(session.store, heapGrowth.record);
	recorder.watch(session.store);
	session.fleet.setInterests(allInterests);
	const [first] = session.fleet.addresses();
	session.fleet.setFocus(first);
	session.store.setFocus(first);
	recordActions(own, session.store, systemClock, end.signal);
	const processes = new KnownProcesses();
	let readAtMs = Number.NEGATIVE_INFINITY;
	while (!end.signal.aborted) {
		if (systemClock.elapsed() - readAtMs >= evidenceEveryMs && session.polls.size > 0) {
			readAtMs = systemClock.elapsed();
			await gatherHostEvidence(session, undefined, processes);
		}

		if (recorder.problem !== undefined) {
			complain(`a bug ended the recording: ${recorder.problem}`);
			end.stop(exitCodes.bug);
		}

		await systemClock.sleep(stepMs, end.signal);
	}

	session.store.flush();
	recorder.stop(folder);
	await folder.close();
	return end.exitCode();
}
