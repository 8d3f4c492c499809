import {type AuditFact, phaseWords} from '../domain/audit.js';
import type {Clock} from '../domain/clock.js';
import type {HttpClient} from '../wire/http-client.js';
import {retryDelayMs} from './retry-delay.js';
import {ServiceReporter} from './service-state.js';

export type GrafanaAnnotatorOptions = {
	readonly client: HttpClient;
	/** The operating system's user who runs redis-top and performs the actions. */
	readonly osUser: string;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly complain: (text: string) => void;
	/** Returns a random number from 0 to 1, for the delay before a retry. @default Math.random */
	readonly random?: () => number;
};

/**
An annotation in Grafana's format, with times in milliseconds since the epoch. Source:
https://grafana.com/docs/grafana/latest/developers/http_api/annotations/#create-annotation
*/
type Annotation = {
	readonly time: number;
	readonly timeEnd: number;
	readonly tags: readonly string[];
	readonly text: string;
};

/** Largest number of annotations that wait to be sent. This is enough, because a session has few actions. */
const mostWaiting = 100;

/** Milliseconds after which redis-top stops trying to send an annotation. */
const longestTryMs = 600_000;

/**
Writes an annotation into Grafana for each action that was sent, from its intent to its proof. The annotator reads the
entries of the audit log. It delays no action, even if Grafana does not answer.
*/
export class GrafanaAnnotator {
	readonly #options: GrafanaAnnotatorOptions;
	readonly #reporter: ServiceReporter;
	/** When each action that is under way began (milliseconds since the epoch), by node and action. */
	readonly #begun = new Map<string, number>();
	readonly #waiting: Array<{readonly annotation: Annotation; readonly untilMs: number}> = [];
	#isSending = false;

	constructor(options: GrafanaAnnotatorOptions) {
		this.#options = options;
		this.#reporter = new ServiceReporter(`Grafana ${options.client.place}`, options.complain);
	}

	/** Takes an entry of the audit log. Returns at once. */
	note(fact: AuditFact): void {
		// A silence is a step of another action and changes no server.
		if (fact.action === 'silence') {
			return;
		}

		const nowMs = this.#options.clock.now();
		const key = `${fact.target} ${fact.action}`;
		switch (fact.phase) {
			case 'intent': {
				this.#begun.set(key, nowMs);
				break;
			}

			case 'refused':
			case 'aborted': {
				this.#begun.delete(key);
				break;
			}

			case 'outcome': {
				if (fact.outcome === 'not-sent' || fact.outcome === 'refused') {
					this.#begun.delete(key);
				}

				break;
			}

			case 'verified':
			case 'failed':
			case 'unproved': {
				this.#add(fact, this.#begun.get(key) ?? nowMs, nowMs);
				this.#begun.delete(key);
				break;
			}

			case 'unlocked': {
				break;
			}
		}
	}

	#add({target, action, command, phase, detail}: AuditFact, time: number, timeEnd: number): void {
		const {osUser} = this.#options;
		const annotation = {
			time,
			timeEnd,
			tags: ['redis-top', action, target],
			text: `${command ?? action} on ${target} by ${osUser}: ${phaseWords(phase, detail).join(', ')}`,
		};
		if (this.#waiting.length < mostWaiting) {
			this.#waiting.push({annotation, untilMs: timeEnd + longestTryMs});
		}

		void this.#send();
	}

	/**
	Sends the waiting annotations one after the other. Each is retried until Grafana accepts it, or until it is too old
	(`longestTryMs`). Never rejects.
	*/
	async #send(): Promise<void> {
		const {client, clock, signal, random = Math.random} = this.#options;
		if (this.#isSending) {
			return;
		}

		this.#isSending = true;
		let failures = 0;
		for (let [next] = this.#waiting; next !== undefined && !signal.aborted; [next] = this.#waiting) {
			const body = JSON.stringify(next.annotation);
			const outcome = await client.request({method: 'POST', path: '/api/annotations', body, signal});
			if (outcome.kind === 'answered') {
				failures = 0;
				this.#reporter.answered();
				this.#waiting.shift();
				continue;
			}

			failures += 1;
			this.#reporter.failed(outcome.why);
			if (clock.now() >= next.untilMs) {
				this.#waiting.shift();
			}

			await clock.sleep(retryDelayMs(failures, outcome.retryAfterMs, random()), signal);
		}

		this.#isSending = false;
	}
}
