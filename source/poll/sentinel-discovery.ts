import type {Clock} from '../domain/clock.js';
import type {SentinelHello} from '../domain/sentinel.js';
import {parseSentinelHello} from '../parse/sentinel.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {sentinelChannel} from '../wire/read-commands.js';
import {type RedisPort, ReplyFailure} from '../wire/redis-port.js';
import type {PollState} from './poll-state.js';
import {noteRefusal} from './read-replies.js';

/**
How long a discovery listens, in milliseconds. A Sentinel publishes its address every two seconds. Source:
`sentinel_publish_period` in Redis' sentinel.c.
*/
const listenMs = 3000;

const placeOf = ({host, port}: SentinelHello): string => `${host} ${port}`;

/**
SUBSCRIBE, as a blind spot shows it. It is not among the polled commands, because it needs a connection of its own.
*/
export const subscription = {
	kind: 'hello',
	command: `SUBSCRIBE ${sentinelChannel}`,
	grant: `+subscribe &${sentinelChannel}`,
};

export type SentinelDiscoveryOptions = {
	/** Returns the connection settings for the next connection. */
	readonly settings: () => ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly report: (hellos: readonly SentinelHello[]) => void;
};

/**
Finds the Sentinels that monitor a data node. INFO of a data node does not list Sentinels, but they publish their
addresses on its channel `__sentinel__:hello`. Listening needs a connection for three seconds. Each Sentinel subscribes
to that channel too. redis-top therefore listens only when the number of subscribers has changed.
*/
export class SentinelDiscovery {
	readonly #options: SentinelDiscoveryOptions;
	#isListening = false;

	constructor(options: SentinelDiscoveryOptions) {
		this.#options = options;
	}

	get isListening(): boolean {
		return this.#isListening;
	}

	/**
	Subscribes when the number of subscribers has changed. Never rejects: a refusal becomes a blind spot, and after any
	other failure the next poll tries again.
	*/
	async listen(subscribers: number | undefined, state: PollState): Promise<void> {
		const {clock, openPort, report, settings, signal} = this.#options;
		const nowMs = clock.elapsed();
		const isBlind = nowMs < (state.blind.get(subscription.kind)?.untilMs ?? Number.NEGATIVE_INFINITY);
		if (!subscribers || subscribers === state.subscribersSeen || isBlind || this.#isListening || signal.aborted) {
			return;
		}

		this.#isListening = true;
		const hellos = new Map<string, SentinelHello>();
		const port = openPort(settings());
		const close = () => port.close();
		signal.addEventListener('abort', close, {once: true});
		try {
			await port.open();
			await port.subscribe(listenMs, message => {
				const hello = parseSentinelHello(message);
				if (hello !== undefined) {
					// Sentinels that were copied with their config file share one run id, so their addresses tell them apart.
					hellos.set(`${placeOf(hello)} ${hello.primaryName}`, hello);
				}

				return new Set([...hellos.values()].map(placeOf)).size >= subscribers;
			});
			state.blind.delete(subscription.kind);
		} catch (error) {
			if (error instanceof ReplyFailure) {
				noteRefusal(subscription, error, state, clock.elapsed());
			}
		} finally {
			signal.removeEventListener('abort', close);
			port.close();
			if (hellos.size > 0 && !signal.aborted) {
				state.subscribersSeen = subscribers;
				report([...hellos.values()]);
			}

			this.#isListening = false;
		}
	}
}
