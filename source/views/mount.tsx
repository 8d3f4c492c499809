import process from 'node:process';
import {type RenderOptions, render} from 'ink';
import type {ActionsController} from '../actions/actions-controller.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {Keyboard} from '../keys/keyboard.js';
import {readMouse} from '../keys/read-mouse.js';
import type {PollInterest} from '../poll/poll-demand.js';
import {createStore, type ExternalStore} from '../state/external-store.js';
import type {DeploymentKind, MonitorState} from '../state/monitor-state.js';
import type {Notice, ThemeName, ViewState} from '../state/view-state.js';
import {watchMouseReports} from '../terminal/mouse-input.js';
import {makeNonBlocking, ScreenOutput} from '../terminal/screen-output.js';
import {readWholeSequences} from '../terminal/whole-input.js';
import type {Glyphs} from '../text/glyphs.js';
import {plainText} from '../text/line.js';
import {App, type AppProps, type Readable} from './app.js';
import type {HeaderLock} from './chrome.js';
import {Controller} from './control/controller.js';
import type {ControllerEffects} from './control/controller-options.js';
import {panelOf, screenLines} from './screen.js';
import {focusedNode, type ScreenInput} from './screen-input.js';
import {nodesShown} from './screen-targets.js';
import {paintPlain, paintWith} from './theme.js';
import {sceneAt, wallScenes} from './wall/rotation.js';

export type MountOptions = {
	/** The state on the screen: live, held by a pause, or of a past moment. */
	readonly state: Readable<MonitorState>;
	readonly live: Readable<MonitorState>;
	/** The live state without masking: actions need the real addresses. */
	readonly seen: Pick<Readable<MonitorState>, 'get'>;
	/** Masks texts that are not in the state, such as notes of a restart. */
	readonly maskText: (text: string) => string;
	readonly view: ExternalStore<ViewState>;
	readonly actions: ActionsController;
	readonly deployment: (state: MonitorState) => DeploymentKind;
	readonly now: () => number;
	readonly glyphs: Glyphs;
	/** The theme; undefined for a screen without colours and other attributes. */
	readonly theme: ThemeName | undefined;
	readonly hasMouse: boolean;
	readonly keyboard: Keyboard;
	/** Called whenever the node in focus or the set of requests that the visible panels need changes. */
	readonly onViewChanged: (node: NodeAddress | undefined, interests: ReadonlySet<PollInterest>) => void;
	/** In large deployments: called with the nodes on the screen whenever that set changes. */
	readonly onSeen: (nodes: ReadonlySet<NodeAddress>) => void;
	readonly effects: Pick<ControllerEffects, 'momentFrom' | 'showMoment' | 'setBaseline' | 'dismissNode'> & {
		readonly quit: (leavesFrame: boolean) => void;
		readonly pollNow: () => void;
		readonly setInterval: (intervalMs: number) => void;
		readonly copy: (text: string) => boolean;
		readonly writeDump: (screen: readonly string[]) => Promise<Notice>;
		readonly hold: () => void;
		readonly release: () => void;
		/** Stops the process until SIGCONT; the terminal belongs to the shell meanwhile. */
		readonly whileSuspended: () => Promise<void>;
	};
};

export type MountedMonitor = {
	/** Restores the terminal. With `leavesFrame`, the last frame is printed there. Further calls have no effect. */
	readonly unmount: (leavesFrame?: boolean) => void;
	/** Handles Ctrl-Z, or a SIGTSTP from another process. */
	readonly suspend: () => void;
	/** Writes a dump, as the key `D` does, for the signal SIGUSR2. Never rejects. */
	readonly writeDump: () => void;
};

function headerLock({lock}: ActionsController): HeaderLock {
	if (lock === 'read-only' || lock === 'locked') {
		return {kind: lock};
	}

	return {kind: 'unlocked', leftMs: lock.unlockedForSeconds * 1000};
}

/** Puts the monitor on the terminal's alternate screen and connects its keys. */
export function mountMonitor(options: MountOptions): MountedMonitor {
	const {state, live, view, actions, deployment, glyphs, theme, hasMouse, keyboard, effects} = options;
	// A paused or past screen keeps the ages of its moment. Its frames are then equal, and nothing is redrawn.
	const now = () => view.get().shownAtMs ?? view.get().pausedAtMs ?? options.now();
	const size = () => ({columns: process.stdout.columns || 80, rows: process.stdout.rows || 24});
	const screenInput = (): ScreenInput => ({
		state: state.get(),
		view: view.get(),
		deployment: deployment(state.get()),
		lock: headerLock(actions),
		actionNotes: actions.notes.map(options.maskText),
		nowMs: now(),
		liveNowMs: options.now(),
		keyboard,
		glyphs,
		...size(),
	});
	const shownLines = () => screenLines(screenInput());
	const screenText = () => shownLines().map(spans => plainText(spans).trimEnd());
	const writeDump = () => effects.writeDump(screenText());
	const output = new ScreenOutput(process.stdout, {hasMouse});
	makeNonBlocking(process.stdout);
	let suspendTerminal: Parameters<AppProps['onReady']>[0] | undefined;
	let isSuspended = false;
	const whileSuspended = async () => {
		output.leave();
		await effects.whileSuspended();
		output.enter();
	};

	const suspend = () => {
		if (isSuspended || suspendTerminal === undefined) {
			return;
		}

		isSuspended = true;
		// SIGTSTP goes to the whole process group. It therefore reaches this process too, after SIGCONT, and must not
		// suspend it a second time.
		const forget = () => setTimeout(() => (isSuspended = false), 50);
		void suspendTerminal(whileSuspended).finally(forget);
	};

	const repaint = () => {
		output.forget();
		instance.rerender(<App {...props} />);
	};

	const controller = new Controller({
		shownState: state.get,
		liveState: live.get,
		view,
		actions,
		keyboard,
		glyphs,
		now: options.now,
		shownNow: now,
		size,
		shownLines,
		effects: {
			...effects,
			suspend,
			repaint,
			writeDump,
		},
	});

	const dialog = createStore(actions.dialog());
	const readAsBefore = readWholeSequences(process.stdin);
	const stopHandling = [
		actions.subscribe(() => dialog.set(actions.dialog())),
		...followView(options, actions),
		...(hasMouse ? [watchMouseReports(process.stdin, report => controller.mouse(readMouse(report)))] : []),
		readAsBefore,
	];
	const props: AppProps = {
		state,
		view,
		dialog,
		controller,
		screenInput,
		paint: theme === undefined ? paintPlain : paintWith(theme),
		onReady: suspendWith => {
			suspendTerminal = suspendWith;
		},
		onResize: (columns, rows) => actions.resize(columns, rows),
		onDrawn: reportSeen(options),
	};
	output.enter();
	const instance = render(<App {...props} />, inkOptions(output));
	return {
		suspend,
		writeDump: () => void writeDump().then(({text, tone}) => controller.notify(text, tone)),
		unmount: leavesFrame => {
			for (const stop of stopHandling) {
				stop();
			}

			// `leave` runs before Ink unmounts, so that what Ink writes at its end doesn't reach the terminal.
			output.leave(leavesFrame);
			instance.unmount();
		},
	};
}

/**
Options for Ink's `render`. Ink's debug mode writes every frame whole to `output` and moves no cursor.

@param stdin `process.stdin` by default.
*/
export const inkOptions = (output: ScreenOutput, stdin: NodeJS.ReadStream = process.stdin): RenderOptions => ({
	stdout: output as unknown as NodeJS.WriteStream,
	stdin,
	debug: true,
	exitOnCtrlC: false,
	patchConsole: false,
	// Explicit, because Ink draws no live screen when the environment variable CI is set.
	interactive: true,
});

function reportSeen({state, onSeen}: MountOptions): NonNullable<AppProps['onDrawn']> {
	let reported: ReadonlySet<NodeAddress> = new Set();
	return lines => {
		if (state.get().nodes.size <= scale.allVisibleUpTo) {
			return;
		}

		const seen = nodesShown(lines);
		if (seen.size !== reported.size || [...seen].some(node => !reported.has(node))) {
			reported = seen;
			onSeen(seen);
		}
	};
}

/**
Reports the node in focus and the needed requests when they change. It also passes live node records to the actions.
*/
function followView(
	{live, seen, view, now: wallClock, onViewChanged}: MountOptions,
	actions: ActionsController,
): Array<() => void> {
	let reported = '';
	const report = () => {
		const scene = view.get().isWall ? sceneAt(wallScenes(live.get()), wallClock()) : undefined;
		const node = scene?.node ?? focusedNode(live.get(), view.get())?.address;
		// The five figures of the wall display need the overview's requests, whichever panel is below them.
		const interests = (scene === undefined ? [view.get().panel] : (['overview', scene.panel] as const)).flatMap(
			panel => panelOf({...view.get(), panel}).interests,
		);
		const now = `${node} ${interests.join(' ')}`;
		if (now !== reported) {
			reported = now;
			onViewChanged(node, new Set(interests));
		}
	};
	const showToController = () => {
		for (const record of seen.get().nodes.values()) {
			actions.see(record);
		}
	};

	report();
	return [
		view.subscribe(report),
		live.subscribe(() => {
			report();
			showToController();
		}),
	];
}
