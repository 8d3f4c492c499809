import process from 'node:process';
import type {NodeAddress} from '../domain/node.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {PollInterest} from '../poll/poll-demand.js';
import type {ExternalStore} from '../state/external-store.js';
import {nextOrder} from '../state/held-order.js';
import type {DeploymentKind, MonitorState} from '../state/monitor-state.js';
import {reduceView} from '../state/reduce-view.js';
import {followedNode, nextSubject} from '../state/subject.js';
import {verdictOf} from '../state/verdict.js';
import {type ThemeName, tableOf, type ViewState} from '../state/view-state.js';
import {makeNonBlocking, ScreenOutput, type TerminalStream} from '../terminal/screen-output.js';
import type {Glyphs} from '../text/glyphs.js';
import type {HeaderLock} from './chrome.js';
import {panelOf, screenLines} from './screen.js';
import {focusedNode, panelInput, type ScreenInput} from './screen-input.js';
import {type Paint, paintPlain, paintWith} from './theme.js';
import {sceneAt, wallScenes} from './wall/rotation.js';

/**
Sequences that switch bracketed paste on and off. redis-top sends them itself until Ink runs; Ink then sends the same
sequences. Source: xterm's control sequences, DECSET 2004.
*/
const pastesBracketed = '\u001B[?2004h';
const pastesPlain = '\u001B[?2004l';

/**
A store that can be read and subscribed to: the monitor store, or the state that is shown while the screen is held.
*/
export type Readable<T> = Pick<ExternalStore<T>, 'get' | 'subscribe'>;

export type MonitorScreenOptions = {
	/** The state on the screen: live, held by a pause, or of a past moment. */
	readonly state: Readable<MonitorState>;
	readonly live: Readable<MonitorState>;
	readonly view: ExternalStore<ViewState>;
	readonly deployment: (state: MonitorState) => DeploymentKind;
	readonly now: () => number;
	/**
	The oldest moment in the history of a node, in milliseconds since the epoch; undefined for a node without history.
	*/
	readonly historyFrom: (node: NodeAddress) => number | undefined;
	readonly glyphs: Glyphs;
	/** The theme; undefined for a screen without colours and other attributes. */
	readonly theme: ThemeName | undefined;
	readonly hasMouse: boolean;
	readonly keyboard: Keyboard;
	/** Called whenever the node in focus or the set of requests for the visible panels changes. */
	readonly onViewChanged: (node: NodeAddress | undefined, interests: ReadonlySet<PollInterest>) => void;
};

/**
The monitor on the terminal's alternate screen. It draws the first frames itself, until Ink and the modules for the keys
are loaded. Ink then draws through the same `ScreenOutput`, which writes only differences between frames. The first
frame of Ink therefore changes nothing on the terminal.
*/
export class MonitorScreen {
	readonly output: ScreenOutput;
	readonly paint: Paint;
	readonly #options: MonitorScreenOptions;
	readonly #terminal: TerminalStream;
	#unsubscribers: ReadonlyArray<() => void> = [];

	/** @param terminal The terminal's output; `process.stdout` by default. */
	constructor(options: MonitorScreenOptions, terminal: TerminalStream = process.stdout) {
		const {theme, hasMouse} = options;
		this.#options = options;
		this.#terminal = terminal;
		this.output = new ScreenOutput(terminal, {hasMouse});
		this.paint = theme === undefined ? paintPlain : paintWith(theme);
		makeNonBlocking(terminal);
	}

	/**
	The moment that the screen shows. While the screen is paused or shows the past, ages are computed for that moment, so
	that they don't change.
	*/
	shownNow(): number {
		const {shownAtMs, pausedAtMs} = this.#options.view.get();
		return shownAtMs ?? pausedAtMs ?? this.#options.now();
	}

	/** Returns everything that the screen is drawn from. */
	input(lock: HeaderLock, actionNotes: readonly string[] = []): ScreenInput {
		const {state, live, view, deployment, now, historyFrom, keyboard, glyphs} = this.#options;
		const node = view.get().shownAtMs === undefined ? undefined : focusedNode(live.get(), view.get())?.address;
		const {columns, rows} = this.output;
		return {
			state: state.get(),
			view: view.get(),
			deployment: deployment(state.get()),
			lock,
			actionNotes,
			nowMs: this.shownNow(),
			liveNowMs: now(),
			historyFromMs: node === undefined ? undefined : historyFrom(node),
			keyboard,
			glyphs,
			columns,
			rows,
		};
	}

	/**
	Enters the alternate screen and draws each state until Ink draws. Keys that are pressed meanwhile are kept for Ink.
	*/
	open(lock: HeaderLock): void {
		const draw = () => {
			this.output.write(
				screenLines(this.input(lock))
					.map(spans => this.paint(spans) || ' ')
					.join('\n'),
			);
		};
		process.stdin.setRawMode?.(true);
		this.output.enter();
		this.output.write(pastesBracketed);
		this.output.on('resize', draw);
		this.#unsubscribers = [
			this.#options.state.subscribe(draw),
			() => this.output.off('resize', draw),
			() => this.#terminal.write(pastesPlain),
			() => process.stdin.setRawMode?.(false),
		];
		draw();
	}

	/** Lets Ink draw and read the keys from now on. */
	handOver(): void {
		const [unsubscribe, ignoreResize] = this.#unsubscribers;
		unsubscribe?.();
		ignoreResize?.();
		this.#unsubscribers = [];
	}

	/** Restores the terminal when the program ends before Ink draws. */
	close(): void {
		this.output.leave();
		for (const unsubscribe of this.#unsubscribers) {
			unsubscribe();
		}
	}
}

/**
Reports the node in focus and the requests that the screen needs, now and whenever they change. Returns functions that
end the subscriptions.
*/
export function followView(options: MonitorScreenOptions): Array<() => void> {
	const {live, view, now, onViewChanged} = options;
	let reported = '';
	const follow = () => {
		const {subject: held, followed: before, pausedAtMs, shownAtMs} = view.get();
		// A screen that is paused or shows the past keeps the subject of line 2.
		if (pausedAtMs !== undefined || shownAtMs !== undefined) {
			return;
		}

		const focus = focusedNode(live.get(), view.get())?.address;
		const subject = nextSubject(held, verdictOf(live.get(), now(), focus), now());
		const followed = followedNode(live.get(), subject, focus) ?? before;
		if (subject !== held || followed !== before) {
			view.set(reduceView(view.get(), {kind: 'subject-changed', subject, followed}));
		}

		holdOrder(options);
	};

	const report = () => {
		const scene = view.get().isWall ? sceneAt(wallScenes(live.get()), now()) : undefined;
		const node = scene?.node ?? focusedNode(live.get(), view.get())?.address;
		// The five figures of the wall display need the overview's requests, whichever panel is below the figures.
		const interests = (scene === undefined ? [view.get().panel] : (['overview', scene.panel] as const)).flatMap(
			panel => panelOf({...view.get(), panel}).interests,
		);
		const next = `${node} ${interests.join(' ')}`;
		if (next !== reported) {
			reported = next;
			onViewChanged(node, new Set(interests));
		}
	};

	follow();
	report();
	return [
		view.subscribe(report),
		live.subscribe(() => {
			follow();
			report();
		}),
	];
}

/** Keeps the order of the list on the screen for some seconds, if the panel asks for that by `Panel.isOrderHeld`. */
function holdOrder({live, view, now, glyphs, keyboard}: MonitorScreenOptions): void {
	const shown = view.get();
	const panel = panelOf(shown);
	const isHeld = !shown.isWall && panel.isOrderHeld?.(tableOf(shown, shown.panel)) === true;
	const input = () =>
		panelInput({state: live.get(), view: {...shown, order: undefined}, nowMs: now(), glyphs, keyboard});
	const order = isHeld
		? nextOrder(shown, focusedNode(live.get(), shown)?.address, () => (panel.heldKeys ?? panel.rowKeys)(input()), now())
		: undefined;
	if (order !== shown.order) {
		view.set(reduceView(view.get(), {kind: 'order-changed', order}));
	}
}
