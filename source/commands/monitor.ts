import {randomUUID} from 'node:crypto';
import process from 'node:process';
import {openActions} from '../app/actions.js';
import {pollAudit} from '../app/audit-poller.js';
import {writeDump} from '../app/dump.js';
import {keepHeapSmall, letHeapGrow} from '../app/heap.js';
import {pollHost} from '../app/host-poller.js';
import {maskingFor} from '../app/masking.js';
import {startSession} from '../app/session.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import {deploymentKind} from '../derive/deployment.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import {keyboardWith} from '../keys/keyboard.js';
import {createStore} from '../state/external-store.js';
import {History} from '../state/history.js';
import {nodesWithFindings} from '../state/nodes-with-findings.js';
import {newView} from '../state/reduce-view.js';
import {ShownState} from '../state/shown-state.js';
import type {ViewState} from '../state/view-state.js';
import {clipboardSequence} from '../terminal/clipboard.js';
import {crashReport, type ExitReason, installExitHandlers} from '../terminal/exit-handlers.js';
import {stopUntilContinued} from '../terminal/suspension.js';
import {asciiGlyphs, unicodeGlyphs} from '../text/glyphs.js';

/** Longest wait after the screen is restored, for a pending reply or a child process, in milliseconds. */
const exitGraceMs = 500;

/** The live monitor on a terminal. Resolves with the exit code when the user, a signal or a defect ends it. */
export async function runScreen(config: Config): Promise<number> {
	keepHeapSmall();
	const end = new AbortController();
	// Servers are connected while Ink is loaded. These two steps take most of the time to the first data.
	const history = new History();
	const {fleet, store} = startSession(config, {signal: end.signal, isEveryNodeFocused: false, history});
	store.subscribe(() => {
		if (store.get().nodes.size > scale.smallHeapUpTo) {
			letHeapGrow();
		}
	});
	const {mountMonitor} = await import('../views/mount.js');

	const pollNow = () => fleet.pollNow(true);
	const view = createStore<ViewState>(newView(config.panel, config.intervalMs, config.isWall));
	const shown = new ShownState(store, history);
	const masking = maskingFor(config);
	const masked = masking.readable(shown);
	const runId = randomUUID();
	const actions = openActions({config, fleet, store, session: runId, copy: copyToClipboard});
	void pollAudit({
		folder: stateFolder(process.env, homeFolder()),
		ownSession: runId,
		clock: systemClock,
		signal: end.signal,
		onChange: audit => store.setAudit(audit),
		onNews: events => store.addEvents(events),
	});
	let focus: NodeAddress | undefined;
	let seen: ReadonlySet<NodeAddress> = new Set();
	const tellSeen = () => fleet.setSeen(new Set([...seen, ...nodesWithFindings(store.get().findings)]));
	store.subscribe(tellSeen);
	void pollHost({
		store,
		focus: () => focus,
		settingsOf: address => fleet.settingsOf(address),
		clock: systemClock,
		signal: end.signal,
	});
	const exit = await new Promise<ExitReason>(resolve => {
		const leave = (left: ExitReason) => {
			// The listeners are removed later: without them, Ink's own listener ends the process before the last lines
			// are written.
			setImmediate(stopHandling);
			process.off('SIGTSTP', app.suspend);
			process.off('SIGUSR1', pollNow);
			process.off('SIGUSR2', app.writeDump);
			app.unmount(left.kind === 'quit' && left.leavesFrame);
			resolve(left);
		};

		const stopHandling = installExitHandlers(leave);
		const app = mountMonitor({
			state: masked,
			live: masking.readable({get: () => store.get(), subscribe: listener => store.subscribe(listener)}),
			seen: store,
			maskText: masking.text,
			view,
			actions,
			deployment: state => deploymentKind([...state.nodes.values()]),
			now: () => systemClock.now(),
			glyphs: config.isAscii ? asciiGlyphs : unicodeGlyphs,
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
			onSeen: nodes => {
				seen = new Set([...nodes].flatMap(node => masking.real(node) ?? []));
				tellSeen();
			},
			effects: {
				quit: leavesFrame => leave({kind: 'quit', exitCode: 0, leavesFrame}),
				pollNow,
				dismissNode: shownNode => {
					const node = masking.real(shownNode);
					if (node !== undefined) {
						fleet.dismiss(node);
						store.dismiss(node);
					}
				},
				setInterval: intervalMs => fleet.setInterval(intervalMs),
				copy: copyToClipboard,
				writeDump: async screen => masking.notice(await writeDump(screen, masked.get(), systemClock.now())),
				hold: () => shown.hold(),
				release: () => shown.release(),
				momentFrom: (shownNode, fromMs, {by, unit}) => {
					const node = masking.real(shownNode);
					return node === undefined ? undefined : history.momentFrom(node, fromMs, by, unit);
				},
				showMoment: atMs => shown.showMoment(atMs),
				setBaseline: atMs => shown.setBaseline(atMs),
				whileSuspended: stopUntilContinued,
			},
		});
		process.on('SIGTSTP', app.suspend);
		process.on('SIGUSR1', pollNow);
		process.on('SIGUSR2', app.writeDump);
	});

	// A running timer would delay the shell's prompt.
	const grace = new AbortController();
	await Promise.race([actions.close(), systemClock.sleep(exitGraceMs, grace.signal)]);
	grace.abort();
	end.abort();
	store.flush();
	if (exit.kind === 'crash') {
		process.stderr.write(crashReport(exit.error, version));
	}

	// A half-open socket must not keep the process alive.
	setTimeout(() => process.exit(exit.exitCode), exitGraceMs).unref();
	return exit.exitCode;
}

/** Copies a text to the terminal's clipboard. Returns false when the text is longer than terminals accept. */
function copyToClipboard(text: string): boolean {
	const sequence = clipboardSequence(text, process.env);
	if (sequence !== undefined) {
		process.stdout.write(sequence);
	}

	return sequence !== undefined;
}
