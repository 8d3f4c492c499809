import {readMetrics} from './exporter-series.js';
import {gapMs} from './past-readings.js';
import type {Prometheus} from './prometheus.js';
import {type Scrape, ScrapeBlock, type ScrapeTarget} from './scrapes.js';

/** Number of scrapes in a block, which is read by one query. A reply with 200 series has 1.3 MB. */
const scrapesInBlock = 240;
const shortestBlockMs = 300_000;
const longestBlockMs = 3_600_000;

/** Number of blocks that are kept for a node. With one scrape a second, a half hour takes up to 7 blocks. */
const blocksKept = 24;

/** Times after `fromMs` and up to `toMs`, in milliseconds since the epoch. */
type Times = {readonly fromMs: number; readonly toMs: number};

/** The scrapes of one target within a range of time. The first of them is at `firstMs`, the last at `lastMs`. */
type Part = Times & {
	readonly block: ScrapeBlock;
	readonly target: ScrapeTarget;
	readonly firstMs: number;
	readonly lastMs: number;
};

type LoadedBlock = {
	/** Oldest first. The times of the parts do not overlap. */
	readonly parts: readonly Part[];
	/** Up to when the block was read, in milliseconds since the epoch: to its end, or to the time of the query. */
	readonly untilMs: number;
};

/** The result of reading a node's past; `why` completes "Prometheus …". */
export type Load = {readonly kind: 'loaded'} | {readonly kind: 'failed'; readonly why: string};

/** One node's past as a Prometheus has it. The past is read in blocks, and each block only once. */
export class NodePast {
	readonly #prometheus: Pick<Prometheus, 'query'>;
	readonly #targets: readonly ScrapeTarget[];
	readonly #blockMs: number;
	readonly #now: () => number;
	/** The blocks by index: the number of block lengths since the epoch. Least recently used blocks come first. */
	readonly #blocks = new Map<number, LoadedBlock>();
	readonly #loading = new Map<number, Promise<Load>>();

	/** The usual time between two scrapes of the first target, in milliseconds. */
	readonly periodMs: number;

	/**
	@param targets The targets that scrape the node. The first target is always read. Each further target is read only for
	times that earlier targets leave open: before their first scrape, and after their last scrape.
	*/
	constructor(
		prometheus: Pick<Prometheus, 'query'>,
		targets: readonly [ScrapeTarget, ...ScrapeTarget[]],
		now: () => number,
	) {
		const [{periodMs}] = targets;
		this.periodMs = periodMs;
		this.#prometheus = prometheus;
		this.#targets = targets;
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
			return loaded.parts.flatMap(part => part.block.between(Math.max(fromMs, part.fromMs), Math.min(toMs, part.toMs)));
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
		const startMs = number * this.#blockMs;
		const untilMs = Math.min(startMs + this.#blockMs, this.#now());
		if (untilMs - startMs <= 1) {
			return {kind: 'loaded'};
		}

		let parts: readonly Part[] = [];
		for (const target of this.#targets) {
			const missing = missingTimes(parts, startMs, untilMs);
			if (missing.length === 0) {
				break;
			}

			const reply = await this.#scrapesOf(target, startMs, untilMs, signal);
			if (reply.kind === 'failed') {
				return reply;
			}

			const block = new ScrapeBlock(reply.series, target);
			parts = [...parts, ...missing.flatMap(times => partOf(block, target, times))].sort(
				(one, other) => one.firstMs - other.firstMs,
			);
		}

		this.#blocks.set(number, {parts, untilMs});
		for (const oldest of [...this.#blocks.keys()].slice(0, -blocksKept)) {
			this.#blocks.delete(oldest);
		}

		return {kind: 'loaded'};
	}

	#scrapesOf({matchers}: ScrapeTarget, startMs: number, untilMs: number, signal: AbortSignal) {
		// A range selector returns the samples as they were stored, each with its own time. Values at fixed steps would
		// fill a gap with the value before it, and would give a rate across a restart.
		const selector = `{__name__=~"redis_(${readMetrics})",${matchers}}`;
		return this.#prometheus.query(`${selector}[${Math.ceil(untilMs - startMs) - 1}ms]`, {atMs: untilMs, signal});
	}
}

/**
The times for which another target may have scrapes: before the first scrape, and after the last one, if a scrape is
missing there. Times between two scrapes of one target are not returned, so a lost scrape stays a gap.
*/
function missingTimes(parts: readonly Part[], startMs: number, untilMs: number): readonly Times[] {
	const [first, last] = [parts[0], parts.at(-1)];
	if (first === undefined || last === undefined) {
		return [{fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY}];
	}

	return [
		...(first.firstMs - startMs > gapMs(first.target)
			? [{fromMs: Number.NEGATIVE_INFINITY, toMs: first.firstMs - 1}]
			: []),
		...(untilMs - last.lastMs > gapMs(last.target) ? [{fromMs: last.lastMs, toMs: Number.POSITIVE_INFINITY}] : []),
	];
}

/** A list with the part of a block that lies within a range of time. Empty if the block has no scrape in this range. */
function partOf(block: ScrapeBlock, target: ScrapeTarget, {fromMs, toMs}: Times): readonly Part[] {
	const times = block.times(fromMs, toMs);
	const [firstMs, lastMs] = [times[0], times.at(-1)];
	return firstMs === undefined || lastMs === undefined ? [] : [{block, target, fromMs, toMs, firstMs, lastMs}];
}
