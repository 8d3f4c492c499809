import process from 'node:process';
import {EarlyInputs} from '../app/early-inputs.js';
import {fitHeap} from '../app/heap.js';
import {maskingFor} from '../app/masking.js';
import {startSession} from '../app/session.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import {deploymentKind} from '../derive/deployment.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import type {NodeAddress} from '../domain/node.js';
import {keyboardWith} from '../keys/keyboard.js';
import {createStore} from '../state/external-store.js';
import {History} from '../state/history.js';
import type {MonitorStore} from '../state/monitor-store.js';
import {newView} from '../state/reduce-view.js';
import {ShownState} from '../state/shown-state.js';
import type {ViewState} from '../state/view-state.js';
import {crashReport, type ExitReason, installExitHandlers} from '../terminal/exit-handlers.js';
import {screenGlyphs} from '../text/glyphs.js';
import {followView, MonitorScreen, type MonitorScreenOptions} from '../views/monitor-screen.js';
import {endNow} from './end-at-once.js';
import type {MonitorControls, MonitorControlsOptions} from './monitor-controls.js';

/** Longest wait after the screen is restored, for a pending reply or a child process, in milliseconds. */
const exitGraceMs = 500;

/**
Longest wait for the first data, in milliseconds. After this wait, the code for the keyboard and for everything else is
loaded.
*/
const firstDataWithinMs = 250;

/** A visit to one server from a list of servers. Esc goes back to that list. */
export type MonitorVisit = {
	/** Whether the user left the monitor with Esc. */
	hasLeft: boolean;
};

/** The live monitor on a terminal. Resolves with the exit code when the user, a signal or a defect ends it. */
export async function runScreen(config: Config, visit?: MonitorVisit): Promise<number> {
	let writer: MonitorControlsOptions['writer'];
	if (config.record.file !== undefined) {
		const {openRecording} = await import('./open-recording.js');
		const opened = await openRecording(config.record.file, config);
		if (typeof opened === 'number') {
			return opened;
		}

		writer = opened;
	}

	const end = new AbortController();
	const history = new History();
	const inputs = new EarlyInputs(systemClock);
	const {promise: pingAfter, resolve: startPinging} = Promise.withResolvers<void>();
	const session = startSession(config, {
		signal: end.signal,
		isEveryNodeFocused: false,
		history,
		pingAfter,
		journal: inputs.journal,
	});
	const {fleet, store} = session;
	fitHeap(store);
	const pollNow = () => fleet.pollNow(true);
	const shown = new ShownState(store, history);
	const masking = maskingFor(config);
	let focus: NodeAddress | undefined;
	const screenOptions: MonitorScreenOptions = {
		state: masking.readable(shown),
		live: masking.readable({get: () => store.get(), subscribe: listener => store.subscribe(listener)}),
		view: createStore<ViewState>(newView(config.panel, config.intervalMs, config.isWall)),
		deployment: state => deploymentKind([...state.nodes.values()]),
		now: () => systemClock.now(),
		historyFrom: shownNode => {
			const node = masking.real(shownNode);
			return node === undefined ? undefined : history.oldest(node);
		},
		glyphs: screenGlyphs(config.isAscii, process.env.TERM),
		theme: config.theme,
		hasMouse: config.hasMouse,
		keyboard: keyboardWith(config.keys),
		onViewChanged: (shownNode, interests) => {
			const node = masking.real(shownNode);
			focus = node;
			fleet.setFocus(node);
			store.setFocus(node);
			fleet.setInterests(interests);
		},
	};
	followView(screenOptions);
	const screen = new MonitorScreen(screenOptions);
	let controls: MonitorControls | undefined;
	const exit = await new Promise<ExitReason>(resolve => {
		let hasLeft = false;
		const suspend = () => controls?.suspend();
		const dump = () => controls?.writeDump();
		const leave = (left: ExitReason) => {
			hasLeft = true;
			// The signal listeners of redis-top stay until the next turn of the event loop. Without these listeners, Ink's
			// own listener would end the process before the last lines are written.
			setImmediate(stopHandling);
			process.off('SIGTSTP', suspend);
			process.off('SIGUSR1', pollNow);
			process.off('SIGUSR2', dump);
			if (controls === undefined) {
				screen.close();
			} else {
				controls.unmount(left.kind === 'quit' && left.leavesFrame);
			}

			resolve(left);
		};

		const stopHandling = installExitHandlers(leave);
		process.on('SIGTSTP', suspend);
		process.on('SIGUSR1', pollNow);
		process.on('SIGUSR2', dump);
		const mount = async () => {
			await untilFirstData(store);
			// The code for the keyboard and for actions is loaded last, because that takes longer than the first reply.
			const {mountControls} = await import('./monitor-controls.js');
			if (!hasLeft) {
				controls = mountControls({
					config,
					session,
					history,
					shown,
					inputs,
					writer,
					masking,
					screen,
					screenOptions,
					focus: () => focus,
					pollNow,
					quit: leavesFrame => leave({kind: 'quit', exitCode: 0, leavesFrame}),
					goBack:
						visit &&
						(() => {
							visit.hasLeft = true;
							leave({kind: 'quit', exitCode: 0});
						}),
					signal: end.signal,
				});
				startPinging();
			}
		};

		screen.open(firstLock(config));
		mount().catch((error: unknown) => leave({kind: 'crash', error, exitCode: exitCodes.bug}));
	});

	// The timer of the wait is stopped afterwards, because a running timer would delay the shell's prompt.
	const grace = new AbortController();
	await Promise.race([controls?.close(), systemClock.sleep(exitGraceMs, grace.signal)]);
	grace.abort();
	end.abort();
	store.flush();
	if (exit.kind === 'crash') {
		process.stderr.write(crashReport(exit.error, version));
	}

	if (visit?.hasLeft === true) {
		return exit.exitCode;
	}

	// A half-open socket must not keep the process alive.
	setTimeout(() => endNow(exit.exitCode), exitGraceMs).unref();
	return exit.exitCode;
}

const firstLock = ({isReadOnly, allowsActions}: Config): Parameters<MonitorScreen['open']>[0] =>
	isReadOnly
		? {kind: 'read-only'}
		: allowsActions
			? {kind: 'unlocked', leftMs: Number.POSITIVE_INFINITY}
			: {kind: 'locked'};

/** Resolves when a node has answered or failed, and after `firstDataWithinMs` at the latest. */
async function untilFirstData(store: MonitorStore): Promise<void> {
	await new Promise<void>(resolve => {
		const timer = setTimeout(resolve, firstDataWithinMs);
		const stop = store.subscribe(() => {
			if ([...store.get().nodes.values()].some(({sample, failure}) => sample !== undefined || failure !== undefined)) {
				clearTimeout(timer);
				stop();
				resolve();
			}
		});
	});
}
