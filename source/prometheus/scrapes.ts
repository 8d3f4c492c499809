import type {InfoReply} from '../domain/info-reply.js';
import {metrics} from '../domain/metric.js';
import type {PrometheusSeries, SeriesLabels} from '../parse/prometheus-reply.js';
import {composedSeries} from './exporter-series.js';
import {type ScrapedValue, scrapedInfo} from './scraped-info.js';

/** What Prometheus scrapes to get the values of a server: redis_exporter, or `redis-top watch --metrics`. */
export type ScrapeTarget = {
	/** The label matchers that select the series which this target has of the server: `instance="…",job="…"`. */
	readonly matchers: string;
	/** Usual time between two scrapes, in milliseconds. */
	readonly periodMs: number;
};

/** The values that the exporter read from one server at one moment. */
export type Scrape = {
	readonly target: ScrapeTarget;
	/** The time of the scrape, in milliseconds since the epoch. */
	readonly atMs: number;
	/** Whether the exporter reached the server. */
	readonly isUp: boolean;
	/** The `run_id` of the server's process; undefined if the exporter does not report it. */
	readonly runId: string | undefined;
	/**
	Every metric as it was read, in the order of `metrics`. Counters are totals since the server's start. NaN: not known.
	*/
	readonly metrics: readonly number[];
	/** Returns the INFO reply as far as the exporter's series contain it. Each call builds a new one. */
	readonly info: () => InfoReply;
};

/** Stands for the value of a series that is missing in a scrape. */
const missing = Number.NaN;

type Column = {readonly labels: SeriesLabels; readonly values: Float64Array};

/**
The scrapes of one server in a span of time. All series of a scrape have the same time. Their values are therefore kept
as columns, with 8 bytes a value.
*/
export class ScrapeBlock {
	readonly #target: ScrapeTarget;
	readonly #timesMs: readonly number[];
	readonly #columns: readonly Column[];
	readonly #scrapes: Array<Scrape | undefined>;

	/** @param series Samples at the times at which Prometheus stored them, not values at fixed steps. */
	constructor(series: readonly PrometheusSeries[], target: ScrapeTarget) {
		this.#target = target;
		const times = new Set<number>();
		for (const {timesMs} of series) {
			for (const atMs of timesMs) {
				times.add(atMs);
			}
		}

		this.#timesMs = [...times].sort((one, other) => one - other);
		const places = new Map(this.#timesMs.map((atMs, place) => [atMs, place]));
		this.#columns = series.map(({labels, timesMs, values}) => {
			const column = new Float64Array(places.size).fill(missing);
			for (const [index, atMs] of timesMs.entries()) {
				column[places.get(atMs) ?? -1] = values[index] ?? missing;
			}

			return {labels, values: column};
		});
		this.#scrapes = Array.from({length: places.size});
	}

	/** The times of the scrapes after `fromMs` and up to `toMs`, oldest first. */
	times(fromMs: number, toMs: number): number[] {
		return this.#timesMs.filter(atMs => atMs > fromMs && atMs <= toMs);
	}

	/** The scrapes after `fromMs` and up to `toMs`, oldest first. */
	between(fromMs: number, toMs: number): Scrape[] {
		const scrapes: Scrape[] = [];
		for (const [place, atMs] of this.#timesMs.entries()) {
			if (atMs > fromMs && atMs <= toMs) {
				const scrape = this.#scrapes[place] ?? this.#scrapeAt(place, atMs);
				this.#scrapes[place] = scrape;
				scrapes.push(scrape);
			}
		}

		return scrapes;
	}

	#scrapeAt(place: number, atMs: number): Scrape {
		const values = this.#valuesAt(place);
		const info = scrapedInfo(values);
		return {
			target: this.#target,
			atMs,
			isUp: !values.some(({labels, value}) => labels.__name__ === composedSeries.up && value === 0),
			runId: info.text('server', 'run_id'),
			metrics: metrics.map(({read}) => read(info) ?? missing),
			info: () => scrapedInfo(this.#valuesAt(place)),
		};
	}

	#valuesAt(place: number): ScrapedValue[] {
		const values: ScrapedValue[] = [];
		for (const {labels, values: column} of this.#columns) {
			const value = column[place];
			if (value !== undefined && !Number.isNaN(value)) {
				values.push({labels, value});
			}
		}

		return values;
	}
}

/** Time between two scrapes in milliseconds: the median of the differences. Undefined with fewer than two scrapes. */
export function scrapePeriodMs(timesMs: readonly number[]): number | undefined {
	const differences = timesMs
		.slice(1)
		.map((atMs, index) => atMs - (timesMs[index] ?? atMs))
		.filter(difference => difference > 0)
		.sort((one, other) => one - other);
	return differences[Math.floor(differences.length / 2)];
}
