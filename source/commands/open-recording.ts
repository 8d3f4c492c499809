import type {Polling} from '../app/polling.js';
import {type MonitorSession, type SessionOptions, startSession} from '../app/session.js';
import {recorderFor, type SessionRecorder, stopRecording} from '../app/session-recorder.js';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {RecordingWriter} from '../record/recording-writer.js';
import {recordingProblem} from './recording-problem.js';

/** A new recording file, and the recorder that writes it. */
export type OpenRecording = {readonly own: SessionRecorder; readonly file: RecordingWriter};

/**
Makes the file of `--record` before anything is polled. Resolves with the file and its recorder, or with the exit code
when the file can't be made.
*/
export async function openRecording(file: string, config: Config): Promise<OpenRecording | number> {
	const own = recorderFor(config, systemClock);
	try {
		return {own, file: await RecordingWriter.create(file, own.header(systemClock.now()))};
	} catch (error) {
		return recordingProblem(error);
	}
}

/**
Starts a session, which is recorded if a file is open.

@param polling The polling, if it has been started already.
*/
export function startRecordedSession(
	config: Config,
	options: SessionOptions,
	recording: OpenRecording | undefined,
	polling?: Polling,
): MonitorSession {
	if (recording === undefined) {
		return startSession(config, options, polling);
	}

	const {own, file} = recording;
	own.recorder.start(file);
	const session = startSession(config, {...options, journal: own.recorder.journal}, polling);
	own.recorder.watch(session.store);
	return session;
}

/** Writes the pending entries, and closes the file. */
export async function closeRecording(recording: OpenRecording | undefined): Promise<void> {
	if (recording !== undefined) {
		await stopRecording(recording.file, recording.own);
	}
}
