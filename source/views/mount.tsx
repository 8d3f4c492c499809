import process from 'node:process';
import {type RenderOptions, render} from 'ink';
import type {ActionsController} from '../actions/dialog/actions-controller.js';
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
	/** What is shown: now, held, or of the past. */
	readonly state: Readable<MonitorState>;
	readonly live: Readable<MonitorState>;
	/** The same with its real names, which the actions know nodes by. */
	readonly seen: Pick<Readable<MonitorState>, 'get'>;
	/** For what is said beside the state. */
	readonly maskText: (text: string) => string;
	readonly view: ExternalStore<ViewState>;
	readonly actions: ActionsController;
	readonly deployment: (state: MonitorState) => DeploymentKind;
	readonly now: () => number;
	readonly glyphs: Glyphs;
	/** Undefined: no colour and no other attribute. */
	readonly theme: ThemeName | undefined;
	readonly hasMouse: boolean;
	readonly keyboard: Keyboard;
	/** Which node is looked at and what a panel that can be seen wants of it. */
	readonly onViewChanged: (node: NodeAddress | undefined, interests: ReadonlySet<PollInterest>) => void;
	/** Of more nodes than can be asked all the time: which of them stand on the screen, whenever others do. */
	readonly onSeen: (nodes: ReadonlySet<NodeAddress>) => void;
	readonly effects: Pick<ControllerEffects, 'momentFrom' | 'showMoment' | 'setBaseline' | 'dismissNode'> & {
		readonly quit: (leavesFrame: boolean) => void;
		readonly pollNow: () => void;
		readonly setInterval: (intervalMs: number) => void;
		readonly copy: (text: string) => boolean;
		readonly writeDump: (screen: readonly string[]) => Promise<Notice>;
		readonly hold: () => void;
		readonly release: () => void;
		/** Stops the process until it is continued; the terminal is the shell's meanwhile. */
		readonly whileSuspended: () => Promise<void>;
	};
};

export type MountedMonitor = {
	/** Gives the terminal back as it was, but for the last frame where that is to stay. Safe to call again. */
	readonly unmount: (leavesFrame?: boolean) => void;
	/** Ctrl-Z, or a SIGTSTP from outside. */
	readonly suspend: () => void;
	/** As the key does; from a signal. Never rejects. */
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
	// What is held, or past, is shown as it was seen then: its age doesn't grow, and nothing is drawn anew.
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
		// The stop we sent our own group reaches us too, and only after we go on: by then it has been obeyed.
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
	const stopHandling = [
		actions.subscribe(() => dialog.set(actions.dialog())),
		...watchView(options, actions),
		...(hasMouse ? [watchMouseReports(process.stdin, report => controller.mouse(readMouse(report)))] : []),
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
		onDrawn: tellSeen(options),
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

			// First, so that nothing Ink has to say at its end reaches the terminal.
			output.leave(leavesFrame);
			instance.unmount();
		},
	};
}

/**
Ink hands its frames to `output`, whole: that is what its debug mode does, without any cursor movement of its own.

@param stdin The real one by default.
*/
export const inkOptions = (output: ScreenOutput, stdin: NodeJS.ReadStream = process.stdin): RenderOptions => ({
	stdout: output as unknown as NodeJS.WriteStream,
	stdin,
	debug: true,
	exitOnCtrlC: false,
	patchConsole: false,
	// Explicit, because Ink would give up its screen wherever the variable CI is set.
	interactive: true,
});

function tellSeen({state, onSeen}: MountOptions): NonNullable<AppProps['onDrawn']> {
	let told: ReadonlySet<NodeAddress> = new Set();
	return lines => {
		if (state.get().nodes.size <= scale.allVisibleUpTo) {
			return;
		}

		const seen = nodesShown(lines);
		if (seen.size !== told.size || [...seen].some(node => !told.has(node))) {
			told = seen;
			onSeen(seen);
		}
	};
}

/** Tells which node and which lists are on the screen whenever that changes, and the desk what became of its node. */
function watchView(
	{live, seen, view, now: wallClock, onViewChanged}: MountOptions,
	actions: ActionsController,
): Array<() => void> {
	let told = '';
	const tell = () => {
		const scene = view.get().isWall ? sceneAt(wallScenes(live.get()), wallClock()) : undefined;
		const node = scene?.node ?? focusedNode(live.get(), view.get())?.address;
		// The wall's figures are those of the overview, whichever panel is below them.
		const interests = (scene === undefined ? [view.get().panel] : (['overview', scene.panel] as const)).flatMap(
			panel => panelOf({...view.get(), panel}).interests,
		);
		const now = `${node} ${interests.join(' ')}`;
		if (now !== told) {
			told = now;
			onViewChanged(node, new Set(interests));
		}
	};
	const showToController = () => {
		for (const record of seen.get().nodes.values()) {
			actions.see(record);
		}
	};

	tell();
	return [
		view.subscribe(tell),
		live.subscribe(() => {
			tell();
			showToController();
		}),
	];
}
