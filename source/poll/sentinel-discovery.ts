import type {Clock} from '../domain/clock.js';
import type {SentinelHello} from '../domain/sentinel.js';
import {parseSentinelHello} from '../parse/sentinel.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure} from '../wire/redis-port.js';
import {noteRefusal} from './poll-node.js';
import type {PollState} from './poll-request.js';

/** Each sentinel says who it is every two seconds. Source: Redis sentinel.c, `sentinel_publish_period`. */
const listenMs = 3000;

export type SentinelDiscoveryOptions = {
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly report: (hellos: readonly SentinelHello[]) => void;
};

/**
Finds the sentinels that watch a data node: they publish who they are on every node they watch, and listen there
themselves, so that the number of listeners tells whether it is worth a connection for three seconds. A data node has no
other word of them.
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

	/** After a poll that told how many listen. Never rejects: a refusal becomes a blind spot, anything else is tried again. */
	async listen(listeners: number | undefined, memory: PollState): Promise<void> {
		const {clock, openPort, report, settings, signal} = this.#options;
		const nowMs = clock.elapsed();
		const isBlind = nowMs < (memory.blind.get('hello')?.untilMs ?? Number.NEGATIVE_INFINITY);
		if (!listeners || listeners === memory.subscribersSeen || isBlind || this.#isListening || signal.aborted) {
			return;
		}

		this.#isListening = true;
		const hellos = new Map<string, SentinelHello>();
		const port = openPort(settings);
		const close = () => port.close();
		signal.addEventListener('abort', close, {once: true});
		try {
			await port.open();
			await port.subscribe(listenMs, message => {
				const hello = parseSentinelHello(message);
				if (hello !== undefined) {
					hellos.set(`${hello.runId} ${hello.primaryName}`, hello);
				}

				return new Set([...hellos.values()].map(({runId}) => runId)).size >= listeners;
			});
			memory.blind.delete('hello');
		} catch (error) {
			if (error instanceof ReplyFailure) {
				noteRefusal({kind: 'hello'}, error, memory, clock.elapsed());
			}
		} finally {
			signal.removeEventListener('abort', close);
			port.close();
			if (hellos.size > 0 && !signal.aborted) {
				memory.subscribersSeen = listeners;
				report([...hellos.values()]);
			}

			this.#isListening = false;
		}
	}
}
