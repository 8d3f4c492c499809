import type {Clock} from '../domain/clock.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {composedSeries} from './exporter-series.js';
import type {LabelMapping} from './label-mapping.js';
import {NodePast} from './node-past.js';
import {findingQuery, nodeSelector, type SoughtNode} from './node-selector.js';
import type {Prometheus} from './prometheus.js';
import {scrapePeriodMs} from './scrapes.js';

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

/** Finds the series of a node and the time between its scrapes, by two queries. Never rejects. */
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

	const scrapes = await prometheus.query(`${composedSeries.up}{${selector.matchers}}[15m]`, {signal});
	if (scrapes.kind === 'failed') {
		return {...scrapes, isAnswered: false};
	}

	const periodMs = scrapePeriodMs(scrapes.series[0]?.timesMs ?? []) ?? usualPeriodMs;
	return {kind: 'found', past: new NodePast(prometheus, selector.matchers, periodMs, () => clock.now())};
}
