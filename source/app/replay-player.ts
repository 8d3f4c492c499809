import type {Clock} from '../domain/clock.js';
import {messageText} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {RecordedChange} from '../record/entry.js';
import {findingSpans} from '../record/finding-spans.js';
import {momentText, recordedMoment} from '../record/recording-time.js';
import type {ReplayView} from '../state/view-state.js';
import type {Replay} from './replay.js';

/** The speeds that `<` and `>` select, in seconds of the recording a second. */
export const replaySpeeds: readonly number[] = [1, 2, 5, 10, 30, 60, 120, 300, 600];

/** Time between two frames while it plays, in milliseconds: as often as the live store publishes. */
const tickMs = 250;
/** How often more is looked for at the end of a recording that may still be written, in milliseconds. */
const followEveryMs = 1000;
/** Part of a recording that is taken in at once, in milliseconds of it, so that a key waits no longer. */
const sliceMs = 5000;
/** Longest time of a frame for taking in what was played, in milliseconds. */
const workMs = 150;
/** A step forward that is longer jumps there, in milliseconds: that takes less than all that lies between. */
const longestAdvanceMs = 15_000;

export type ReplayPlayerOptions = {
	readonly replay: Replay;
	/** The present time: the recording's own is that of `replay`. */
	readonly clock: Clock;
	/** @default 1 */
	readonly speed?: number | undefined;
	/** Is told of each new moment, speed, or length. */
	readonly onChange: (atMs: number, view: ReplayView) => void;
};

/** Plays a recording, and goes to its moments. */
export class ReplayPlayer {
	readonly #options: ReplayPlayerOptions;
	#isPlaying = false;
	#speed: number;
	#spans: ReplayView['spans'] = [];
	#spansUntilMs: number | undefined;

	constructor(options: ReplayPlayerOptions) {
		this.#options = options;
		this.#speed = options.speed ?? 1;
		this.#tell();
	}

	/** Plays while it is not held, until the signal aborts. At the end it waits for more. */
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

	/** Holds at the next or previous change. Returns which one it is. */
	readonly stepChange = (by: 1 | -1): string => {
		const {replay} = this.#options;
		const change = replay.changeFrom(replay.nowMs, by);
		if (change === undefined) {
			return `no finding, event or action ${by === 1 ? 'after' : 'before'} this moment`;
		}

		this.#isPlaying = false;
		this.goToMs(change.atMs);
		return changeText(change);
	};

	/** Goes to a moment as it was typed. Returns why it can't. */
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

	/** Shows a moment; of one outside of the recording its first or last. */
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
	Takes in everything up to a moment, without a jump.

	@param longestMs Stops after so long, in milliseconds: the next frame goes on.
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

	#tell(): void {
		const {replay, onChange} = this.#options;
		const {beganMs, endedMs} = replay.recording;
		if (endedMs !== this.#spansUntilMs) {
			this.#spansUntilMs = endedMs;
			this.#spans = findingSpans(replay.changes, endedMs);
		}

		onChange(replay.nowMs, {isPlaying: this.#isPlaying, speed: this.#speed, beganMs, endedMs, spans: this.#spans});
	}
}

/** The next speed of the list in a direction; at its end the same. */
export function nextSpeed(speed: number, by: 1 | -1): number {
	const next = by === 1 ? replaySpeeds.find(other => other > speed) : replaySpeeds.findLast(other => other < speed);
	return next ?? speed;
}

const words = {'finding-opened': 'opened', 'finding-closed': 'closed', event: 'event', action: 'action'} as const;

const changeText = ({atMs, what, severity, node, id, text}: RecordedChange): string =>
	`${momentText(atMs).slice(11)} ${what === 'finding-opened' ? severity : words[what]} ${id}: ${node ?? 'the deployment'} ${messageText(text)}`;
