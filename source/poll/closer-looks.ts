import {deploymentKind} from '../derive/deployment.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import {type CloserLook, isResent} from '../domain/closer-look.js';
import type {InfoReply} from '../domain/info-reply.js';
import {isLoopback, isRunId, type NodeAddress} from '../domain/node.js';
import type {NodeSample, PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {RedisPort} from '../wire/redis-port.js';
import type {Sampled} from './discovery.js';
import {NewConnectionWatch} from './new-connections.js';
import {pingBurst} from './ping-burst.js';
import {serversAt} from './server-look.js';

/** Least time between two bursts of PINGs to one node because of late replies, in milliseconds. */
const burstEveryMs = 30_000;

/** Time between two looks at who answers at an address, in milliseconds. */
const serversEveryMs = 30_000;
/** Number of new connections of the first look at who answers at an address, and of each later look. */
const firstConnections = 3;
const laterConnections = 2;

/**
Whether several servers may answer at one address. Every node of a cluster and every Sentinel knows the others, so one
address for all of them is common and harmless. A socket file leads to one server.
*/
const mayBeSeveral = ({endpoint}: ConnectionSettings, {info}: NodeSample): boolean =>
	endpoint.kind === 'tcp' &&
	nodeRole(info) !== 'sentinel' &&
	deploymentKind([{role: nodeRole(info), sample: {info}}]) !== 'cluster';

/** Number of free connections below which no look begins: they are for clients, and a refused one is counted. */
const fewestFree = 32;

/** Whether the server has connections to spare. Before Redis 6.2, INFO lacks its limit. */
function hasRoom({info}: NodeSample): boolean {
	const [used, limit] = [info.number('clients', 'connected_clients'), info.number('clients', 'maxclients')];
	return used === undefined || limit === undefined || limit - used >= fewestFree;
}

export type CloserLooksOptions = {
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** The first look begins after this promise resolves. */
	readonly after?: Promise<void> | undefined;
	readonly report: (address: NodeAddress, look: CloserLook) => void;
};

/** What decides how closely a node is looked at. */
export type NodePlace = {
	readonly isFocused: boolean;
	/** Whether the deployment has so few nodes that each may be looked at. */
	readonly isSmall: boolean;
	/** Whether the node is looked at before a reply was late. */
	readonly isWanted: boolean;
	readonly isTarget: boolean;
};

/** Looks at nodes over short-lived connections, for what the polls show too late or never. */
export class CloserLooks {
	readonly #options: CloserLooksOptions;
	readonly #askedAtMs = new Map<NodeAddress, number>();
	readonly #pinged = new Set<NodeAddress>();
	readonly #pingedAgainAtMs = new Map<NodeAddress, number>();
	/** The nodes to which a burst is being sent. */
	readonly #pinging = new Set<NodeAddress>();
	/** For each node, whether a poll took longer than usual by the time after which a lost packet is sent again. */
	readonly #isLatePoll = new Map<NodeAddress, (roundTripMs: number) => boolean>();
	#running = 0;

	readonly #newConnections: NewConnectionWatch;

	constructor(options: CloserLooksOptions) {
		this.#options = options;
		this.#newConnections = new NewConnectionWatch(options);
	}

	/** Whether a look has begun and is not reported yet. */
	get isRunning(): boolean {
		return this.#running > 0;
	}

	/** Looks closer at a node whose poll has ended, as far as its place in the deployment asks for it. */
	take(outcome: PollOutcome, settings: ConnectionSettings, {isFocused, isSmall, isWanted, isTarget}: NodePlace): void {
		if (outcome.kind !== 'sampled') {
			this.#newConnections.forget(outcome.address);
			return;
		}

		if (isWanted) {
			this.answered(outcome, settings, isTarget);
		} else if (isSmall) {
			this.polled(outcome, settings);
		}

		if (isFocused || isSmall) {
			const {sample} = outcome;
			this.#newConnections.answered(outcome, settings, {
				isFocused,
				hasRoom: hasRoom(sample),
				isServerTold: isTarget && mayBeSeveral(settings, sample),
			});
		}
	}

	/**
	Looks at a node that has answered. Its first answer starts a burst of PINGs, so that what polls show late is known at
	once. A target is asked again and again who answers on new connections.
	*/
	answered({address, sample}: Sampled, settings: ConnectionSettings, isTarget: boolean): void {
		if (!hasRoom(sample)) {
			return;
		}

		const isLate = this.#isLate(address, sample);
		if (!this.#pinged.has(address)) {
			this.#pinged.add(address);
			this.#ping(address, settings);
		} else if (isLate) {
			this.pingAgain(address, settings);
		}

		if (isTarget && sample.runId !== undefined && isRunId(sample.runId) && mayBeSeveral(settings, sample)) {
			this.#askServers(address, settings, sample.info);
		}
	}

	/** Looks closer at a node out of focus, if the reply to its poll was late. */
	polled({address, sample}: Sampled, settings: ConnectionSettings): void {
		if (this.#isLate(address, sample) && hasRoom(sample)) {
			this.pingAgain(address, settings);
		}
	}

	/** Whether the reply to a poll was late by a lost packet, compared with the quickest before it. */
	#isLate(address: NodeAddress, {roundTripMs}: NodeSample): boolean {
		const isLatePoll = this.#isLatePoll.get(address) ?? lateWatch();
		this.#isLatePoll.set(address, isLatePoll);
		return isLatePoll(roundTripMs);
	}

	#askServers(address: NodeAddress, settings: ConnectionSettings, polled: InfoReply): void {
		const {clock, report} = this.#options;
		const lastMs = this.#askedAtMs.get(address);
		if (lastMs !== undefined && clock.elapsed() - lastMs < serversEveryMs) {
			return;
		}

		this.#askedAtMs.set(address, clock.elapsed());
		const fewest = lastMs === undefined ? firstConnections : laterConnections;
		void this.#look(async () => {
			const servers = await serversAt({...this.#options, settings, polled, fewest});
			if (servers.length > 0 && !this.#options.signal.aborted) {
				report(address, {kind: 'servers', servers});
			}
		});
	}

	/** Sends a burst of PINGs because a reply was late, unless one was sent for that within the last half minute. */
	pingAgain(address: NodeAddress, settings: ConnectionSettings): void {
		const {clock} = this.#options;
		const lastMs = this.#pingedAgainAtMs.get(address) ?? Number.NEGATIVE_INFINITY;
		if (clock.elapsed() - lastMs >= burstEveryMs && !this.#pinging.has(address)) {
			this.#pingedAgainAtMs.set(address, clock.elapsed());
			this.#ping(address, settings);
		}
	}

	/** Sends a burst of PINGs, unless the node is on this machine. */
	#ping(address: NodeAddress, settings: ConnectionSettings): void {
		if (isLoopback(settings.endpoint)) {
			return;
		}

		this.#pinging.add(address);
		void this.#look(async () => {
			const pings = await pingBurst({...this.#options, settings});
			this.#pinging.delete(address);
			if (pings.length > 0 && !this.#options.signal.aborted) {
				this.#options.report(address, {kind: 'pings', pings});
			}
		});
	}

	async #look(look: () => Promise<void>): Promise<void> {
		this.#running += 1;
		try {
			await this.#options.after;
			await look();
		} finally {
			this.#running -= 1;
		}
	}
}

/** Returns a function that tells whether a round trip is late by a lost packet, compared with the quickest before it. */
export function lateWatch(): (roundTripMs: number | undefined) => boolean {
	let quickest = Number.POSITIVE_INFINITY;
	return roundTripMs => {
		quickest = Math.min(quickest, roundTripMs ?? quickest);
		return roundTripMs !== undefined && isResent(roundTripMs, quickest);
	};
}
