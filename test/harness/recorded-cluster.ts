import {writeFileSync} from 'node:fs';
import {type EntryMask, Recorder} from '../../source/app/recorder.js';
import {applyFleetEvent} from '../../source/app/session.js';
import {newCluster} from '../../source/demo/simulated/cluster.js';
import type {Programme} from '../../source/demo/simulated/incident-names.js';
import {incidentsOf, roundOf} from '../../source/demo/simulated/play.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {Fleet} from '../../source/poll/fleet.js';
import {headerLine, type RecordingHeader, recordingSchema} from '../../source/record/recording-header.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {MonitorStore} from '../../source/state/monitor-store.js';
import type {RunLater} from '../../source/state/publish-timer.js';
import {simulatedPorts} from '../soak/simulated-port.js';
import {FakeClock} from './fake-clock.js';
import {settingsOf} from './fake-port.js';

const usualPort = 21_000;
const intervalMs = 1000;

export const unmasked: EntryMask = {entry: entry => entry, change: change => change, finding: finding => finding};

export const testHeader = (parts: Partial<RecordingHeader> = {}): RecordingHeader => ({
	schema: recordingSchema,
	version: '0.0.0',
	target: `127.0.0.1:${usualPort}`,
	began: '2026-11-23T14:00:00.000Z',
	session: 'one',
	masked: [],
	intervalMs,
	isInsecure: false,
	...parts,
});

export type RecordedClusterOptions = {
	readonly seconds: number;
	readonly programme?: Programme;
	readonly mask?: EntryMask;
	readonly header?: Partial<RecordingHeader>;
	readonly startMs?: number;
	/** The port of the first node. The ports of the other five nodes follow it. */
	readonly firstPort?: number;
	/** Is called with the live state after each second. The state is published only for this function. */
	readonly onSecond?: (state: MonitorState, nowMs: number) => void;
};

/**
Monitors and records a simulated cluster on a clock that is moved by hand. Resolves with the bytes of the recording.
*/
export async function recordCluster(options: RecordedClusterOptions): Promise<Buffer> {
	const {seconds, programme = 'none', mask = unmasked, header, startMs, firstPort = usualPort, onSecond} = options;
	const ports = [0, 1, 2, 3, 4, 5].map(index => firstPort + index);
	const clock = new FakeClock(startMs);
	const end = new AbortController();
	const cluster = newCluster(ports, clock.now(), 3000);
	const target = `127.0.0.1:${ports[0]}`;
	const frames: Buffer[] = [headerLine(testHeader(header))];
	const recorder = new Recorder(clock, mask);
	let lastReference: Buffer | undefined;
	recorder.start({
		write: ({bytes, reference}) => {
			frames.push(...(reference !== undefined && reference !== lastReference ? [reference] : []), bytes);
			lastReference = reference ?? lastReference;
		},
	});
	const store = new MonitorStore({
		target,
		isInsecure: false,
		intervalMs,
		clock,
		journal: recorder.journal,
		runLater: laterOn(clock),
	});
	recorder.watch(store);
	const fleet = new Fleet({
		targets: [settingsOf(target)],
		openPort: simulatedPorts(cluster, clock),
		clock,
		signal: end.signal,
		intervalMs,
		asksEarlier: true,
		report: event => applyFleetEvent(store, event, {}),
	});
	fleet.setInterests(new Set(['clients', 'slowlog', 'histograms', 'cluster']));
	fleet.start();
	fleet.setFocus(target as NodeAddress);
	store.setFocus(target as NodeAddress);
	const acts = roundOf(cluster, incidentsOf(programme)).toSorted((one, other) => one.atMs - other.atMs);
	for (let second = 0; second < seconds; second++) {
		await clock.advance(intervalMs);
		for (const {atMs, act} of acts) {
			if (atMs > second * intervalMs && atMs <= (second + 1) * intervalMs) {
				act?.(cluster, clock.now());
			}
		}

		if (onSecond !== undefined) {
			store.flush();
			onSecond(store.get(), clock.now());
		}
	}

	end.abort();
	recorder.flush();
	return Buffer.concat(frames);
}

const laterOn =
	(clock: FakeClock): RunLater =>
	(run, waitMs) => {
		const end = new AbortController();
		void clock.sleep(waitMs, end.signal).then(() => {
			if (!end.signal.aborted) {
				run();
			}
		});
		return () => end.abort();
	};

/** Writes a recording into a file. */
export const writeRecording = (file: string, bytes: Buffer): string => {
	writeFileSync(file, bytes, {mode: 0o600});
	return file;
};
