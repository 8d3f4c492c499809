import {randomUUID} from 'node:crypto';
import process from 'node:process';
import {openActions} from '../app/actions.js';
import {pollAudit} from '../app/audit-poller.js';
import {writeDump} from '../app/dump.js';
import type {EarlyInputs} from '../app/early-inputs.js';
import {pollHost} from '../app/host-poller.js';
import {KeyScanner} from '../app/key-scanner.js';
import type {Masking} from '../app/masking.js';
import {ScreenRecorder, type ScreenRecorderOptions} from '../app/screen-recorder.js';
import {type MonitorSession, visitLostReplicas} from '../app/session.js';
import type {Config} from '../config/config.js';
import type {AuditFact} from '../domain/audit.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {failureText} from '../domain/sample.js';
import type {Silencer, SilencerSource} from '../domain/silence.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import type {History} from '../state/history.js';
import {nodesWithFindings} from '../state/nodes-with-findings.js';
import {reduceView} from '../state/reduce-view.js';
import type {ShownState} from '../state/shown-state.js';
import {copyToClipboard} from '../terminal/clipboard.js';
import {stopUntilContinued} from '../terminal/suspension.js';
import type {MonitorScreen, MonitorScreenOptions} from '../views/monitor-screen.js';
import {type MountedMonitor, mountMonitor} from '../views/mount.js';
import type {HttpService} from '../wire/http-client.js';
import type {PrometheusLink} from './prometheus-link.js';

export type MonitorControlsOptions = {
	readonly config: Config;
	readonly session: Pick<MonitorSession, 'fleet' | 'store' | 'rememberedPlaces'>;
	readonly history: History;
	readonly shown: ShownState;
	readonly inputs: EarlyInputs;
	/** The open file of `--record`. */
	readonly writer: ScreenRecorderOptions['writer'];
	readonly masking: Masking;
	readonly screen: MonitorScreen;
	readonly screenOptions: MonitorScreenOptions;
	/** Returns the node in focus. */
	readonly focus: () => NodeAddress | undefined;
	readonly pollNow: () => void;
	readonly quit: (leavesFrame: boolean) => void;
	/** Goes back to the list from which the monitor was opened; undefined if it was not opened from a list. */
	readonly goBack: (() => void) | undefined;
	readonly signal: AbortSignal;
};

export type MonitorControls = MountedMonitor & {
	/** Closes the actions and the recorder. */
	readonly close: () => Promise<void>;
};

/**
Starts the parts that the screen doesn't need for its first data: keyboard keys, guarded actions, host evidence, the
audit log. This file is a module of its own that is loaded later, with Ink.
*/
export function mountControls(options: MonitorControlsOptions): MonitorControls {
	const {config, session, history, shown, masking, screen, screenOptions, focus, pollNow, quit, signal} = options;
	const {inputs, writer} = options;
	const {fleet, store} = session;
	const {state, view} = screenOptions;
	const runId = randomUUID();
	let onAudit: (fact: AuditFact) => void = () => undefined;
	const {grafana} = config.receivers;
	if (grafana !== undefined) {
		void import('./annotate-actions.js').then(({annotateActions}) => {
			onAudit = annotateActions(grafana, signal, text => app.notify(masking.text(text), 'warning'));
		});
	}

	const {alertmanagers} = config.receivers;
	// With --mask, findings have pseudonyms and alerts have real names, so they can't be compared.
	if (alertmanagers.length > 0 && !config.isMasked) {
		void import('./follow-alerts.js').then(({followAlerts}) =>
			followAlerts(alertmanagers, signal, alerting => store.set({alerting})),
		);
	}

	const actions = openActions({
		config,
		fleet,
		store,
		session: runId,
		copy: copyToClipboard,
		onAudit: fact => onAudit(fact),
		silencer: silencerSource(alertmanagers),
	});
	const recorder = new ScreenRecorder({
		config,
		store,
		inputs,
		writer,
		clock: systemClock,
		signal,
		onChange: recording => view.set(reduceView(view.get(), {kind: 'recording-changed', recording})),
	});
	void pollAudit({
		folder: stateFolder(process.env, homeFolder()),
		ownSession: runId,
		clock: systemClock,
		signal,
		onChange: audit => store.set({audit}),
		// The audit log has the actions of all sessions of this user, on servers of other deployments as well.
		onNews: events => store.addEvents(events.filter(({node}) => node !== undefined && store.get().nodes.has(node))),
		onLines: lines => recorder.addActions(lines.filter(({target}) => store.get().nodes.has(target))),
	});
	let seen: ReadonlySet<NodeAddress> = new Set();
	const tellSeen = () => fleet.setSeen(new Set([...seen, ...nodesWithFindings(store.get().findings)]));
	store.subscribe(tellSeen);
	void pollHost({
		store,
		focus,
		settingsOf: address => fleet.settingsOf(address),
		gathered: record => visitLostReplicas(fleet, record, systemClock.now()),
		rememberedPlaces: session.rememberedPlaces,
		clock: systemClock,
		signal,
	});
	let prometheus: PrometheusLink | undefined;
	const {prometheus: request} = config;
	if (request !== undefined) {
		void import('./prometheus-link.js').then(({linkPrometheus}) => {
			prometheus = linkPrometheus({
				request,
				store,
				history,
				shown,
				focus,
				seen: () => seen,
				signal,
				notify: (text, tone) => app.notify(masking.text(text), tone),
			});
		});
	}

	const keyScanner = new KeyScanner({
		state: () => store.get(),
		settingsOf: address => fleet.settingsOf(address),
		clock: systemClock,
		signal,
		report: keyScan => store.set({keyScan}),
	});
	const app = mountMonitor({
		...screenOptions,
		screen,
		seen: store,
		maskText: masking.text,
		actions,
		onSeen: nodes => {
			seen = new Set([...nodes].flatMap(node => masking.real(node) ?? []));
			tellSeen();
		},
		effects: {
			quit,
			goBack: options.goBack,
			pollNow,
			dismissNode: shownNode => {
				const node = masking.real(shownNode);
				if (node !== undefined) {
					fleet.dismiss(node);
					store.dismiss(node);
				}
			},
			tryCredentials: async (shownNode, credentials) => {
				const node = masking.real(shownNode);
				const tried = node === undefined ? undefined : await fleet.tryCredentials(node, credentials);
				return tried && {...tried, problem: tried.failure && masking.text(failureText(tried.failure))};
			},
			scanKeys: shownNode => {
				const node = masking.real(shownNode);
				if (node !== undefined) {
					keyScanner.press(node);
				}
			},
			setInterval: intervalMs => fleet.setInterval(intervalMs),
			copy: copyToClipboard,
			writeDump: async lines =>
				masking.notice(await writeDump(lines, state.get(), systemClock.now(), async name => recorder.saveRecent(name))),
			toggleRecording: async () => masking.notice(await recorder.toggle()),
			hold: () => shown.hold(),
			release: () => shown.release(),
			momentFrom: (shownNode, fromMs, {by, unit}) => {
				const node = masking.real(shownNode);
				return node === undefined
					? undefined
					: (prometheus?.momentFrom(node, fromMs, by, unit) ?? history.momentFrom(node, fromMs, by, unit));
			},
			showMoment: atMs => shown.showMoment(atMs),
			setBaseline: atMs => shown.setBaseline(atMs),
			whileSuspended: stopUntilContinued,
		},
	});
	return {
		...app,
		close: async () => {
			await Promise.all([actions.close(), recorder.close()]);
		},
	};
}

/** The Alertmanagers in which an action can set a silence; undefined if there are none. */
function silencerSource(services: readonly HttpService[]): SilencerSource | undefined {
	let loading: Promise<Silencer> | undefined;
	return services.length === 0
		? undefined
		: {
				place: services.map(({url}) => url.host).join(', '),
				load: () => {
					loading ??= import('./silence-alerts.js').then(({silenceAlerts}) => silenceAlerts(services));
					return loading;
				},
			};
}
