import type {Config} from '../config/config.js';
import type {NodeRecord} from '../derive/node-record.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import type {RememberedTopology} from '../parse/remembered-topology.js';
import type {Fleet} from '../poll/fleet.js';
import type {FleetEvent} from '../poll/fleet-options.js';
import {replicasToVisit} from '../rules/logged-replica.js';
import type {TrackingMode} from '../state/finding-tracks.js';
import type {History} from '../state/history.js';
import {MonitorStore} from '../state/monitor-store.js';
import type {StoreInput} from '../state/store-input.js';
import {type Polling, type PollingOptions, startPolling} from './polling.js';
import {keepTopology} from './topology-keeper.js';

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

		case 'look': {
			store.ingestLook(event.address, event.look);
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

/** Visits the replicas that a node misses, by its log on this machine. Such a replica is announced nowhere. */
export function visitLostReplicas(fleet: Fleet, record: NodeRecord, nowMs: number): void {
	const {sample, address} = record;
	if (sample !== undefined) {
		for (const replica of replicasToVisit(record, nowMs)) {
			fleet.visit(replica, address, sample.info);
		}
	}
}

export type SessionOptions = Omit<PollingOptions, 'endsByItself'> & {
	readonly history?: History;
	/** Called with every input of the store. The recorder uses it. */
	readonly journal?: ((input: StoreInput) => void) | undefined;
	/**
	How long conditions must hold before they become findings, for a command that ends by itself: `once` or `confirm`.
	Absent for a command that keeps running.
	*/
	readonly tracking?: TrackingMode;
};

/**
Starts a session. Its polling ends when the signal aborts.

@param polling The polling, if it has been started already.
*/
export function startSession(config: Config, options: SessionOptions, polling?: Polling): MonitorSession {
	const {history, tracking, journal, signal} = options;
	const {fleet, remembered, take, readLag} =
		polling ?? startPolling(config, {...options, endsByItself: tracking !== undefined});
	const store = new MonitorStore({
		rememberedAtMs: remembered?.atMs,
		target: config.label,
		isInsecure: config.isInsecure,
		user: config.targets[0]?.username,
		intervalMs: config.intervalMs,
		clock: systemClock,
		history,
		tracking,
		journal,
	});
	const polls = new Map<NodeAddress, number>();
	let next = Promise.withResolvers<void>();
	const rulesOf = (address: NodeAddress) => {
		const settings = fleet.settingsOf(address);
		return settings && config.rules.of(settings);
	};

	const nodesKept = keepTopology(config, store, signal, remembered);
	take(event => {
		if (event.kind === 'outcome') {
			const {address} = event.outcome;
			polls.set(address, (polls.get(address) ?? 0) + 1);
			next.resolve();
			next = Promise.withResolvers<void>();
		}

		applyFleetEvent(store, event, {rulesOf, readLag});
	});
	return {
		store,
		fleet,
		polls,
		nextPoll: () => next.promise,
		rememberedPlaces: remembered?.places ?? new Map(),
		nodesKept,
	};
}
