import type {Clock} from '../domain/clock.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {composedSeries} from './exporter-series.js';
import type {LabelMapping} from './label-mapping.js';
import {NodePast} from './node-past.js';
import {findingQuery, nodeSelector, type SoughtNode} from './node-selector.js';
import type {Prometheus} from './prometheus.js';
import {type ScrapeTarget, scrapePeriodMs} from './scrapes.js';

export type FoundPast =
	| {readonly kind: 'found'; readonly past: NodePast}
	/**
	`why` completes "Prometheus …". `isAnswered`: Prometheus answered, but its reply doesn't tell which series belong to
	the node.
	*/
	| {readonly kind: 'failed'; readonly why: string; readonly isAnswered: boolean};

/** The time between scrapes that is assumed if only one scrape of a server is known, in milliseconds. */
const usualPeriodMs = 60_000;

/** Largest number of scraped instances that the text of a failure names. */
const namedInstances = 3;

/**
Finds the series of a node and the time between its scrapes, by one query and one more for each target that scrapes the
node. Never rejects.
*/
export async function findPast(
	record: NodeRecord,
	{
		prometheus,
		mapping,
		clock,
		signal,
	}: {
		readonly prometheus: Pick<Prometheus, 'query'>;
		readonly mapping: LabelMapping | undefined;
		readonly clock: Clock;
		readonly signal: AbortSignal;
	},
): Promise<FoundPast> {
	const node: SoughtNode = {
		endpoint: record.endpoint,
		otherNames: record.otherNames ?? [],
		runId: record.sample?.runId,
	};
	const query = findingQuery(node, mapping);
	const found = query === undefined ? undefined : await prometheus.query(query, {signal});
	if (found?.kind === 'failed') {
		return {...found, isAnswered: false};
	}

	const selector = nodeSelector(found?.series ?? [], node, mapping);
	if (selector.kind === 'ambiguous') {
		const instances = selector.instances.slice(0, namedInstances).join(', ');
		return {
			kind: 'failed',
			isAnswered: true,
			why: `has several series for ${record.address} (${instances}): name a label with --prometheus-label`,
		};
	}

	if (selector.kind === 'unknown') {
		const why = `knows no series of ${record.address}: name its label with --prometheus-label`;
		return {kind: 'failed', isAnswered: true, why};
	}

	const targets = await Promise.all(selector.targets.map(async matchers => targetOf(matchers, prometheus, signal)));
	const failed = targets.find(target => 'kind' in target);
	if (failed !== undefined) {
		return {...failed, isAnswered: false};
	}

	// redis_exporter reads the server at each scrape. The metrics of redis-top may be as old as its poll interval. So
	// targets of redis_exporter come first.
	const [first, ...others] = (targets as readonly Target[]).toSorted((one, other) => +one.isOwn - +other.isOwn);
	return {kind: 'found', past: new NodePast(prometheus, [first as Target, ...others], () => clock.now())};
}

type Target = ScrapeTarget & {
	/** Whether the target is a `redis-top watch --metrics`. */
	readonly isOwn: boolean;
};

/** A metric that redis-top serves and redis_exporter does not. */
const ownMetric = 'redis_top_poll_interval_seconds';

/** How a target is scraped, as its scrapes in the last quarter of an hour show. */
async function targetOf(
	matchers: string,
	prometheus: Pick<Prometheus, 'query'>,
	signal: AbortSignal,
): Promise<Target | {readonly kind: 'failed'; readonly why: string}> {
	const selector = `{__name__=~"${composedSeries.up}|${ownMetric}",${matchers}}`;
	const reply = await prometheus.query(`${selector}[15m]`, {signal});
	if (reply.kind === 'failed') {
		return reply;
	}

	const up = reply.series.find(({labels}) => labels.__name__ === composedSeries.up);
	return {
		matchers,
		periodMs: scrapePeriodMs(up?.timesMs ?? []) ?? usualPeriodMs,
		isOwn: reply.series.some(({labels}) => labels.__name__ === ownMetric),
	};
}
