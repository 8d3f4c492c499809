import {readMetrics} from './exporter-series.js';
import type {Prometheus} from './prometheus.js';
import {type Scrape, ScrapeBlock} from './scrapes.js';

/** Number of scrapes in a block, which is read by one query. A reply with 200 series has 1.3 MB. */
const scrapesInBlock = 240;
const shortestBlockMs = 300_000;
const longestBlockMs = 3_600_000;

/** Number of blocks that are kept for a node. They are enough for three half hours with one scrape a second. */
const blocksKept = 24;

type LoadedBlock = {
	readonly block: ScrapeBlock;
	/** Up to when the block was read, in milliseconds since the epoch: to its end, or to the time of the query. */
	readonly untilMs: number;
};

/** The result of reading a node's past; `why` completes "Prometheus …". */
export type Load = {readonly kind: 'loaded'} | {readonly kind: 'failed'; readonly why: string};

/** One node's past as a Prometheus has it. The past is read in blocks, and each block only once. */
export class NodePast {
	readonly #prometheus: Pick<Prometheus, 'query'>;
	readonly #matchers: string;
	readonly #blockMs: number;
	readonly #now: () => number;
	/** The blocks by index: the number of block lengths since the epoch. Least recently used blocks come first. */
	readonly #blocks = new Map<number, LoadedBlock>();
	readonly #loading = new Map<number, Promise<Load>>();

	/**
	@param matchers The label matchers of the node's series: `instance="…",job="…"`.
	@param periodMs Time between two scrapes, in milliseconds.
	*/
	constructor(
		prometheus: Pick<Prometheus, 'query'>,
		matchers: string,
		readonly periodMs: number,
		now: () => number,
	) {
		this.#prometheus = prometheus;
		this.#matchers = matchers;
		this.#now = now;
		const wantedMs = Math.min(longestBlockMs, Math.max(shortestBlockMs, periodMs * scrapesInBlock));
		this.#blockMs = Math.ceil(wantedMs / shortestBlockMs) * shortestBlockMs;
	}

	/** Whether all blocks from `fromMs` to `toMs` (milliseconds since the epoch) were read. */
	has(fromMs: number, toMs: number): boolean {
		return this.#missing(fromMs, toMs).length === 0;
	}

	/**
	Reads the blocks between `fromMs` and `toMs` (milliseconds since the epoch) that were not read yet. Never rejects.
	*/
	async load(fromMs: number, toMs: number, signal: AbortSignal): Promise<Load> {
		const loads = await Promise.all(this.#missing(fromMs, toMs).map(number => this.#loadBlock(number, signal)));
		return loads.find(({kind}) => kind === 'failed') ?? {kind: 'loaded'};
	}

	/** The scrapes in the blocks read so far, after `fromMs` and up to `toMs`, oldest first. */
	scrapes(fromMs: number, toMs: number): Scrape[] {
		return this.#numbers(fromMs, toMs).flatMap(number => {
			const loaded = this.#blocks.get(number);
			if (loaded === undefined) {
				return [];
			}

			this.#blocks.delete(number);
			this.#blocks.set(number, loaded);
			return loaded.block.between(fromMs, toMs);
		});
	}

	#numbers(fromMs: number, toMs: number): number[] {
		const first = Math.floor(fromMs / this.#blockMs);
		return Array.from({length: Math.floor(toMs / this.#blockMs) - first + 1}, (_, index) => first + index);
	}

	#missing(fromMs: number, toMs: number): number[] {
		return this.#numbers(fromMs, toMs).filter(number => {
			const untilMs = this.#blocks.get(number)?.untilMs ?? Number.NEGATIVE_INFINITY;
			return untilMs < Math.min(toMs, (number + 1) * this.#blockMs);
		});
	}

	#loadBlock(number: number, signal: AbortSignal): Promise<Load> {
		const known = this.#loading.get(number);
		if (known !== undefined) {
			return known;
		}

		const load = this.#readBlock(number, signal).finally(() => this.#loading.delete(number));
		this.#loading.set(number, load);
		return load;
	}

	async #readBlock(number: number, signal: AbortSignal): Promise<Load> {
		const untilMs = Math.min((number + 1) * this.#blockMs, this.#now());
		const spanMs = untilMs - number * this.#blockMs;
		if (spanMs <= 1) {
			return {kind: 'loaded'};
		}

		// A range selector returns the samples as they were stored, each with its own time. Values at fixed steps would
		// fill a gap with the value before it, and would give a rate across a restart.
		const selector = `{__name__=~"redis_(${readMetrics})",${this.#matchers}}`;
		const reply = await this.#prometheus.query(`${selector}[${Math.ceil(spanMs) - 1}ms]`, {atMs: untilMs, signal});
		if (reply.kind === 'failed') {
			return reply;
		}

		this.#blocks.set(number, {block: new ScrapeBlock(reply.series), untilMs});
		for (const oldest of [...this.#blocks.keys()].slice(0, -blocksKept)) {
			this.#blocks.delete(oldest);
		}

		return {kind: 'loaded'};
	}
}
