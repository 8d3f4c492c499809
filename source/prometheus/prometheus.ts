import {Semaphore} from '../domain/semaphore.js';
import {type PrometheusReply, parsePrometheusReply} from '../parse/prometheus-reply.js';
import type {HttpClient} from '../wire/http-client.js';

/** Largest number of queries to a Prometheus that are under way at the same time. */
const queriesAtOnce = 4;

/**
Longest time for one query, in milliseconds. Prometheus is told the limit, so that it stops working on the query too.
*/
const queryTimeoutMs = 10_000;

/** Largest reply that is read, in bytes: 10,000 series with ten labels each take 5 MB. */
const mostReplyBytes = 64 * 2 ** 20;

export type QueryOptions = {
	/**
	The moment for which the query is evaluated, in milliseconds since the epoch. @default the present of Prometheus
	*/
	readonly atMs?: number;
	readonly signal?: AbortSignal;
};

export type RangeOptions = {
	readonly fromMs: number;
	readonly toMs: number;
	readonly stepMs: number;
	readonly signal?: AbortSignal;
};

const inSeconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The query API of one Prometheus, or of a service with the same API. At most four queries are under way at a time. */
export class Prometheus {
	readonly #http: Pick<HttpClient, 'request' | 'place'>;
	readonly #places = new Semaphore(queriesAtOnce);

	constructor(http: Pick<HttpClient, 'request' | 'place'>) {
		this.#http = http;
	}

	/** The host and port of the service, for texts shown to the user. */
	get place(): string {
		return this.#http.place;
	}

	/** The values of an expression at one moment. Resolves with series or with a reason; never rejects. */
	query(expression: string, {atMs, signal}: QueryOptions = {}): Promise<PrometheusReply> {
		return this.#ask('/api/v1/query', {query: expression, ...(atMs !== undefined && {time: inSeconds(atMs)})}, signal);
	}

	/** The values of an expression over time, one for each step. Resolves with series or with a reason; never rejects. */
	queryRange(expression: string, {fromMs, toMs, stepMs, signal}: RangeOptions): Promise<PrometheusReply> {
		const times = {start: inSeconds(fromMs), end: inSeconds(toMs), step: inSeconds(stepMs)};
		return this.#ask('/api/v1/query_range', {query: expression, ...times}, signal);
	}

	async #ask(
		path: string,
		parameters: Readonly<Record<string, string>>,
		signal: AbortSignal | undefined,
	): Promise<PrometheusReply> {
		return this.#places.run(async () => {
			const outcome = await this.#http.request({
				path,
				method: 'POST',
				contentType: 'application/x-www-form-urlencoded',
				body: new URLSearchParams({...parameters, timeout: `${queryTimeoutMs / 1000}s`}).toString(),
				timeoutMs: queryTimeoutMs,
				mostBytes: mostReplyBytes,
				...(signal !== undefined && {signal}),
			});
			if (outcome.kind === 'answered') {
				return parsePrometheusReply(outcome.body);
			}

			return {kind: 'failed', why: outcome.why};
		});
	}
}

/**
A text as a string literal of PromQL.
Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
*/
export const promString = (text: string): string => JSON.stringify(text);
