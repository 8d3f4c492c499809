import path from 'node:path';
import process from 'node:process';
import type {Config} from '../config/config.js';
import type {Clock} from '../domain/clock.js';
import {message, nameOf} from '../domain/message.js';
import {scale} from '../domain/scale.js';
import {RecentRecording} from '../record/recent-recording.js';
import {recordingExtension} from '../record/recording.js';
import type {RecordingWriter} from '../record/recording-writer.js';
import type {MonitorStore} from '../state/monitor-store.js';
import type {RecordingView} from '../state/view-state.js';
import {dumpName, type FileNotice} from './dump.js';
import type {EarlyInputs} from './early-inputs.js';
import {recorderFor, recordInto, type SessionRecorder, stopRecording} from './session-recorder.js';

/**
Interval at which the size of the recorded file is reported and the size of the deployment is checked, in milliseconds.
*/
const lookEveryMs = 1000;

export type ScreenRecorderOptions = {
	readonly config: Config;
	readonly store: MonitorStore;
	readonly inputs: EarlyInputs;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** The file of `--record`, which is open already, and its recorder. */
	readonly writer?: {readonly own: SessionRecorder; readonly file: RecordingWriter} | undefined;
	/** Called with the recording that the header of the screen shows; undefined if no file is recorded. */
	readonly onChange: (recording: RecordingView | undefined) => void;
};

/** The recordings of the monitor's screen: the last half hour in memory, and a file while the user records. */
export class ScreenRecorder {
	readonly #options: ScreenRecorderOptions;
	readonly #own: SessionRecorder;
	readonly #recent = new RecentRecording();
	#file: RecordingWriter | undefined;
	#isRecent = true;
	#shown = '';

	constructor(options: ScreenRecorderOptions) {
		const {config, store, inputs, clock, writer} = options;
		this.#options = options;
		this.#own = writer?.own ?? recorderFor(config, clock);
		const {recorder} = this.#own;
		recorder.start(this.#recent);
		if (writer !== undefined) {
			this.#file = writer.file;
			recorder.start(writer.file);
		}

		recorder.watch(store);
		inputs.handTo(recorder.record);
		void this.#look();
	}

	/** Records new lines of the audit log. */
	get addActions() {
		return this.#own.recorder.addActions;
	}

	/** Begins a new file in the working folder, or ends the one that is being written. */
	async toggle(): Promise<FileNotice> {
		const {clock, config} = this.#options;
		const untilMs = clock.now() + 8000;
		const writer = this.#file;
		if (writer !== undefined) {
			this.#file = undefined;
			await stopRecording(writer, this.#own);
			this.#tell();
			return {text: message`recorded: ${nameOf('path', writer.file)}`, tone: 'plain', untilMs};
		}

		try {
			const name = dumpName(config.isMasked ? 'masked' : config.label, clock.now());
			this.#file = await recordInto(path.join(process.cwd(), `${name}-live${recordingExtension}`), this.#own, clock);
			this.#tell();
			return {text: message`recording into ${nameOf('path', this.#file.file)}`, tone: 'plain', untilMs};
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			return {text: message`${nameOf('quote', why)}`, tone: 'warning', untilMs};
		}
	}

	/**
	Writes the last half hour to a recording next to the other files of a dump. Resolves with the reason of a failure,
	else with undefined.
	*/
	async saveRecent(name: string): Promise<string | undefined> {
		const {recorder, header} = this.#own;
		recorder.flush();
		try {
			await this.#recent.save(`${name}${recordingExtension}`, header(this.#options.clock.now()));
			return undefined;
		} catch (error) {
			return error instanceof Error ? error.message : String(error);
		}
	}

	/** Ends the file, if one is being written. */
	async close(): Promise<void> {
		const writer = this.#file;
		this.#file = undefined;
		if (writer !== undefined) {
			await stopRecording(writer, this.#own);
		}
	}

	async #look(): Promise<void> {
		const {clock, signal} = this.#options;
		while (!signal.aborted) {
			this.#limitRecent();
			this.#tell();
			await clock.sleep(lookEveryMs, signal);
		}
	}

	/**
	Stops the recording in memory while the deployment is large, because it would take too much memory and time. Starts it
	otherwise.
	*/
	#limitRecent(): void {
		const isAffordable = this.#options.store.get().nodes.size <= scale.recentRecordingUpTo;
		if (isAffordable !== this.#isRecent) {
			this.#isRecent = isAffordable;
			const {recorder} = this.#own;
			isAffordable ? recorder.start(this.#recent) : recorder.stop(this.#recent);
		}
	}

	#tell(): void {
		const writer = this.#file;
		const shown =
			writer === undefined ? undefined : {bytes: writer.bytes, problem: this.#own.recorder.problem ?? writer.problem};
		const text = JSON.stringify(shown) ?? '';
		if (text !== this.#shown) {
			this.#shown = text;
			this.#options.onChange(shown);
		}
	}
}
