import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {measureOwnDelay, watchRecentDelay} from '../host/event-loop-lag.js';
import {Fleet} from '../poll/fleet.js';
import type {FleetEvent} from '../poll/fleet-options.js';
import type {TrackingMode} from '../state/finding-tracks.js';
import type {History} from '../state/history.js';
import {MonitorStore} from '../state/monitor-store.js';
import {openPort} from '../wire/ioredis-port.js';
import {applyFleetEvent} from './fleet-events.js';
import {keepTopology, recalled} from './topology-keeper.js';

/** The polling of a configuration's targets and what is known of them; the same with and without a screen. */
export type MonitorSession = {
	readonly store: MonitorStore;
	readonly fleet: Fleet;
	/** Polls of each node so far, failed ones too. */
	readonly polls: ReadonlyMap<NodeAddress, number>;
};

export type SessionOptions = {
	readonly signal: AbortSignal;
	/** Ask every node for everything, where nobody picks one to look at. */
	readonly isEveryNodeFocused: boolean;
	readonly history?: History;
	/** `once` where nobody watches on. */
	readonly tracking?: TrackingMode;
};

/** Begins to poll; ends when the signal aborts. */
export function startSession(
	config: Config,
	{signal, isEveryNodeFocused, history, tracking}: SessionOptions,
): MonitorSession {
	const {label, isInsecure, intervalMs, targets, rules, dataAccess, primaryName, natMap} = config;
	const user = targets[0]?.username;
	const clock = systemClock;
	const memory = recalled(config);
	const rememberedAtMs = memory?.atMs;
	const store = new MonitorStore({
		rememberedAtMs,
		target: label,
		isInsecure,
		user,
		intervalMs,
		clock,
		history,
		tracking,
	});
	const polls = new Map<NodeAddress, number>();
	const ownDelay = measureOwnDelay();
	const recentDelay = watchRecentDelay(() => clock.elapsed());
	const stopMeasuring = () => {
		ownDelay.stop();
		recentDelay.stop();
	};

	signal.addEventListener('abort', stopMeasuring, {once: true});
	const report = (event: FleetEvent) => {
		if (event.kind === 'outcome') {
			const {address} = event.outcome;
			polls.set(address, (polls.get(address) ?? 0) + 1);
		}

		applyFleetEvent(store, event, {
			rulesOf: address => {
				const settings = fleet.settingsOf(address);
				return settings && rules.of(settings);
			},
			takeOwnDelay: () => ownDelay.take(),
		});
	};

	const fleet = new Fleet({
		targets,
		dataAccess,
		primaryName,
		natMap,
		remembered: memory?.nodes,
		openPort,
		clock: systemClock,
		signal,
		intervalMs,
		isEveryNodeFocused,
		ownDelayMs: recentDelay.lately,
		report,
	});
	keepTopology(config, store, signal);
	fleet.start();
	return {store, fleet, polls};
}
