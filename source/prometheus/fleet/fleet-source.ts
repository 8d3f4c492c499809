import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Clock} from '../../domain/clock.js';
import type {PrometheusSeries} from '../../parse/prometheus-reply.js';
import type {LabelMapping} from '../label-mapping.js';
import type {Prometheus} from '../prometheus.js';
import type {FleetInstance} from './fleet-instance.js';
import {buildInstances, type FleetReplies, instanceKey, type KnownInstance} from './fleet-list.js';
import {type FleetQuery, fleetQueries, identityLabels, instancesMatcher, writeRates} from './fleet-queries.js';
import {isDue, isKept} from './fleet-rhythm.js';

/** The state of the fleet after its last refresh. */
export type FleetState = {
	/** The servers, in no order. */
	readonly instances: readonly FleetInstance[];
	/** When the last refresh was complete, in milliseconds since the epoch; undefined before the first. */
	readonly refreshedAtMs: number | undefined;
	/** Duration of the last complete refresh, in milliseconds; undefined before the first. */
	readonly tookMs: number | undefined;
	/**
	Why the last refresh failed, or which figures it lacks; completes "Prometheus …". Undefined when nothing is missing.
	*/
	readonly problem: string | undefined;
	readonly isRefreshing: boolean;
};

export type FleetSourceOptions = {
	readonly prometheus: Pick<Prometheus, 'query' | 'queryRange' | 'place'>;
	readonly matchers: string;
	readonly mapping: LabelMapping | undefined;
	readonly clock: Clock;
	/** Time between two refreshes, in milliseconds. */
	readonly intervalMs: number;
	readonly onChange: (state: FleetState) => void;
};

/** The queries whose replies are enough to draw the list for the first time. The other figures follow later. */
const firstQueries: readonly FleetQuery[] = ['up', 'info', 'used', 'limit'];

/** Shortest time range for computing a rate, in milliseconds. */
const shortestWindowMs = 60_000;
/** Number of scrapes that the time range of a rate should hold. */
const scrapesInWindow = 4;

/** Length of the trend of used memory, in milliseconds. */
export const trendMs = 3_600_000;
/** Time between two values of the trend, in milliseconds. Each value takes one cell on the screen. */
const trendStepMs = 300_000;

/** Longest time for which work runs before keys that the user pressed are handled, in milliseconds. */
const longestTurnMs = 8;

/** Largest number of servers that one query names. */
const describedAtOnce = 200;

/** Largest number of servers whose trend is kept. */
const trendsKept = 2000;

/** The trend of a server's used memory in bytes, oldest first. `atMs`: its end, in milliseconds since the epoch. */
export type Trend = {readonly atMs: number; readonly values: ReadonlyArray<number | undefined>};

/** Asks a Prometheus for its servers and their figures while the list of the fleet is open. */
export class FleetSource {
	readonly #options: FleetSourceOptions;
	readonly #known = new Map<string, KnownInstance>();
	readonly #trends = new Map<string, Trend>();
	#latencies: ReadonlyMap<string, number> = new Map();
	/** The keys of servers that are down and whose earlier labels were already asked for. */
	readonly #described = new Set<string>();
	/** The last replies of queries that are not sent at every refresh. */
	#kept: FleetReplies = {};
	/** For each query that failed when it was last sent, the reason. */
	readonly #reasons = new Map<string, string>();
	#refreshes = 0;
	#windowMs: number | undefined;
	#state: FleetState = {
		instances: [],
		refreshedAtMs: undefined,
		tookMs: undefined,
		problem: undefined,
		isRefreshing: false,
	};

	constructor(options: FleetSourceOptions) {
		this.#options = options;
	}

	get state(): FleetState {
		return this.#state;
	}

	/** Refreshes until the signal aborts, one refresh after the other. Never rejects. */
	async run(signal: AbortSignal): Promise<void> {
		const {clock, intervalMs} = this.#options;
		while (!signal.aborted) {
			const begunMs = clock.elapsed();
			await this.refresh(signal);
			await clock.sleep(intervalMs - (clock.elapsed() - begunMs), signal);
		}
	}

	/** Sends the queries of one refresh. If a query fails, its figures are missing and `problem` has the reason. */
	async refresh(signal: AbortSignal): Promise<void> {
		if (this.#state.isRefreshing) {
			return;
		}

		const {clock, matchers, mapping} = this.#options;
		const begunMs = clock.elapsed();
		this.#change({isRefreshing: true});
		this.#windowMs ??= await this.#findWindow(signal);
		const queries = fleetQueries({
			matchers,
			mappedLabel: mapping?.label,
			windowMs: this.#windowMs ?? shortestWindowMs,
		});
		const replies: Record<string, readonly PrometheusSeries[]> = {};
		Object.assign(replies, this.#kept);
		const reasons = this.#reasons;
		const ask = async (name: FleetQuery) => {
			const reply = await this.#options.prometheus.query(queries[name], {signal});
			if (reply.kind === 'series') {
				replies[name] = reply.series;
				for (const answered of name === 'up' || name === 'down' ? (['up', 'down'] as const) : [name]) {
					reasons.delete(answered);
				}
			} else {
				delete replies[name];
				reasons.set(name, reply.why);
			}
		};

		const due = (Object.keys(queries) as FleetQuery[]).filter(name => isDue(name, this.#refreshes));
		const first = due.filter(name => firstQueries.includes(name));
		const others = due.filter(name => !firstQueries.includes(name));
		const isFirst = this.#state.refreshedAtMs === undefined;
		await Promise.all([...first, ...(isFirst ? [] : others)].map(ask));
		if (isFirst && !signal.aborted && replies.up !== undefined) {
			// The first list appears as soon as the servers are known. Their other figures come a moment later.
			this.#change({instances: await this.#build(replies)});
			await nextTurn();
		}

		if (isFirst && replies.up !== undefined) {
			await Promise.all(others.map(ask));
		}

		if (signal.aborted) {
			this.#change({isRefreshing: false});
			return;
		}

		if (due.includes('down') && !reasons.has('down')) {
			replies.up = this.#upNow(replies);
		}

		await Promise.all([
			this.#describeDown(replies, signal),
			...(due.includes('behind') ? [this.#askWrites(replies, signal)] : []),
		]);
		const hasAnswer = replies.up !== undefined && !(due.includes('down') && reasons.has('down'));
		await this.#finish(hasAnswer ? replies : {}, clock.elapsed() - begunMs);
	}

	/**
	Asks for the write rates of servers whose replicas are behind. These are few, even if the fleet has 10,000 servers.
	*/
	async #askWrites(replies: Record<string, readonly PrometheusSeries[]>, signal: AbortSignal): Promise<void> {
		const behind = (replies.behind ?? []).slice(0, describedAtOnce);
		if (behind.length > 0) {
			const matchers = [this.#options.matchers, instancesMatcher(behind)].filter(part => part !== '').join(',');
			const query = writeRates(matchers, this.#windowMs ?? shortestWindowMs);
			const reply = await this.#options.prometheus.query(query, {signal});
			if (reply.kind === 'series') {
				replies.writes = reply.series;
			}
		}
	}

	/**
	Asks for the earlier labels of servers that are down, because they have no `redis_instance_info` now. Each server is
	asked for once.
	*/
	async #describeDown(replies: Record<string, readonly PrometheusSeries[]>, signal: AbortSignal): Promise<void> {
		const {prometheus, matchers, mapping} = this.#options;
		const down = [...(replies.up ?? []).filter(({values}) => values[0] === 0), ...(replies.lost ?? [])]
			.filter(({labels}) => {
				const key = instanceKey(labels, mapping?.label);
				return this.#known.get(key)?.info.role === undefined && !this.#described.has(key);
			})
			.slice(0, describedAtOnce);
		if (down.length === 0) {
			return;
		}

		const selector = [matchers, instancesMatcher(down)].filter(part => part !== '').join(',');
		const reply = await prometheus.query(`last_over_time(redis_instance_info{${selector}}[6h])`, {signal});
		if (reply.kind === 'series') {
			replies.info = [...reply.series, ...(replies.info ?? [])];
			for (const {labels} of down) {
				this.#described.add(instanceKey(labels, mapping?.label));
			}
		}
	}

	/**
	Makes the list from the replies of a refresh, and keeps what later refreshes need.

	@param replies The replies of the refresh; empty if Prometheus did not say which servers exist.
	*/
	async #finish(replies: FleetReplies, tookMs: number): Promise<void> {
		const {clock} = this.#options;
		const reasons = this.#reasons;
		const [why] = reasons.values();
		if (replies.up === undefined) {
			// Without an answer, the last list stays on the screen, with its age.
			this.#change({isRefreshing: false, problem: why ?? 'does not answer'});
			return;
		}

		const instances = await this.#build(replies);
		// The kept replies have no figures of new servers. After a change of the list, the next refresh sends all queries.
		const isChanged = instances.length !== this.#state.instances.length;
		this.#refreshes = isChanged ? 0 : this.#refreshes + 1;
		this.#keep(replies);
		const missing = [...reasons.keys()].join(', ');
		this.#change({
			instances,
			refreshedAtMs: clock.now(),
			tookMs,
			problem: why === undefined ? undefined : `${why} (missing: ${missing})`,
			isRefreshing: false,
		});
	}

	/** Makes the list of servers from replies. Other work runs in between. */
	async #build(replies: FleetReplies): Promise<FleetInstance[]> {
		const {clock, mapping} = this.#options;
		const building = buildInstances(replies, this.#known, mapping);
		let sinceMs = clock.elapsed();
		for (;;) {
			const {done, value} = building.next();
			if (done) {
				return value;
			}

			if (clock.elapsed() - sinceMs >= longestTurnMs) {
				await nextTurn();
				sinceMs = clock.elapsed();
			}
		}
	}

	/**
	Keeps the replies of queries that are not sent at every refresh. To save memory, most of their series get label
	objects that the list holds already.
	*/
	#keep(replies: FleetReplies): void {
		const {mapping} = this.#options;
		const compact = (series: PrometheusSeries): PrometheusSeries => {
			const known = this.#known.get(instanceKey(series.labels, mapping?.label));
			return {labels: known?.labels ?? series.labels, timesMs: series.timesMs, values: series.values};
		};
		const kept: Record<string, readonly PrometheusSeries[]> = {};
		for (const [name, series] of Object.entries(replies)) {
			const isOwn = name === 'up' || name === 'links' || name === 'failures';
			if (series !== undefined && (name === 'writes' || isKept(name as FleetQuery))) {
				kept[name] = isOwn || this.#kept[name as FleetQuery] === series ? series : series.map(compact);
			}
		}

		this.#kept = kept;
	}

	/**
	The series of `redis_up` at a refresh at which `up` is not queried. They are the last known series, updated with the
	servers that are down now. A server that lost its figures and is not down is left out: it is not scraped any more.
	*/
	#upNow({up, down = [], used}: FleetReplies): readonly PrometheusSeries[] {
		const label = this.#options.mapping?.label;
		const keysOf = (series: readonly PrometheusSeries[] = []) =>
			new Set(series.map(({labels}) => instanceKey(labels, label)));
		const [isDown, hasFigure] = [keysOf(down), keysOf(used)];
		const hadFigure = new Set(
			this.#state.instances.filter(({usedBytes}) => usedBytes !== undefined).map(({key}) => key),
		);
		const known = (up ?? []).flatMap((series): PrometheusSeries[] => {
			const key = instanceKey(series.labels, label);
			const isGone = hadFigure.has(key) && !hasFigure.has(key) && !isDown.has(key) && used !== undefined;
			return isGone ? [] : [{...series, values: [isDown.has(key) ? 0 : 1]}];
		});
		const isKnown = keysOf(known);
		return [...known, ...down.filter(({labels}) => !isKnown.has(instanceKey(labels, label)))];
	}

	/** The trend of a server by the server's key; undefined while it is not known. */
	trendOf(key: string): Trend | undefined {
		return this.#trends.get(key);
	}

	/** The p99 of a server's slowest command in milliseconds, an upper bound; undefined while it is not known. */
	p99Of(key: string): number | undefined {
		return this.#latencies.get(key);
	}

	/**
	Asks for the p99 latency of the servers on the screen, from the metrics of `redis-top watch` or from the exporter's
	histograms. The histograms of a whole fleet would be millions of series. Never rejects.
	*/
	async loadLatencies(instances: readonly FleetInstance[], signal: AbortSignal): Promise<void> {
		const {prometheus, matchers, mapping} = this.#options;
		if (instances.length === 0) {
			return;
		}

		const scraped = instances.flatMap(instance => [instance, ...(instance.also ?? [])]);
		const selector = [matchers, instancesMatcher(scraped)].filter(part => part !== '').join(',');
		const identity = [...identityLabels, ...(mapping === undefined ? [] : [mapping.label])].join(',');
		const window = `[${Math.round((this.#windowMs ?? shortestWindowMs) / 1000)}s]`;
		const buckets = `rate(redis_commands_latencies_usec_bucket{${selector}}${window})`;
		const own = `redis_top_interval_latency_seconds{${[selector, 'percentile="p99",bound="upper"'].join(',')}}`;
		const reply = await prometheus.query(
			`(max by(${identity})(${own})*1000)or(max by(${identity})(histogram_quantile(0.99,sum by(${identity},cmd,le)(${buckets})))/1000)`,
			{signal},
		);
		if (reply.kind === 'series') {
			const found = new Map(
				reply.series.map(({labels, values}) => [instanceKey(labels, mapping?.label), values[0] ?? Number.NaN]),
			);
			this.#latencies = new Map(
				instances.flatMap(({key, also = []}) => {
					const p99Ms = [key, ...also.map(each => each.key)]
						.map(each => found.get(each))
						.find(each => each !== undefined);
					return p99Ms === undefined ? [] : [[key, p99Ms] as const];
				}),
			);
			this.#change({});
		}
	}

	/** Asks for the trends of the servers on the screen whose trend is unknown or older than one step. Never rejects. */
	async loadTrends(instances: readonly FleetInstance[], signal: AbortSignal): Promise<void> {
		const {clock, prometheus, matchers, mapping} = this.#options;
		const nowMs = Math.floor(clock.now() / trendStepMs) * trendStepMs;
		const wanted = instances.filter(({key}) => (this.#trends.get(key)?.atMs ?? 0) < nowMs);
		if (wanted.length === 0) {
			return;
		}

		const selector = [matchers, instancesMatcher(wanted)].filter(part => part !== '').join(',');
		const reply = await prometheus.queryRange(`redis_memory_used_bytes{${selector}}`, {
			fromMs: nowMs - trendMs + trendStepMs,
			toMs: nowMs,
			stepMs: trendStepMs,
			signal,
		});
		if (reply.kind === 'failed') {
			return;
		}

		const found = new Map(reply.series.map(series => [instanceKey(series.labels, mapping?.label), series]));
		for (const {key} of wanted) {
			const series = found.get(key);
			this.#trends.delete(key);
			this.#trends.set(key, {atMs: nowMs, values: series === undefined ? [] : atSteps(series, nowMs)});
		}

		for (const oldest of [...this.#trends.keys()].slice(0, -trendsKept)) {
			this.#trends.delete(oldest);
		}

		this.#change({});
	}

	/**
	Finds the time range over which rates are computed: some scrapes of the server that is scraped most often, and at
	least a minute. Undefined if the scrape interval is unknown.
	*/
	async #findWindow(signal: AbortSignal): Promise<number | undefined> {
		const {prometheus, matchers} = this.#options;
		const reply = await prometheus.query(`topk(1,count_over_time(redis_up{${matchers}}[5m]))`, {signal});
		const count = reply.kind === 'series' ? reply.series[0]?.values[0] : undefined;
		return count === undefined || count < 1
			? undefined
			: Math.max(shortestWindowMs, Math.ceil((scrapesInWindow * 300_000) / count / 1000) * 1000);
	}

	#change(change: Partial<FleetState>): void {
		this.#state = {...this.#state, ...change};
		this.#options.onChange(this.#state);
	}
}

/** The values of a range query at each of its steps; a step without a value is a gap. */
function atSteps({timesMs, values}: PrometheusSeries, endMs: number): Array<number | undefined> {
	const steps = trendMs / trendStepMs;
	const byTime = new Map(timesMs.map((atMs, index) => [atMs, values[index]]));
	return Array.from({length: steps}, (_, index) => byTime.get(endMs - (steps - 1 - index) * trendStepMs));
}
