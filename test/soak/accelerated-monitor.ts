import {render} from 'ink';
import {createElement} from 'react';
import type {DialogContent} from '../../source/actions/dialog/dialog-content.js';
import {applyFleetEvent} from '../../source/app/session.js';
import {type Cluster, newCluster} from '../../source/demo/simulated/cluster.js';
import {incidentsOf, roundOf} from '../../source/demo/simulated/play.js';
import {deploymentKind} from '../../source/derive/deployment.js';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {Fleet} from '../../source/poll/fleet.js';
import {createStore} from '../../source/state/external-store.js';
import {History} from '../../source/state/history.js';
import {MonitorStore} from '../../source/state/monitor-store.js';
import {newView} from '../../source/state/reduce-view.js';
import {ShownState} from '../../source/state/shown-state.js';
import type {ViewState} from '../../source/state/view-state.js';
import {ScreenOutput} from '../../source/terminal/screen-output.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {App} from '../../source/views/app.js';
import {Controller} from '../../source/views/control/controller.js';
import {inkOptions} from '../../source/views/mount.js';
import {focusedNode, type ScreenInput} from '../../source/views/screen-input.js';
import {paintWith} from '../../source/views/theme.js';
import {FakeClock} from '../harness/fake-clock.js';
import {settingsOf} from '../harness/fake-port.js';
import {ScreenStdin} from '../harness/screen.js';
import {CountingTerminal} from './counting-terminal.js';
import {simulatedPorts} from './simulated-port.js';

const ports = [21_000, 21_001, 21_002, 21_003, 21_004, 21_005];
const intervalMs = 1000;
/**
Interval between two slow log entries, in milliseconds. With it, the thousand entries that are kept for each node fill
up within 44 minutes of the warm-up.
*/
const slowlogEveryMs = 3000;

/** Runs the monitor's own parts on a fake clock, from the polls of a simulated cluster to the bytes of its frames. */
export function openAcceleratedMonitor() {
	const clock = new FakeClock();
	const end = new AbortController();
	const cluster = newCluster(ports, clock.now(), slowlogEveryMs);
	const history = new History();
	const target = `127.0.0.1:${ports[0]}`;
	const store = new MonitorStore({target, isInsecure: false, intervalMs, clock, history});
	const shown = new ShownState(store, history);
	const fleet = new Fleet({
		targets: [settingsOf(target)],
		openPort: simulatedPorts(cluster, clock),
		clock,
		signal: end.signal,
		intervalMs,
		report: event => applyFleetEvent(store, event, {}),
	});
	const terminal = new CountingTerminal(120, 40);
	const stdin = new ScreenStdin();
	const screen = showOn(terminal, stdin, {store, shown, history, fleet, clock});
	fleet.start();
	void play(cluster, clock, end.signal);
	return {
		terminal,
		stdin,
		signal: end.signal,
		output: screen.output,
		nodes: () => store.get().nodes.size,
		/** Runs one second: its polls and its frame. */
		async second() {
			await clock.advance(intervalMs);
			store.flush();
			screen.lookAt();
			await new Promise(resolve => setImmediate(resolve));
		},
		close() {
			end.abort();
			store.flush();
			screen.close();
		},
	};
}

type Parts = {
	readonly store: MonitorStore;
	readonly shown: ShownState;
	readonly history: History;
	readonly fleet: Fleet;
	readonly clock: FakeClock;
};

function showOn(terminal: CountingTerminal, stdin: ScreenStdin, {store, shown, history, fleet, clock}: Parts) {
	const view = createStore<ViewState>(newView('overview', intervalMs));
	const dialog = createStore<DialogContent | undefined>(undefined);
	const size = () => ({columns: terminal.columns, rows: terminal.rows});
	const now = () => view.get().shownAtMs ?? view.get().pausedAtMs ?? clock.now();
	const nothing = () => undefined;
	const controller = new Controller({
		shownState: shown.get,
		liveState: store.get,
		view,
		actions: {isOpen: false, running: undefined, open: nothing, choose: nothing, press: nothing},
		keyboard: usualKeyboard,
		glyphs: unicodeGlyphs,
		now: () => clock.now(),
		shownNow: now,
		size,
		shownLines: () => [],
		effects: {
			quit: nothing,
			pollNow: () => fleet.pollNow(true),
			tryCredentials: async () => undefined,
			dismissNode: node => store.dismiss(node),
			setInterval: nothing,
			toggleMouse: () => false,
			copy: () => true,
			scanKeys: () => undefined,
			writeDump: async () => ({text: 'written', tone: 'plain', untilMs: clock.now() + 1}),
			toggleRecording: async () => ({text: 'recording', tone: 'plain', untilMs: clock.now() + 1}),
			repaint: nothing,
			suspend: nothing,
			hold: () => shown.hold(),
			release: () => shown.release(),
			momentFrom: (node, fromMs, {by, unit}) => history.momentFrom(node, fromMs, by, unit),
			showMoment: atMs => shown.showMoment(atMs),
			setBaseline: atMs => shown.setBaseline(atMs),
		},
	});
	const screenInput = (): ScreenInput => ({
		state: shown.get(),
		view: view.get(),
		deployment: deploymentKind([...store.get().nodes.values()]),
		lock: {kind: 'locked'},
		nowMs: now(),
		liveNowMs: clock.now(),
		keyboard: usualKeyboard,
		glyphs: unicodeGlyphs,
		...size(),
	});
	const output = new ScreenOutput(terminal);
	output.enter();
	const app = createElement(App, {
		state: shown,
		view,
		dialog,
		controller,
		screenInput,
		paint: paintWith('dark'),
		onResize: nothing,
		onReady: nothing,
	});
	const instance = render(app, inkOptions(output, stdin as unknown as NodeJS.ReadStream));
	fleet.setInterests(new Set(['clients', 'slowlog', 'histograms', 'cluster']));
	return {
		output,
		lookAt() {
			const node = focusedNode(store.get(), view.get())?.address;
			fleet.setFocus(node);
			store.setFocus(node);
		},
		close() {
			output.leave();
			instance.unmount();
		},
	};
}

/** Plays all incidents, round after round. */
async function play(cluster: Cluster, clock: FakeClock, signal: AbortSignal): Promise<void> {
	const round = roundOf(cluster, incidentsOf('all')).toSorted((one, other) => one.atMs - other.atMs);
	while (!signal.aborted) {
		const startedAtMs = clock.elapsed();
		for (const {atMs, act} of round) {
			await clock.sleep(startedAtMs + atMs - clock.elapsed(), signal);
			act?.(cluster, clock.now());
		}
	}
}
