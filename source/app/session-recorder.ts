import {randomUUID} from 'node:crypto';
import process from 'node:process';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import type {Clock} from '../domain/clock.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import {type RecordingHeader, recordingSchema} from '../record/recording-header.js';
import {RecordingWriter} from '../record/recording-writer.js';
import type {MonitorStore} from '../state/monitor-store.js';
import {pollAudit} from './audit-poller.js';
import {knownNames} from './masking.js';
import {Recorder} from './recorder.js';
import {RecordingMask} from './recording-mask.js';
import {recordingSalt} from './recording-salt.js';

/** The recorder of one run of redis-top, and the header of its files. */
export type SessionRecorder = {
	readonly recorder: Recorder;
	readonly header: (beganMs: number) => RecordingHeader;
};

/** Creates the recorder for a configuration. It records nothing until a sink receives its frames. */
export function recorderFor(config: Config, clock: Clock): SessionRecorder {
	const {isMasked, label, targets, isInsecure, intervalMs, record} = config;
	const mask = new RecordingMask({
		keepsArguments: record.keepsArguments,
		masksAddresses: isMasked,
		salt: recordingSalt(stateFolder(process.env, homeFolder())),
		known: knownNames(config),
	});
	const session = randomUUID();
	return {
		recorder: new Recorder(clock, mask),
		header: beganMs => ({
			schema: recordingSchema,
			version,
			target: mask.text(label),
			began: new Date(beganMs).toISOString(),
			session,
			masked: mask.masked,
			intervalMs,
			isInsecure,
			user: isMasked ? undefined : targets[0]?.username,
		}),
	};
}

/**
Begins to record into a new file.

@throws RecordingProblem if the file exists already or can't be written.
*/
export async function recordInto(
	file: string,
	{recorder, header}: SessionRecorder,
	clock: Clock,
): Promise<RecordingWriter> {
	const writer = await RecordingWriter.create(file, header(clock.now()));
	recorder.start(writer);
	return writer;
}

/** Writes the pending entries, and closes the file. */
export async function stopRecording(writer: RecordingWriter, {recorder}: SessionRecorder): Promise<void> {
	recorder.stop(writer);
	await writer.close();
}

/** Records the actions of every redis-top on the nodes of a store, until the signal aborts. */
export function recordActions(
	{recorder}: SessionRecorder,
	store: MonitorStore,
	clock: Clock,
	signal: AbortSignal,
): void {
	void pollAudit({
		folder: stateFolder(process.env, homeFolder()),
		ownSession: '',
		clock,
		signal,
		onChange: () => undefined,
		onNews: events => store.addEvents(events.filter(({node}) => node !== undefined && store.get().nodes.has(node))),
		onLines: lines => recorder.addActions(lines.filter(({target}) => store.get().nodes.has(target))),
	});
}
