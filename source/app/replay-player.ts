import type {Clock} from '../domain/clock.js';
import {messageText} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {RecordedChange} from '../record/entry.js';
import {findingSpans} from '../record/finding-spans.js';
import {momentText, recordedMoment} from '../record/recording-time.js';
import type {ReplayView} from '../state/view-state.js';
import type {Replay} from './replay.js';

/** The speeds that `<` and `>` select, in seconds of the recording per second. */
export const replaySpeeds: readonly number[] = [1, 2, 5, 10, 30, 60, 120, 300, 600];

/**
Interval between two updates of the shown state while a recording plays, in milliseconds. It is the interval at which
the live store publishes.
*/
const tickMs = 250;
/** Interval between two checks for new entries at the end of a recording that may still be written, in milliseconds. */
const followEveryMs = 1000;
/**
Part of a recording that is processed without a break, in milliseconds of the recording. A key press waits at most for
one part.
*/
const sliceMs = 5000;
/** Longest time that one update spends on processing recorded entries, in milliseconds. */
const workMs = 150;
/**
Longest step forward that processes all entries in between, in milliseconds. A longer step jumps: it skips entries and
takes less time.
*/
const longestAdvanceMs = 15_000;

export type ReplayPlayerOptions = {
	readonly replay: Replay;
	/** The real clock. The clock of the recording's time is in `replay`. */
	readonly clock: Clock;
	/** @default 1 */
	readonly speed?: number | undefined;
	/** Called after each change of the shown moment, the speed or the recording's length. */
	readonly onChange: (atMs: number, view: ReplayView) => void;
};

/** Plays a recording, and moves to its moments. */
export class ReplayPlayer {
	readonly #options: ReplayPlayerOptions;
	#isPlaying = false;
	#speed: number;
	#spans: ReplayView['spans'] = [];
	#spansUntilMs: number | undefined;
	#spansOf: readonly RecordedChange[] | undefined;

	constructor(options: ReplayPlayerOptions) {
		this.#options = options;
		this.#speed = options.speed ?? 1;
		this.#tell();
	}

	/**
	Plays until the signal aborts, except while the replay is paused. At the end of the recording it waits for new
	entries.
	*/
	async run(signal: AbortSignal): Promise<void> {
		const {clock, replay} = this.#options;
		let beforeMs = clock.elapsed();
		let lookedAtMs = beforeMs;
		while (!signal.aborted) {
			await clock.sleep(tickMs, signal);
			const nowMs = clock.elapsed();
			const passedMs = Math.min(nowMs - beforeMs, 4 * tickMs);
			beforeMs = nowMs;
			if (signal.aborted) {
				return;
			}

			if (replay.nowMs >= replay.recording.endedMs) {
				if (nowMs - lookedAtMs >= followEveryMs) {
					lookedAtMs = nowMs;
					replay.refresh();
					this.#tell();
				}
			} else if (this.#isPlaying) {
				this.playTo(replay.nowMs + passedMs * this.#speed, workMs);
			}
		}
	}

	readonly togglePlay = (): void => {
		this.#isPlaying = !this.#isPlaying;
		this.#tell();
	};

	readonly stepSpeed = (by: 1 | -1): void => {
		this.#speed = nextSpeed(this.#speed, by);
		this.#tell();
	};

	readonly stepSample = (by: 1 | -1, node: NodeAddress | undefined): string | undefined => {
		const {replay} = this.#options;
		const atMs = replay.pollFrom(replay.nowMs, by, node);
		this.#isPlaying = false;
		this.goToMs(atMs ?? replay.nowMs);
		return atMs === undefined ? `no sample ${by === 1 ? 'after' : 'before'} this one` : undefined;
	};

	readonly stepBy = (ms: number): void => this.goToMs(this.#options.replay.nowMs + ms);

	/** Moves to the next or previous change and pauses there. Returns the text of that change. */
	readonly stepChange = (by: 1 | -1): string => {
		const {replay} = this.#options;
		const fromMs = replay.nowMs;
		const change = replay.changeFrom(fromMs, by);
		const {untilMs, isDone} = replay.scan;
		const soFar = isDone ? '' : `; looked until ${momentText(untilMs).slice(11)} so far`;
		if (change === undefined) {
			return `no finding, event or action ${by === 1 ? 'after' : 'before'} this moment${soFar}`;
		}

		this.#isPlaying = false;
		this.goToMs(change.atMs);
		return `${changeText(change)}${Math.max(change.atMs, fromMs) > untilMs ? soFar : ''}`;
	};

	/** Moves to a moment that the user typed. Returns the reason if that is not possible, else undefined. */
	readonly goTo = (text: string): string | undefined => {
		const {recording} = this.#options.replay;
		recording.refresh();
		const atMs = recordedMoment(text, recording);
		if (atMs === undefined) {
			return `${text} is no moment: 03:12, -5m or 2026-11-23T03:12Z`;
		}

		const {beganMs, endedMs} = recording;
		if (atMs < Math.floor(beganMs / 1000) * 1000 || atMs > endedMs) {
			return `${momentText(atMs)} lies outside of the recording: ${momentText(beganMs)} to ${momentText(endedMs)}`;
		}

		this.goToMs(atMs);
		return undefined;
	};

	readonly toEnd = (): void => {
		const {recording} = this.#options.replay;
		recording.refresh();
		this.goToMs(recording.endedMs);
	};

	/** Shows a moment. For a moment outside of the recording, shows the recording's first or last moment. */
	goToMs(atMs: number): void {
		const {replay} = this.#options;
		const toMs = Math.min(Math.max(atMs, replay.recording.beganMs), replay.recording.endedMs);
		if (toMs >= replay.nowMs && toMs - replay.nowMs <= longestAdvanceMs) {
			replay.advance(toMs);
		} else {
			replay.seek(toMs);
		}

		this.#tell();
	}

	/**
	Processes all entries up to a moment, without a jump.

	@param longestMs Time after which processing stops, in milliseconds. The next update continues from there.
	*/
	playTo(atMs: number, longestMs = Number.POSITIVE_INFINITY): void {
		const {clock, replay} = this.#options;
		const toMs = Math.min(atMs, replay.recording.endedMs);
		const untilMs = clock.elapsed() + longestMs;
		do {
			replay.advance(Math.min(replay.nowMs + sliceMs, toMs));
		} while (replay.nowMs < toMs && clock.elapsed() < untilMs);

		this.#tell();
	}

	/** Reports the shown moment again, after `replay.scan` has found something. */
	readonly renew = (): void => this.#tell();

	#tell(): void {
		const {replay, onChange} = this.#options;
		const {beganMs, endedMs} = replay.recording;
		const {changes} = replay;
		if (endedMs !== this.#spansUntilMs || changes !== this.#spansOf) {
			this.#spansUntilMs = endedMs;
			this.#spansOf = changes;
			this.#spans = findingSpans(changes, endedMs);
		}

		onChange(replay.nowMs, {isPlaying: this.#isPlaying, speed: this.#speed, beganMs, endedMs, spans: this.#spans});
	}
}

/** The next higher or lower speed. At either end of the list, the speed stays. */
export function nextSpeed(speed: number, by: 1 | -1): number {
	const next = by === 1 ? replaySpeeds.find(other => other > speed) : replaySpeeds.findLast(other => other < speed);
	return next ?? speed;
}

const words = {'finding-closed': 'over: ', event: '', action: 'action: '} as const;

/** A change as text. What happened comes before its kind, because a narrow screen cuts the end. */
const changeText = ({atMs, what, severity, node, id, text}: RecordedChange): string =>
	`${momentText(atMs).slice(11)} ${what === 'finding-opened' ? `${severity}: ` : words[what]}${node === undefined ? '' : `${node} `}${messageText(text)} (${id})`;
