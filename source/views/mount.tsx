import process from 'node:process';
import {type RenderOptions, render} from 'ink';
import type {ActionsController} from '../actions/actions-controller.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import {withFunctionKeys} from '../keys/read-keys.js';
import {readMouse} from '../keys/read-mouse.js';
import {createStore} from '../state/external-store.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';
import {watchMouseReports} from '../terminal/mouse-input.js';
import type {ScreenOutput} from '../terminal/screen-output.js';
import {readWholeSequences} from '../terminal/whole-input.js';
import {plainText} from '../text/line.js';
import {App, type AppProps} from './app.js';
import type {HeaderLock} from './chrome.js';
import {Controller} from './control/controller.js';
import type {ControllerEffects} from './control/controller-options.js';
import type {ReplayEffects} from './control/replay-control.js';
import type {MonitorScreen, MonitorScreenOptions, Readable} from './monitor-screen.js';
import {screenLines} from './screen.js';
import {nodesShown} from './screen-targets.js';

/** The parts of the actions controller that the screen needs. */
export type ScreenActions = Pick<
	ActionsController,
	'isOpen' | 'open' | 'choose' | 'press' | 'running' | 'lock' | 'notes' | 'dialog' | 'subscribe' | 'see' | 'resize'
>;

export type MountOptions = MonitorScreenOptions & {
	/** The screen. It is open already, and drew the first frames. */
	readonly screen: MonitorScreen;
	/** The live state without masking: actions need the real addresses. */
	readonly seen: Pick<Readable<MonitorState>, 'get'>;
	/** Masks texts that don't come from the state, such as notes about a restart. The state itself is masked already. */
	readonly maskText: (text: string) => string;
	readonly actions: ScreenActions;
	/** Called in large deployments whenever the set of nodes on the screen changes. Other nodes are polled less often. */
	readonly onSeen: (nodes: ReadonlySet<NodeAddress>) => void;
	readonly effects: Pick<
		ControllerEffects,
		'momentFrom' | 'showMoment' | 'setBaseline' | 'dismissNode' | 'tryCredentials' | 'scanKeys'
	> & {
		readonly quit: (leavesFrame: boolean) => void;
		readonly goBack?: ControllerEffects['goBack'];
		readonly pollNow: () => void;
		readonly setInterval: (intervalMs: number) => void;
		readonly copy: (text: string) => boolean;
		readonly writeDump: (screen: readonly string[]) => Promise<Notice>;
		readonly toggleRecording: () => Promise<Notice>;
		readonly hold: () => void;
		readonly release: () => void;
		/** Stops the process until SIGCONT; the terminal belongs to the shell meanwhile. */
		readonly whileSuspended: () => Promise<void>;
	};
	/** The effects of a replay's keys; undefined on the live screen. */
	readonly replay?: ReplayEffects | undefined;
};

export type MountedMonitor = {
	/**
	Restores the terminal. With `leavesFrame`, the last frame is printed on the shell's screen. Further calls have no
	effect.
	*/
	readonly unmount: (leavesFrame?: boolean) => void;
	/** Handles Ctrl-Z, or a SIGTSTP from another process. */
	readonly suspend: () => void;
	/** Shows a notice on the last line for some seconds. */
	readonly notify: (text: string, tone?: Notice['tone']) => void;
	/** Writes a dump, as the key `D` does, for the signal SIGUSR2. Never rejects. */
	readonly writeDump: () => void;
};

function headerLock({lock}: Pick<ScreenActions, 'lock'>): HeaderLock {
	if (lock === 'read-only' || lock === 'locked') {
		return {kind: lock};
	}

	return {kind: 'unlocked', leftMs: lock.unlockedForSeconds * 1000};
}

/** Lets Ink draw the monitor on its screen from now on, and connects the keys. */
export function mountMonitor(options: MountOptions): MountedMonitor {
	const {screen, state, live, view, actions, glyphs, keyboard, effects} = options;
	const {output} = screen;
	const screenInput = () => ({
		...screen.input(headerLock(actions), actions.notes.map(options.maskText)),
		hasDialog: actions.isOpen,
	});
	const shownLines = () => screenLines(screenInput());
	const screenText = () => shownLines().map(spans => plainText(spans).trimEnd());
	const writeDump = () => effects.writeDump(screenText());
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
		// The SIGTSTP that stops redis-top goes to the whole process group. It therefore reaches this process again after
		// SIGCONT, and must not stop redis-top a second time.
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
		shownNow: () => screen.shownNow(),
		size: () => ({columns: output.columns, rows: output.rows}),
		shownLines,
		replay: options.replay,
		effects: {
			...effects,
			suspend,
			repaint,
			toggleMouse: () => {
				output.setMouse(!output.hasMouse);
				return output.hasMouse;
			},
			writeDump,
		},
	});

	const dialog = createStore(actions.dialog());
	const readAsBefore = readWholeSequences(process.stdin, withFunctionKeys);
	const stopHandling = [
		actions.subscribe(() => dialog.set(actions.dialog())),
		live.subscribe(() => showToActions(options)),
		watchMouseReports(process.stdin, report => controller.mouse(readMouse(report))),
		readAsBefore,
	];
	const props: AppProps = {
		state,
		view,
		dialog,
		controller,
		screenInput,
		paint: screen.paint,
		onReady: suspendWith => {
			suspendTerminal = suspendWith;
		},
		onResize: (columns, rows) => actions.resize(columns, rows),
		onDrawn: reportSeen(options),
	};
	showToActions(options);
	screen.handOver();
	const instance = render(<App {...props} />, inkOptions(output));
	return {
		suspend,
		notify: (text, tone) => controller.notify(text, tone),
		writeDump: () => void writeDump().then(({text, tone}) => controller.notify(text, tone)),
		unmount: leavesFrame => {
			for (const stop of stopHandling) {
				stop();
			}

			// `leave` runs before Ink unmounts. So the output that Ink writes at its end doesn't reach the terminal.
			output.leave(leavesFrame);
			instance.unmount();
		},
	};
}

/**
Options for Ink's `render`. In debug mode, Ink writes every frame whole to `output` and moves no cursor. `output` can
then compare the frame with the one before and write only the difference.

@param stdin `process.stdin` by default.
*/
export const inkOptions = (output: ScreenOutput, stdin: NodeJS.ReadStream = process.stdin): RenderOptions => ({
	stdout: output as unknown as NodeJS.WriteStream,
	stdin,
	debug: true,
	exitOnCtrlC: false,
	patchConsole: false,
	// `interactive` is explicit, because by default Ink draws no live screen when the environment variable CI is set.
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

/** Passes the live node records to the actions. */
function showToActions({seen, actions}: MountOptions): void {
	for (const record of seen.get().nodes.values()) {
		actions.see(record);
	}
}
