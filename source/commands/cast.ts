import {type FileHandle, open} from 'node:fs/promises';
import {maskingFor} from '../app/masking.js';
import type {Replay} from '../app/replay.js';
import {ReplayPlayer} from '../app/replay-player.js';
import type {Config} from '../config/config.js';
import {deploymentKind} from '../derive/deployment.js';
import {exitCodes} from '../domain/exit-codes.js';
import {keyboardWith} from '../keys/keyboard.js';
import {RecordingProblem} from '../record/recording-header.js';
import {castEvent, castHeader} from '../report/asciicast.js';
import {findingChanges, type OpenFindings, openFindings} from '../report/check/finding-change.js';
import {findingText} from '../rules/finding.js';
import {newView, reduceView} from '../state/reduce-view.js';
import type {ViewState} from '../state/view-state.js';
import {ScreenOutput} from '../terminal/screen-output.js';
import {asciiGlyphs, unicodeGlyphs} from '../text/glyphs.js';
import {screenLines} from '../views/screen.js';
import {paintPlain, paintWith} from '../views/theme.js';
import {recordingProblem} from './recording-problem.js';
import {openReplay} from './replay.js';
import {stopOnSignal} from './stop-on-signal.js';

/** Shortest time between two frames of a cast, in milliseconds of the cast's own time. */
const frameMs = 250;

/** `redis-top replay --cast`: plays a recording into an asciicast. Resolves with the exit code. */
export async function runCast(config: Config): Promise<number> {
	const {replay: request} = config;
	if (request?.cast === undefined) {
		return exitCodes.usage;
	}

	const {speed, cast} = request;
	let opened: ReturnType<typeof openReplay>;
	let file: FileHandle;
	try {
		opened = openReplay(request);
		file = await newFile(cast.file);
	} catch (error) {
		return recordingProblem(error);
	}

	const {replay, atMs} = opened;
	if (atMs !== undefined) {
		replay.seek(atMs);
	}

	const end = stopOnSignal();
	try {
		for (const text of castOf(config, replay, {...cast, speed})) {
			await file.write(text);
			// Lets the event loop handle signals between two frames.
			await new Promise<void>(resolve => setImmediate(resolve));
			if (end.signal.aborted) {
				break;
			}
		}
	} finally {
		await file.close();
		replay.recording.close();
	}

	return end.exitCode();
}

/** @throws RecordingProblem for a file that can't be made. */
async function newFile(file: string): Promise<FileHandle> {
	try {
		return await open(file, 'wx', 0o600);
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		const why = code === 'EEXIST' ? 'it exists already, and no cast is overwritten' : message;
		throw new RecordingProblem(`${file}: ${why}`, 'access');
	}
}

type CastOptions = {readonly columns: number; readonly rows: number; readonly speed: number};

/**
The lines of a cast: the frames from the present moment of the replay to its end, and a marker for each finding that
opens.
*/
export function* castOf(config: Config, replay: Replay, {columns, rows, speed}: CastOptions): Generator<string> {
	const masking = maskingFor(config);
	const {recording} = replay;
	const {intervalMs, target} = recording.sessionAt(replay.nowMs).header;
	const beganMs = replay.nowMs;
	let view: ViewState = newView(config.panel, intervalMs, config.isWall);
	const player = new ReplayPlayer({
		replay,
		clock: {now: () => replay.nowMs, elapsed: () => 0, sleep: () => Promise.resolve()},
		speed,
		onChange(atMs, moved) {
			view = reduceView(view, {kind: 'replay-moved', atMs, replay: {...moved, isPlaying: true}});
		},
	});
	const written: string[] = [];
	const output = new ScreenOutput({
		columns,
		rows,
		write(text, taken) {
			written.push(text);
			taken?.();
		},
		on: () => undefined,
		off: () => undefined,
	});
	const paint = config.theme === undefined ? paintPlain : paintWith(config.theme);
	const keyboard = keyboardWith(config.keys, 'replay');
	const glyphs = config.isAscii ? asciiGlyphs : unicodeGlyphs;
	const stepMs = Math.max(intervalMs, frameMs * speed);
	yield castHeader({columns, rows, beganMs, title: `redis-top replay ${masking.text(target)}`});
	output.enter();
	let known: OpenFindings = new Map();
	for (let nextMs = beganMs; ; nextMs += stepMs) {
		player.playTo(nextMs);
		const state = masking.state(replay.get());
		const sinceMs = (replay.nowMs - beganMs) / speed;
		const now = openFindings(state.findings, config.ruleChoice);
		for (const {event, finding} of findingChanges(known, now)) {
			if (event === 'opened' && finding.severity !== 'info') {
				yield castEvent(sinceMs, 'm', `${finding.severity} ${finding.node ?? 'deployment'} ${findingText(finding)}`);
			}
		}

		known = now;
		const lines = screenLines({
			state,
			view,
			deployment: deploymentKind([...state.nodes.values()]),
			lock: {kind: 'read-only'},
			nowMs: replay.nowMs,
			liveNowMs: replay.nowMs,
			keyboard,
			glyphs,
			columns,
			rows,
		});
		output.write(lines.map(spans => paint(spans) || ' ').join('\n'));
		const text = written.splice(0).join('');
		if (text !== '') {
			yield castEvent(sinceMs, 'o', text);
		}

		if (replay.nowMs >= recording.endedMs) {
			return;
		}
	}
}
