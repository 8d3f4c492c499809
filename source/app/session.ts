import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {measureEventLoopLag, measureRecentLag} from '../host/event-loop-lag.js';
import type {RememberedTopology} from '../parse/remembered-topology.js';
import {Fleet} from '../poll/fleet.js';
import type {FleetEvent} from '../poll/fleet-options.js';
import type {TrackingMode} from '../state/finding-tracks.js';
import type {History} from '../state/history.js';
import {MonitorStore} from '../state/monitor-store.js';
import type {StoreInput} from '../state/store-input.js';
import {openPort} from '../wire/ioredis-port.js';
import {keepTopology, recalled} from './topology-keeper.js';

export type FleetEventContext = {
	/**
	Returns the thresholds and the role of a discovered node, which are those of its target. Absent: every node has the
	defaults.
	*/
	readonly rulesOf?: (address: NodeAddress) => Parameters<MonitorStore['addNode']>[3];
	/** Returns the event-loop lag of this process since the last call, in milliseconds. */
	readonly readLag?: () => number;
};

/** Passes an event of the polling to the store. */
export function applyFleetEvent(store: MonitorStore, event: FleetEvent, {rulesOf, readLag}: FleetEventContext): void {
	switch (event.kind) {
		case 'node-found': {
			store.addNode(event.address, event.endpoint, event.origin, rulesOf?.(event.address));
			break;
		}

		case 'outcome': {
			store.ingest(event.outcome, event.intervalMs);
			break;
		}

		case 'node-alias': {
			store.addName(event.address, event.alias);
			break;
		}

		case 'node-gone': {
			store.setGone(event.address, event.isGone);
			break;
		}

		case 'memory-used': {
			store.noteMemory(event.nodes);
			break;
		}

		case 'ping': {
			store.ingestPing(event.address, event.roundTripMs, readLag?.());
			break;
		}
	}
}

/** Polling and store for one configuration. Every command that polls servers runs on a session. */
export type MonitorSession = {
	readonly store: MonitorStore;
	readonly fleet: Fleet;
	/** The number of polls of each node so far, failed ones included. */
	readonly polls: ReadonlyMap<NodeAddress, number>;
	/** Resolves at the end of the next poll of any node. */
	readonly nextPoll: () => Promise<void>;
	/** The paths of the logs and data folders of nodes on this machine, as an earlier session found them. */
	readonly rememberedPlaces: RememberedTopology['places'];
	/** Resolves when the known nodes are in the state folder, or cannot be written there. */
	readonly nodesKept: () => Promise<void>;
};

export type SessionOptions = {
	readonly signal: AbortSignal;
	/** Polls every node like the node in focus, for commands without a screen. */
	readonly isEveryNodeFocused: boolean;
	readonly history?: History;
	/** Called with every input of the store. The recorder uses it. */
	readonly journal?: ((input: StoreInput) => void) | undefined;
	/**
	How long conditions must hold before they become findings, for a command that ends by itself: `once` or `confirm`.
	Absent for a command that keeps running.
	*/
	readonly tracking?: TrackingMode;
	/**
	Whether each node is asked once for what it knows of the time before redis-top started. @default true for a command
	that keeps running
	*/
	readonly asksEarlier?: boolean;
	/** Round trips of PING are measured only after this promise has resolved. */
	readonly pingAfter?: Promise<void>;
};

/** Starts the polling of a session. The polling ends when the signal aborts. */
export function startSession(config: Config, options: SessionOptions): MonitorSession {
	const {signal, isEveryNodeFocused, history, tracking, pingAfter, journal} = options;
	const {asksEarlier = tracking === undefined} = options;
	const {label, isInsecure, intervalMs, targets, rules, dataAccess, primaryName, natMap, follow} = config;
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
		journal,
	});
	const polls = new Map<NodeAddress, number>();
	let next = Promise.withResolvers<void>();
	const lag = measureEventLoopLag();
	const recentLag = measureRecentLag(() => clock.elapsed());
	const stopMeasuring = () => {
		lag.stop();
		recentLag.stop();
	};

	signal.addEventListener('abort', stopMeasuring, {once: true});
	const report = (event: FleetEvent) => {
		if (event.kind === 'outcome') {
			const {address} = event.outcome;
			polls.set(address, (polls.get(address) ?? 0) + 1);
			next.resolve();
			next = Promise.withResolvers<void>();
		}

		applyFleetEvent(store, event, {
			rulesOf: address => {
				const settings = fleet.settingsOf(address);
				return settings && rules.of(settings);
			},
			readLag: () => lag.readAndReset(),
		});
	};

	const fleet = new Fleet({
		targets,
		dataAccess,
		primaryName,
		natMap,
		follow,
		remembered: memory?.nodes,
		pingAfter,
		openPort,
		clock: systemClock,
		signal,
		intervalMs,
		isEveryNodeFocused,
		watchedKeys: config.watchedKeys,
		hasPlaces: tracking === undefined,
		asksEarlier,
		lagMs: recentLag.longestMs,
		report,
	});
	const nodesKept = keepTopology(config, store, signal);
	fleet.start();
	return {store, fleet, polls, nextPoll: () => next.promise, rememberedPlaces: memory?.places ?? new Map(), nodesKept};
}
