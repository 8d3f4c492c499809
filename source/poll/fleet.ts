import {replicationPeers} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import {addressOf, type Endpoint, isLoopback, type NodeAddress, type NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {RedisPort} from '../wire/redis-port.js';
import {ClusterPace} from './cluster-pace.js';
import {NodeLoop} from './node-loop.js';
import {runPingLoop} from './ping-loop.js';
import type {PollInterest, ViewDemand} from './poll-plan.js';
import {everyViewUpTo} from './view-sample.js';

/** Connections being made at the same time, at most. */
const connectsAtOnce = 50;

export type FleetReport =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
	  }
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number}
	/** PING on the focused node's second connection; undefined: no answer in time. */
	| {readonly kind: 'ping'; readonly address: NodeAddress; readonly roundTripMs: number | undefined};

export type FleetOptions = {
	readonly targets: readonly ConnectionSettings[];
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: number;
	/** Every node is asked for everything, as `snapshot` wants it. */
	readonly isEveryNodeFocused?: boolean;
	readonly report: (report: FleetReport) => void;
};

type Member = {
	readonly loop: NodeLoop;
	readonly settings: ConnectionSettings;
	readonly origin: NodeOrigin;
	readonly end: AbortController;
	/** Reported to the store; a discovered node only once it turned out to be no other name of one we have. */
	isKnown: boolean;
};

/** Every node's loop. Finds more nodes in what the nodes say, and never forgets one. */
export class Fleet {
	readonly #options: FleetOptions;
	readonly #members = new Map<NodeAddress, Member>();
	readonly #runIds = new Map<string, NodeAddress>();
	readonly #clusterPace = new ClusterPace();
	readonly #aliases = new Set<NodeAddress>();
	#intervalMs: number;
	#focus: NodeAddress | undefined;
	#interests: ReadonlySet<PollInterest> = new Set();
	#pingEnd: AbortController | undefined;
	#connecting = 0;
	readonly #waiting: Array<() => void> = [];

	constructor(options: FleetOptions) {
		this.#options = options;
		this.#intervalMs = options.intervalMs;
	}

	start(): void {
		for (const settings of this.#options.targets) {
			this.#add(settings, 'target');
		}
	}

	/** The node that is looked at gets the full set of commands and a connection for PING alone. */
	setFocus(address: NodeAddress | undefined): void {
		if (this.#focus === address) {
			return;
		}

		this.#focus = address;
		this.#pingEnd?.abort();
		const member = address === undefined ? undefined : this.#members.get(address);
		if (address === undefined || member === undefined) {
			return;
		}

		this.#pingEnd = new AbortController();
		const {clock, openPort, report, signal} = this.#options;
		void runPingLoop({
			settings: member.settings,
			openPort,
			clock,
			signal: AbortSignal.any([signal, this.#pingEnd.signal]),
			intervalMs: () => Math.max(this.#intervalMs, 1000),
			report: roundTripMs => report({kind: 'ping', address, roundTripMs}),
		});
		member.loop.pollNow(false);
	}

	setInterests(interests: ReadonlySet<PollInterest>): void {
		const hasNew = [...interests].some(interest => !this.#interests.has(interest));
		this.#interests = interests;
		if (hasNew && this.#focus !== undefined) {
			this.#members.get(this.#focus)?.loop.pollNow(false);
		}
	}

	setInterval(intervalMs: number): void {
		this.#intervalMs = intervalMs;
		this.pollNow(false);
	}

	pollNow(isByHand: boolean): void {
		for (const {loop} of this.#members.values()) {
			loop.pollNow(isByHand);
		}
	}

	/** Every node that is polled, also those whose first answer is still out. */
	addresses(): readonly NodeAddress[] {
		return [...this.#members.keys()];
	}

	/** How a node is connected to; for the action that wants a connection of its own. */
	settingsOf(address: NodeAddress): ConnectionSettings | undefined {
		return this.#members.get(address)?.settings;
	}

	#add(settings: ConnectionSettings, origin: NodeOrigin): void {
		const address = addressOf(settings.endpoint);
		if (this.#members.has(address) || this.#aliases.has(address)) {
			return;
		}

		const end = new AbortController();
		const {clock, openPort, signal, isEveryNodeFocused = false} = this.#options;
		const loop = new NodeLoop({
			address,
			settings,
			openPort,
			clock,
			signal: AbortSignal.any([signal, end.signal]),
			intervalMs: () => this.#intervalMs,
			demand: () => ({
				isFocused: isEveryNodeFocused || this.#focus === address,
				interests: this.#interests,
				isByHand: false,
				views: this.#viewDemand(address),
			}),
			connectInTurn: async connect => this.#connectInTurn(connect),
			report: (outcome, intervalMs) => this.#receive(outcome, intervalMs),
		});
		const member: Member = {loop, settings, origin, end, isKnown: origin === 'target'};
		this.#members.set(address, member);
		if (member.isKnown) {
			this.#options.report({kind: 'node-found', address, endpoint: settings.endpoint, origin});
		}

		void loop.run();
	}

	#receive(outcome: PollOutcome, intervalMs: number): void {
		const member = this.#members.get(outcome.address);
		if (member === undefined || this.#isAlias(outcome, member)) {
			return;
		}

		if (!member.isKnown) {
			member.isKnown = true;
			const {endpoint} = member.settings;
			this.#options.report({kind: 'node-found', address: outcome.address, endpoint, origin: member.origin});
		}

		this.#options.report({kind: 'outcome', outcome, intervalMs});
		if (outcome.kind === 'sampled') {
			this.#discover(outcome, member.settings);
		}

		this.#watchCluster(outcome);
	}

	/** A node whose digest changed makes every node's view worth reading, all of them within the same moment. */
	#watchCluster(outcome: PollOutcome): void {
		const nowMs = this.#options.clock.elapsed();
		if (outcome.kind === 'failed') {
			this.#clusterPace.lose(outcome.address, nowMs);
			return;
		}

		const {clusterInfo, clusterNodes} = outcome.extras;
		if (clusterNodes !== undefined) {
			this.#clusterPace.noteView(outcome.address, nowMs);
		}

		const hasChanged = clusterInfo !== undefined && this.#clusterPace.note(outcome.address, clusterInfo, nowMs);
		if (hasChanged && this.#members.size <= everyViewUpTo) {
			this.pollNow(false);
		}
	}

	/** Of a large cluster the node in focus is asked whenever its turn is, the others as the sample wants them. */
	#viewDemand(address: NodeAddress): ViewDemand {
		const demand = this.#clusterPace.viewDemand(address, this.#members.size, this.#options.clock.elapsed());
		return demand === 'not-now' && address === this.#focus ? 'paced' : demand;
	}

	/** One process under two names (`localhost` and `127.0.0.1`) has one run id: the later name is dropped. */
	#isAlias(outcome: PollOutcome, member: Member): boolean {
		if (outcome.kind !== 'sampled' || outcome.sample.runId === undefined) {
			return false;
		}

		const {runId} = outcome.sample;
		const holder = this.#runIds.get(runId);
		if (holder !== undefined && holder !== outcome.address && !member.isKnown) {
			this.#aliases.add(outcome.address);
			this.#members.delete(outcome.address);
			member.end.abort();
			return true;
		}

		this.#runIds.set(runId, outcome.address);
		return false;
	}

	#discover(outcome: Extract<PollOutcome, {kind: 'sampled'}>, settings: ConnectionSettings): void {
		const add = (endpoint: Endpoint, origin: NodeOrigin) => {
			this.#add({...settings, endpoint: reachableEndpoint(endpoint, settings.endpoint)}, origin);
		};

		for (const peer of replicationPeers(outcome.sample.info)) {
			add(peer, 'replication');
		}

		for (const {host, port, flags} of outcome.extras.clusterNodes ?? []) {
			if (host !== '' && port > 0 && !flags.has('myself') && !flags.has('noaddr') && !flags.has('handshake')) {
				add({kind: 'tcp', host, port}, 'cluster');
			}
		}
	}

	async #connectInTurn<T>(connect: () => Promise<T>): Promise<T> {
		if (this.#connecting >= connectsAtOnce) {
			await new Promise<void>(resolve => {
				this.#waiting.push(resolve);
			});
		}

		this.#connecting += 1;
		try {
			return await connect();
		} finally {
			this.#connecting -= 1;
			this.#waiting.shift()?.();
		}
	}
}

/** A peer that a remote node calls 127.0.0.1 is on that node's machine, not on ours. */
function reachableEndpoint(peer: Endpoint, teller: Endpoint): Endpoint {
	return peer.kind === 'tcp' && teller.kind === 'tcp' && isLoopback(peer) && !isLoopback(teller)
		? {...peer, host: teller.host}
		: peer;
}
