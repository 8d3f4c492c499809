import process from 'node:process';
import {maskingFor} from '../app/masking.js';
import {Replay} from '../app/replay.js';
import type {Config} from '../config/config.js';
import type {ReplayRequest} from '../config/recording.js';
import {exitCodes} from '../domain/exit-codes.js';
import {Recording} from '../record/recording.js';
import {RecordingProblem} from '../record/recording-header.js';
import {momentText, recordedMoment} from '../record/recording-time.js';
import {checkReport} from '../report/check/check.js';
import {checkFormats} from '../report/check/check-text.js';
import {changeFormats, findingChanges, type OpenFindings, openFindings} from '../report/check/finding-change.js';
import {sampleFormats} from '../report/text/sample-text.js';
import {chosenFormat} from './output-formats.js';
import {recordingProblem} from './recording-problem.js';
import {stopOnSignal} from './stop-on-signal.js';
import {writeOut} from './write-out.js';

/** Interval at which the findings are compared with the findings before, in milliseconds of the recording. */
const compareEveryMs = 1000;

/**
Opens the recordings and finds the requested moment.

@throws RecordingProblem for a file that is no recording, and for a moment outside of the recordings.
*/
export function openReplay({paths, at}: Pick<ReplayRequest, 'paths' | 'at'>): {
	readonly replay: Replay;
	readonly atMs: number | undefined;
} {
	const recording = Recording.open(paths);
	const {beganMs, endedMs} = recording;
	const atMs = at === undefined ? undefined : recordedMoment(at, recording);
	// A typed moment has no fractions of a second. The whole second in which the recording began is therefore allowed.
	if (atMs !== undefined && (atMs < Math.floor(beganMs / 1000) * 1000 || atMs > endedMs)) {
		recording.close();
		throw new RecordingProblem(
			`--at ${at}: lies outside of the recording, which is from ${momentText(beganMs)} to ${momentText(endedMs)}`,
		);
	}

	return {replay: new Replay(recording), atMs};
}

/** `redis-top replay` without a screen. Resolves with the exit code. */
export async function runReplay(config: Config): Promise<number> {
	const {replay: request = {paths: [], at: undefined, output: 'screen', speed: 1, cast: undefined}} = config;
	const printCheck = request.output === 'check' ? chosenFormat(checkFormats, config) : undefined;
	const printChange = request.output === 'watch' ? chosenFormat(changeFormats, config) : undefined;
	const printSample = request.output === 'screen' ? chosenFormat(sampleFormats, config) : undefined;
	let opened: ReturnType<typeof openReplay>;
	try {
		opened = openReplay(request);
	} catch (error) {
		return recordingProblem(error);
	}

	const {replay, atMs} = opened;
	const {state} = maskingFor(config);
	if (printCheck !== undefined) {
		replay.seek(atMs ?? replay.recording.endedMs);
		const report = checkReport(state(replay.get()), replay.nowMs, config);
		await writeOut(`${await printCheck(report)}\n`);
		return report.check.exitCode;
	}

	const end = stopOnSignal();
	if (atMs !== undefined) {
		replay.seek(atMs);
	}

	if (printSample !== undefined) {
		const everyMs = replay.recording.sessionAt(replay.nowMs).header.intervalMs;
		await throughout(replay, everyMs, end.signal, nowMs => printSample(state(replay.get()), nowMs));
		return exitCodes.ok;
	}

	let known: OpenFindings = new Map();
	await throughout(replay, compareEveryMs, end.signal, nowMs => {
		const now = openFindings(state(replay.get()).findings, config.ruleChoice);
		const changes = findingChanges(known, now);
		known = now;
		return printChange?.(changes, nowMs) ?? '';
	});
	return end.exitCode();
}

/** Plays the recording from the replay's present moment to its end, and prints the output of each step. */
async function throughout(
	replay: Replay,
	everyMs: number,
	signal: AbortSignal,
	print: (nowMs: number) => string,
): Promise<void> {
	for (;;) {
		const text = print(replay.nowMs);
		if (text !== '') {
			await writeOut(`${text}\n`);
		}

		if (replay.isAtEnd || signal.aborted || !process.stdout.writable) {
			return;
		}

		replay.advance(replay.nowMs + everyMs);
	}
}
