import type {Clock} from '../domain/clock.js';
import {type CloserLook, isResent} from '../domain/closer-look.js';
import {isLoopback, type NodeAddress} from '../domain/node.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {RedisPort} from '../wire/redis-port.js';
import {pingBurst} from './ping-burst.js';

/** Least time between two bursts of PINGs to one node, in milliseconds. */
const burstEveryMs = 30_000;

export type CloserLooksOptions = {
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** The first look begins after this promise resolves. */
	readonly after?: Promise<void> | undefined;
	readonly report: (address: NodeAddress, look: CloserLook) => void;
};

/** Looks at nodes over short-lived connections, for what the polls show too late or never. */
export class CloserLooks {
	readonly #options: CloserLooksOptions;
	readonly #pingedAtMs = new Map<NodeAddress, number>();
	#running = 0;

	constructor(options: CloserLooksOptions) {
		this.#options = options;
	}

	/** Whether a look has begun and is not reported yet. */
	get isRunning(): boolean {
		return this.#running > 0;
	}

	/** Looks at a node that has answered for the first time, so that what polls show late is known at once. */
	begin(address: NodeAddress, settings: ConnectionSettings): void {
		if (!this.#pingedAtMs.has(address)) {
			this.ping(address, settings);
		}
	}

	/** Sends a burst of PINGs, unless the node is on this machine or got one within the last half minute. */
	ping(address: NodeAddress, settings: ConnectionSettings): void {
		const {clock, report} = this.#options;
		const lastMs = this.#pingedAtMs.get(address) ?? Number.NEGATIVE_INFINITY;
		if (isLoopback(settings.endpoint) || clock.elapsed() - lastMs < burstEveryMs) {
			return;
		}

		this.#pingedAtMs.set(address, clock.elapsed());
		void this.#look(async () => {
			const pings = await pingBurst({...this.#options, settings});
			if (pings.length > 0 && !this.#options.signal.aborted) {
				report(address, {kind: 'pings', pings});
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
