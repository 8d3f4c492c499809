import type {Finding} from '../rules/finding.js';
import type {HttpClient} from '../wire/http-client.js';
import {isAlert} from './alert.js';
import {restoredMs} from './alert-book.js';
import {retryDelayMs} from './retry-delay.js';
import {ServiceReporter, type ServiceState} from './service-state.js';
import type {WebhookFormat} from './webhook-formats.js';
import {deliveryOf, signatureHeaders, type WebhookMessage, webhookBody} from './webhook-message.js';

export type WebhookSenderOptions = {
	readonly client: HttpClient;
	readonly format: WebhookFormat;
	readonly deployment: string;
	readonly signal: AbortSignal;
	/** Reads the secret of `--webhook-secret-file`; undefined without one. */
	readonly readSecret: (() => Promise<string>) | undefined;
	/** The findings that an earlier run reported and that had not ended then, by key. */
	readonly reported: ReadonlyMap<string, Finding>;
	/** When this run began, in milliseconds since the epoch. */
	readonly startedAtMs: number;
	/** Returns the change of a finding as JSON, as `redis-top watch --json` prints it. */
	readonly json: (message: WebhookMessage) => string;
	readonly complain: (text: string) => void;
	/** Returns a random number from 0 to 1, for the delay before a retry. @default Math.random */
	readonly random?: () => number;
};

/**
HTTP statuses with which a receiver refuses one message for good. After any other error status, the next attempt may
succeed.
*/
const refusals: ReadonlySet<number | undefined> = new Set([400, 413, 422]);

/**
Largest number of messages that wait to be sent. For further findings, messages are made when fewer messages wait. The
user is told once.
*/
const mostWaiting = 1000;

/**
Sends a message for each finding that opens, changes its severity, or ends. At most one message per finding waits: a
newer message replaces it. A finding that opens and ends before its message was sent is not reported. One request is
under way at a time.
*/
export class WebhookSender {
	readonly #options: WebhookSenderOptions;
	readonly #reporter: ServiceReporter;
	readonly #waiting = new Map<string, WebhookMessage>();
	/** The findings that the receiver knows as open, each in the state that was delivered. */
	readonly #reported: Map<string, Finding>;
	/** The findings of an earlier run that have not held in this run yet. */
	readonly #unseen: Set<string>;
	#isSending = false;
	#failures = 0;
	#notBeforeMs = Number.NEGATIVE_INFINITY;
	#isFull = false;

	constructor(options: WebhookSenderOptions) {
		this.#options = options;
		this.#reported = new Map(options.reported);
		this.#unseen = new Set(options.reported.keys());
		this.#reporter = new ServiceReporter(`webhook ${options.client.place}`, options.complain);
	}

	get state(): ServiceState {
		const {client} = this.#options;
		return {kind: 'webhook', place: client.place, isUp: this.#reporter.isUp, waiting: this.#waiting.size};
	}

	/** The findings that were reported and have not ended, by key. */
	get reported(): ReadonlyMap<string, Finding> {
		return this.#reported;
	}

	/**
	Compares the findings that hold with the reported findings. Each difference becomes a message.

	@param findings The findings that hold, by `findingKey`.
	*/
	update(findings: ReadonlyMap<string, Finding>, nowMs: number): void {
		const open = new Map([...findings].filter(([, finding]) => isAlert(finding)));
		for (const [key, {event}] of this.#waiting) {
			const isOver = event !== 'closed' && !open.has(key);
			const isBack = event === 'closed' && open.has(key);
			if (isOver || isBack) {
				this.#waiting.delete(key);
			}
		}

		for (const [key, finding] of open) {
			this.#unseen.delete(key);
			const isTold = this.#reported.get(key)?.severity === finding.severity;
			if (!isTold && this.#waiting.get(key)?.finding.severity !== finding.severity) {
				this.#put(key, {event: this.#reported.has(key) ? 'changed' : 'opened', finding, atMs: nowMs});
			}
		}

		// After a restart, a finding of an earlier run may only need time: its condition must hold for a while before it is
		// a finding again. Meanwhile its end is not reported.
		for (const [key, finding] of this.#reported) {
			const mayComeBack = this.#unseen.has(key) && nowMs - this.#options.startedAtMs < restoredMs;
			if (!open.has(key) && !mayComeBack && !this.#waiting.has(key)) {
				this.#put(key, {event: 'closed', finding, atMs: nowMs});
			}
		}
	}

	/** Sends the oldest message, unless a request is under way or the last request failed a moment ago. Never rejects. */
	async tell(nowMs: number, elapsedMs: number): Promise<void> {
		if (this.#isSending || elapsedMs < this.#notBeforeMs) {
			return;
		}

		this.#isSending = true;
		try {
			for (;;) {
				const [next] = this.#waiting;
				if (next === undefined || !(await this.#post(...next, nowMs, elapsedMs))) {
					break;
				}
			}
		} finally {
			this.#isSending = false;
		}
	}

	#put(key: string, message: WebhookMessage): void {
		this.#waiting.delete(key);
		if (this.#waiting.size >= mostWaiting) {
			if (!this.#isFull) {
				this.#options.complain(`${mostWaiting} messages wait for the webhook: further ones wait until there is room`);
			}

			this.#isFull = true;
			return;
		}

		this.#isFull = false;
		this.#waiting.set(key, message);
	}

	/** Sends a message. Resolves with true if the next message may be sent. */
	async #post(key: string, message: WebhookMessage, nowMs: number, elapsedMs: number): Promise<boolean> {
		const {client, format, deployment, signal, readSecret, random = Math.random} = this.#options;
		let secret: string | undefined;
		try {
			secret = await readSecret?.();
		} catch (error) {
			return this.#fail(
				error instanceof Error ? `cannot be told: ${error.message}` : 'cannot be told',
				elapsedMs,
				random,
			);
		}

		const body = webhookBody(format, message, {deployment, secret, json: this.#options.json});
		const headers = signatureHeaders(body, secret, {delivery: deliveryOf(message, deployment), nowMs});
		const outcome = await client.request({
			method: 'POST',
			path: '',
			body,
			headers,
			signal,
			hidden: secret === undefined ? [] : [secret],
		});
		if (outcome.kind === 'failed' && !refusals.has(outcome.status)) {
			return this.#fail(outcome.why, elapsedMs, random, outcome.retryAfterMs);
		}

		this.#failures = 0;
		if (outcome.kind === 'failed') {
			this.#options.complain(
				`webhook ${client.place} ${outcome.why}; the message about ${message.finding.rule} is left out`,
			);
		} else {
			this.#reporter.answered();
		}

		this.#delivered(key, message);
		return true;
	}

	#fail(why: string, elapsedMs: number, random: () => number, retryAfterMs?: number): false {
		this.#failures += 1;
		this.#notBeforeMs = elapsedMs + retryDelayMs(this.#failures, retryAfterMs, random());
		if (!this.#options.signal.aborted) {
			this.#reporter.failed(why);
		}

		return false;
	}

	#delivered(key: string, message: WebhookMessage): void {
		// While this message was sent, a newer message about the finding may have arrived. That message must keep waiting.
		const isNewest = this.#waiting.get(key) === message;
		if (isNewest) {
			this.#waiting.delete(key);
		}

		if (message.event === 'closed') {
			this.#reported.delete(key);
		} else {
			this.#reported.set(key, message.finding);
		}
	}
}
