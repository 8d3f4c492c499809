import process from 'node:process';
import {writeDump} from '../app/dump.js';
import {maskingFor} from '../app/masking.js';
import type {Replay} from '../app/replay.js';
import {ReplayPlayer} from '../app/replay-player.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import {deploymentKind} from '../derive/deployment.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import {keyboardWith} from '../keys/keyboard.js';
import {recordingExtension} from '../record/recording.js';
import {createStore} from '../state/external-store.js';
import {History} from '../state/history.js';
import {newView, reduceView} from '../state/reduce-view.js';
import {ShownState} from '../state/shown-state.js';
import type {ViewState} from '../state/view-state.js';
import {copyToClipboard} from '../terminal/clipboard.js';
import {crashReport, type ExitReason, installExitHandlers} from '../terminal/exit-handlers.js';
import {stopUntilContinued} from '../terminal/suspension.js';
import {screenGlyphs} from '../text/glyphs.js';
import {MonitorScreen, type MonitorScreenOptions} from '../views/monitor-screen.js';
import {type MountedMonitor, mountMonitor, type ScreenActions} from '../views/mount.js';
import {recordingProblem} from './recording-problem.js';
import {openReplay} from './replay.js';

/** Time for which the notice about a saved screen stays, in milliseconds. */
const noticeMs = 8000;

/**
Saves the half hour before the shown moment as a recording, beside the file with the saved screen. Resolves with the
reason if that fails.
*/
async function savePart(replay: Replay, name: string, {isMasked}: Config): Promise<string | undefined> {
	const {header} = replay.recording.sessionAt(replay.nowMs);
	if (isMasked && !header.masked.includes('addresses')) {
		return 'the recording has addresses, which --mask hides on the screen alone';
	}

	try {
		await replay.save(`${name}${recordingExtension}`);
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** The actions of a replay. There are none, because a replay shows the past. */
const noActions: ScreenActions = {
	isOpen: false,
	running: undefined,
	lock: 'read-only',
	notes: [],
	open: () => undefined,
	choose: () => undefined,
	press: () => undefined,
	dialog: () => undefined,
	subscribe: () => () => undefined,
	see: () => undefined,
	resize: () => undefined,
};

/** `redis-top replay` on a terminal. No server is asked. Resolves with the exit code. */
export async function runReplayScreen(config: Config): Promise<number> {
	let opened: ReturnType<typeof openReplay>;
	try {
		opened = openReplay(config.replay ?? {paths: [], at: undefined});
	} catch (error) {
		return recordingProblem(error);
	}

	const {replay, atMs} = opened;
	const {recording} = replay;
	const {intervalMs} = recording.sessionAt(replay.nowMs).header;
	if (atMs === undefined) {
		replay.advance(firstSampleMs(replay, intervalMs));
	} else {
		replay.seek(atMs);
	}

	const view = createStore<ViewState>(newView(config.panel, intervalMs, config.isWall));
	const player = new ReplayPlayer({
		replay,
		clock: systemClock,
		speed: config.replay?.speed,
		onChange: (momentMs, moved) =>
			view.set(reduceView(view.get(), {kind: 'replay-moved', atMs: momentMs, replay: moved})),
	});
	const shown = new ShownState(replay, new History());
	const masking = maskingFor(config);
	const state = masking.readable(shown);
	const end = new AbortController();
	const options: MonitorScreenOptions = {
		state,
		live: masking.readable(replay),
		view,
		deployment: ({nodes}) => deploymentKind([...nodes.values()]),
		now: () => systemClock.now(),
		historyFrom: () => undefined,
		glyphs: screenGlyphs(config.isAscii, process.env.TERM),
		theme: config.theme,
		hasMouse: config.hasMouse,
		keyboard: keyboardWith(config.keys, 'replay'),
		onViewChanged: () => undefined,
	};
	const screen = new MonitorScreen(options);
	const exit = await new Promise<ExitReason>(resolve => {
		let app: MountedMonitor | undefined;
		const suspend = () => app?.suspend();
		const dump = () => app?.writeDump();
		const leave = (left: ExitReason) => {
			setImmediate(stopHandling);
			process.off('SIGTSTP', suspend);
			process.off('SIGUSR2', dump);
			if (app === undefined) {
				screen.close();
			} else {
				app.unmount(left.kind === 'quit' && left.leavesFrame);
			}

			resolve(left);
		};

		const stopHandling = installExitHandlers(leave);
		process.on('SIGTSTP', suspend);
		process.on('SIGUSR2', dump);
		screen.open({kind: 'read-only'});
		app = mountMonitor({
			...options,
			screen,
			seen: replay,
			maskText: masking.text,
			actions: noActions,
			onSeen: () => undefined,
			replay: {
				...player,
				stepSample: (by, node) => player.stepSample(by, masking.real(node)),
				stepChange: by => masking.text(player.stepChange(by)),
			},
			effects: {
				quit: leavesFrame => leave({kind: 'quit', exitCode: exitCodes.ok, leavesFrame}),
				pollNow: () => undefined,
				scanKeys: () => undefined,
				setInterval: () => undefined,
				dismissNode: () => undefined,
				tryCredentials: async () => undefined,
				copy: copyToClipboard,
				writeDump: async lines => ({
					...masking.notice(
						await writeDump(lines, state.get(), replay.nowMs, async name => savePart(replay, name, config)),
					),
					untilMs: systemClock.now() + noticeMs,
				}),
				toggleRecording: async () => ({text: 'this is a recording', tone: 'plain', untilMs: 0}),
				hold: () => undefined,
				release: () => undefined,
				momentFrom: () => undefined,
				showMoment: () => undefined,
				setBaseline: baselineMs => shown.setBaseline(baselineMs),
				whileSuspended: stopUntilContinued,
			},
		});
		const crash = (error: unknown) => leave({kind: 'crash', error, exitCode: exitCodes.bug});
		replay.scan.run(systemClock, end.signal, player.renew).catch(crash);
		player.run(end.signal).catch(crash);
	});
	end.abort();
	recording.close();
	if (exit.kind === 'crash') {
		process.stderr.write(crashReport(exit.error, version));
	}

	return exit.exitCode;
}

/**
The moment of a recording's beginning by which its nodes were polled once, in milliseconds since the epoch. Before it, the
screen would have nothing to show.
*/
function firstSampleMs(replay: Replay, intervalMs: number): number {
	const {beganMs, endedMs} = replay.recording;
	return Math.min(endedMs, (replay.pollFrom(beganMs - 1, 1) ?? beganMs) + intervalMs);
}
