import {type Clock, wholeMicroseconds} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import {type CloserLooks, lateWatch} from './closer-looks.js';
import {blindMs} from './poll-plan.js';
import {authRetryMs} from './schedule.js';

export type PingLoopOptions = {
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: () => number;
	/** The first PING is sent after this promise resolves. */
	readonly after?: Promise<void> | undefined;
	/** Called with the round trip in milliseconds; undefined when no reply came. */
	readonly report: (roundTripMs: number | undefined) => void;
};

/**
Measures round trips of PING on a connection of its own, so that other commands of redis-top do not delay the reply. An
error reply (LOADING, BUSY, NOAUTH) counts too. After refused credentials, the next PING waits as long as the node's
next poll does (`authRetryMs`). Runs until the signal aborts; never rejects.
*/
export async function runPingLoop({settings, openPort, clock, signal, intervalMs, after, report}: PingLoopOptions) {
	await after;
	let port: RedisPort | undefined;
	while (!signal.aborted) {
		let pauseMs = intervalMs();
		try {
			if (!port?.isOpen) {
				port?.close();
				port = openPort(settings);
				await port.open();
			}

			const startedMs = clock.elapsed();
			const [reply] = await port.ask([['PING']], settings.timeoutMs);
			report(wholeMicroseconds(clock.elapsed() - startedMs));
			// The next PING is sent ten minutes later, because the server counts each refusal and notes it in ACL LOG.
			if (reply instanceof ReplyFailure && reply.code === 'NOPERM') {
				pauseMs = blindMs;
			}
		} catch (error) {
			if (error instanceof ReplyFailure) {
				pauseMs = Math.max(pauseMs, authRetryMs);
			} else if (!signal.aborted) {
				report(undefined);
				await untilAnswered(error, port, signal);
			}

			port?.close();
		}

		await clock.sleep(pauseMs, signal);
	}

	port?.close();
}

export type FocusedPingOptions = Omit<PingLoopOptions, 'settings' | 'report'> & {
	readonly report: (address: NodeAddress, roundTripMs: number | undefined) => void;
	/** Looks closer at a node when a reply came late. */
	readonly looks: Pick<CloserLooks, 'pingAgain'>;
};

/** The PING loop of the node in focus. Only one runs at a time. */
export class FocusedPing {
	readonly #options: FocusedPingOptions;
	#end: AbortController | undefined;

	constructor(options: FocusedPingOptions) {
		this.#options = options;
	}

	/** Ends the running loop, and starts another loop when a node is in focus. */
	change(address: NodeAddress | undefined, settings: ConnectionSettings | undefined): void {
		this.#end?.abort();
		this.#end = undefined;
		if (address === undefined || settings === undefined) {
			return;
		}

		const {looks, report, signal} = this.#options;
		const isLate = lateWatch();
		this.#end = new AbortController();
		void runPingLoop({
			...this.#options,
			settings,
			report(roundTripMs) {
				report(address, roundTripMs);
				if (isLate(roundTripMs)) {
					looks.pingAgain(address, settings);
				}
			},
			signal: AbortSignal.any([signal, this.#end.signal]),
		});
	}
}

/**
Waits for the reply that is pending, or for the end of the connection. A server that is not responding gets no second
PING.
*/
async function untilAnswered(error: unknown, port: RedisPort | undefined, signal: AbortSignal): Promise<void> {
	if (!(error instanceof WireFailure) || error.code !== 'TIMEOUT' || !port?.isOpen) {
		return;
	}

	await Promise.race([port.settled().catch(() => undefined), whenAborted(signal)]);
}

async function whenAborted(signal: AbortSignal): Promise<void> {
	if (!signal.aborted) {
		await new Promise<void>(resolve => {
			signal.addEventListener('abort', () => resolve(), {once: true});
		});
	}
}
