import type {HttpClient} from '../wire/http-client.js';
import type {AlertBook, BookedAlert} from './alert-book.js';
import {retryDelayMs} from './retry-delay.js';
import {ServiceReporter, type ServiceState} from './service-state.js';

export type AlertmanagerSenderOptions = {
	readonly client: HttpClient;
	readonly book: AlertBook;
	readonly signal: AbortSignal;
	/** Interval between two polls of a node, in milliseconds. */
	readonly intervalMs: number;
	/** Receives one line for the user. */
	readonly complain: (text: string) => void;
	/** Returns a random number from 0 to 1, for the delay before a retry. @default Math.random */
	readonly random?: () => number;
};

/**
Milliseconds between two sends of an unchanged alert. Prometheus sends every minute by default
(--rules.alert.resend-delay).
*/
const againMs = 60_000;

/**
Each send of an alert that holds has an end in the future: this number of resend intervals (`againMs`) later. So the
alert ends if redis-top dies, but outlasts three lost sends. Source: sendAlerts in Prometheus' cmd/prometheus/main.go.
*/
const resendsAhead = 4;

/** Largest number of alerts in one request. They take about half a megabyte. */
const mostInRequest = 500;

type Sent = {readonly atMs: number; readonly endsAtMs: number | undefined};

/**
Sends the alerts of the `AlertBook` to one Alertmanager. One request is under way at a time. New alerts are sent at
once. Each minute all alerts are sent again.
*/
export class AlertmanagerSender {
	readonly #options: AlertmanagerSenderOptions;
	readonly #reporter: ServiceReporter;
	readonly #sent = new Map<string, Sent>();
	#isSending = false;
	#failures = 0;
	#notBeforeMs = Number.NEGATIVE_INFINITY;

	constructor(options: AlertmanagerSenderOptions) {
		this.#options = options;
		this.#reporter = new ServiceReporter(`Alertmanager ${options.client.place}`, options.complain);
	}

	get state(): ServiceState {
		const waiting = [...this.#options.book.alerts].filter(([key, alert]) => this.#isNew(key, alert)).length;
		return {kind: 'alertmanager', place: this.#options.client.place, isUp: this.#reporter.isUp, waiting};
	}

	/** Whether Alertmanager has received the end of an alert. Also true if the alert was never sent. */
	isDelivered(key: string): boolean {
		const sent = this.#sent.get(key);
		return sent === undefined || sent.endsAtMs !== undefined;
	}

	/**
	Sends the alerts that are due, unless a request is under way or the last request failed a moment ago. Never rejects.

	@param nowMs Wall time in milliseconds since the epoch.
	@param elapsedMs Monotonic time in milliseconds.
	*/
	async tell(nowMs: number, elapsedMs: number): Promise<void> {
		if (this.#isSending || elapsedMs < this.#notBeforeMs) {
			return;
		}

		const due = this.#due(elapsedMs);
		if (due.length === 0) {
			return;
		}

		this.#isSending = true;
		try {
			for (let first = 0; first < due.length; first += mostInRequest) {
				if (!(await this.#post(due.slice(first, first + mostInRequest), nowMs, elapsedMs))) {
					break;
				}
			}
		} finally {
			this.#isSending = false;
		}
	}

	/**
	The alerts to send now. New and newly ended alerts are due at once. If any other alert was not sent for a minute, all
	alerts are sent together.
	*/
	#due(elapsedMs: number): ReadonlyArray<readonly [string, BookedAlert]> {
		const {alerts} = this.#options.book;
		for (const key of this.#sent.keys()) {
			if (!alerts.has(key)) {
				this.#sent.delete(key);
			}
		}

		const known = [...alerts].filter(([key, alert]) => this.#isSayable(key, alert));
		const isDue = ([key, alert]: readonly [string, BookedAlert]) =>
			this.#isNew(key, alert) || elapsedMs - (this.#sent.get(key)?.atMs ?? 0) >= againMs;
		const due = known.filter(isDue);
		// The alerts that are repeated each minute share their requests.
		return due.some(([key, alert]) => !this.#isNew(key, alert)) ? known : due;
	}

	/**
	Whether an alert may be sent. An alert of an earlier run first waits for its finding. An alert that ended before it
	was ever sent is not sent.
	*/
	#isSayable(key: string, {waitsSinceMs, endsAtMs, isKept}: BookedAlert): boolean {
		return waitsSinceMs === undefined && (endsAtMs === undefined || this.#sent.has(key) || isKept === true);
	}

	#isNew(key: string, alert: BookedAlert): boolean {
		const sent = this.#sent.get(key);
		return this.#isSayable(key, alert) && (sent === undefined || sent.endsAtMs !== alert.endsAtMs);
	}

	async #post(
		alerts: ReadonlyArray<readonly [string, BookedAlert]>,
		nowMs: number,
		elapsedMs: number,
	): Promise<boolean> {
		const {client, signal, intervalMs, random = Math.random} = this.#options;
		const holdsUntilMs = nowMs + resendsAhead * Math.max(againMs, intervalMs);
		const body = JSON.stringify(
			alerts.map(([, {labels, annotations, startsAtMs, endsAtMs}]) => ({
				labels,
				annotations,
				startsAt: new Date(startsAtMs).toISOString(),
				endsAt: new Date(Math.max(endsAtMs ?? holdsUntilMs, startsAtMs)).toISOString(),
			})),
		);
		const outcome = await client.request({method: 'POST', path: '/api/v2/alerts', body, signal});
		if (outcome.kind === 'failed') {
			this.#failures += 1;
			this.#notBeforeMs = elapsedMs + retryDelayMs(this.#failures, outcome.retryAfterMs, random());
			if (!signal.aborted) {
				this.#reporter.failed(outcome.why);
			}

			return false;
		}

		this.#failures = 0;
		this.#reporter.answered();
		for (const [key, {endsAtMs}] of alerts) {
			this.#sent.set(key, {atMs: elapsedMs, endsAtMs});
		}

		return true;
	}
}
