import type {TestContext} from 'node:test';
import {render} from 'ink';
import type {DialogContent} from '../../source/actions/dialog/dialog-content.js';
import {type Keyboard, usualKeyboard} from '../../source/keys/keyboard.js';
import {readMouse} from '../../source/keys/read-mouse.js';
import {createStore} from '../../source/state/external-store.js';
import {History} from '../../source/state/history.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import type {PanelId} from '../../source/state/panel-table.js';
import {newView} from '../../source/state/reduce-view.js';
import {ShownState} from '../../source/state/shown-state.js';
import type {ViewState} from '../../source/state/view-state.js';
import {ScreenOutput} from '../../source/terminal/screen-output.js';
import {type Glyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import {App} from '../../source/views/app.js';
import {Controller} from '../../source/views/control/controller.js';
import type {ControllerOptions} from '../../source/views/control/controller-options.js';
import {inkOptions} from '../../source/views/mount.js';
import {screenLines} from '../../source/views/screen.js';
import type {ScreenInput} from '../../source/views/screen-input.js';
import {type Paint, paintPlain} from '../../source/views/theme.js';
import {createScreen, type Screen} from './screen.js';

export type AppScreen = {
	readonly screen: Screen;
	/** What the controller asked the program to do outside the screen, in order: `quit`, `copy:text` … */
	readonly asked: string[];
	view(): ViewState;
	/** A mouse report as the terminal sends it, without its escape character. */
	mouse(report: string): void;
	/** Returns the number of frames that Ink has drawn. */
	frames(): number;
	show(state: MonitorState): void;
	showDialog(dialog: DialogContent | undefined): void;
	/** Restores the terminal. The end of the test calls it too. */
	leave(): void;
};

export type AppScreenOptions = {
	readonly state: MonitorState;
	readonly columns?: number;
	readonly rows?: number;
	readonly panel?: PanelId;
	readonly nowMs: number;
	readonly glyphs?: Glyphs;
	readonly paint?: Paint;
	readonly actions?: ControllerOptions['actions'];
	readonly keyboard?: Keyboard;
	readonly tryCredentials?: ControllerOptions['effects']['tryCredentials'];
};

const closedActions: ControllerOptions['actions'] = {
	isOpen: false,
	running: undefined,
	open() {},
	choose() {},
	press() {},
};

/**
Mounts the whole app on a terminal emulator. Only the test changes the state that the app shows. The app is unmounted at
the end of the test.
*/
export function mountOnScreen(
	t: TestContext,
	{
		state,
		columns = 80,
		rows = 24,
		panel = 'overview',
		nowMs,
		glyphs = unicodeGlyphs,
		paint = paintPlain,
		actions = closedActions,
		keyboard = usualKeyboard,
		tryCredentials = async () => undefined,
	}: AppScreenOptions,
): AppScreen {
	const screen = createScreen(columns, rows);
	const states = createStore(state);
	const shown = new ShownState(states, new History());
	const view = createStore<ViewState>(newView(panel, 1000));
	const dialog = createStore<DialogContent | undefined>(undefined);
	const asked: string[] = [];
	const ask = (what: string) => () => void asked.push(what);
	const size = () => ({columns: screen.stdout.columns, rows: screen.stdout.rows});
	const screenInput = (): ScreenInput => ({
		state: shown.get(),
		view: view.get(),
		deployment: 'replicated',
		lock: {kind: 'locked'},
		nowMs,
		liveNowMs: nowMs,
		keyboard,
		glyphs,
		...size(),
	});
	const controller = new Controller({
		shownState: shown.get,
		liveState: states.get,
		view,
		actions,
		keyboard,
		glyphs,
		now: () => nowMs,
		shownNow: () => nowMs,
		size,
		shownLines: () => screenLines(screenInput()),
		effects: {
			quit: leavesFrame => void asked.push(leavesFrame ? 'quit-with-frame' : 'quit'),
			pollNow: ask('poll-now'),
			dismissNode: node => void asked.push(`dismiss:${node}`),
			tryCredentials: async (node, credentials) => tryCredentials(node, credentials),
			setInterval: intervalMs => void asked.push(`interval:${intervalMs}`),
			copy: text => asked.push(`copy:${text}`) > 0,
			scanKeys: () => undefined,
			writeDump: async () => ({text: 'written', tone: 'plain', untilMs: nowMs + 1}),
			toggleRecording: async () => ({text: 'recording', tone: 'plain', untilMs: nowMs + 1}),
			repaint: ask('repaint'),
			toggleMouse: () => asked.push('mouse') > 0,
			suspend: ask('suspend'),
			hold: ask('hold'),
			release: ask('release'),
			momentFrom: () => undefined,
			showMoment: atMs => void asked.push(`moment:${atMs}`),
			setBaseline(atMs) {
				asked.push(`baseline:${atMs !== undefined}`);
				shown.setBaseline(atMs);
			},
		},
	});
	let frames = 0;
	const output = new ScreenOutput(screen.stdout);
	output.enter();
	const instance = render(
		<App
			state={shown}
			view={view}
			dialog={dialog}
			controller={controller}
			screenInput={screenInput}
			paint={paint}
			onResize={() => undefined}
			onReady={() => undefined}
		/>,
		{
			...inkOptions(output, screen.stdin),
			onRender() {
				frames += 1;
			},
		},
	);
	const leave = () => {
		output.leave();
		instance.unmount();
	};

	const unmount = async () => {
		leave();
		await instance.waitUntilExit();
		screen.dispose();
	};

	// The app is unmounted after a failed assertion too: a mounted app keeps its process alive.
	t.after(unmount);
	return {
		screen,
		asked,
		view: view.get,
		mouse: report => controller.mouse(readMouse(report)),
		frames: () => frames,
		show: next => states.set(next),
		showDialog: next => dialog.set(next),
		leave,
	};
}
