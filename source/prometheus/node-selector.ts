import {type Endpoint, isRunId, type NodeAddress} from '../domain/node.js';
import type {PrometheusSeries, SeriesLabels} from '../parse/prometheus-reply.js';
import {composedSeries} from './exporter-series.js';
import {addressLabels, type LabelMapping, mappedValue} from './label-mapping.js';
import {promString} from './prometheus.js';

/** How old a server's last scrape may be. The time is long, so that a server that is down is still found. */
const lookBack = '1d';

/** The facts by which a node's series are found in a Prometheus. */
export type SoughtNode = {
	readonly endpoint: Endpoint;
	/** Other addresses by which the node is known. */
	readonly otherNames: readonly NodeAddress[];
	/**
	The `run_id` of the node's process; undefined before the first sample. With it, the node is found even if no label has
	its address.
	*/
	readonly runId: string | undefined;
};

/** Escapes a text for a regular expression, so that the expression matches only that text. */
const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/**
The PromQL query that finds the series of a node. With a mapping, it uses only the mapped label. Otherwise it uses the
`run_id` of the process, or an address in one of the usual labels. Undefined when nothing identifies the node.
*/
export function findingQuery(node: SoughtNode, mapping: LabelMapping | undefined): string | undefined {
	const selectors: string[] = [];
	if (mapping === undefined) {
		if (node.runId !== undefined && isRunId(node.runId)) {
			selectors.push(`run_id=${promString(node.runId)}`);
		}

		const {endpoint} = node;
		const addresses = [
			...(endpoint.kind === 'tcp' ? [`${bracketed(endpoint.host)}:${endpoint.port}`] : []),
			...node.otherNames.filter(name => !name.startsWith('unix:')),
		];
		if (addresses.length > 0) {
			const anyAddress = addresses.map(quoted).join('|');
			for (const label of addressLabels) {
				selectors.push(`${label}=~${promString(`([a-z]+://)?([^@/]*@)?(${anyAddress})([/?].*)?`)}`);
			}
		}

		if (endpoint.kind === 'tcp') {
			const host = quoted(bracketed(endpoint.host));
			selectors.push(`instance=~${promString(`${host}(:912[0-9])?`)},tcp_port="${endpoint.port}"`);
		}
	} else {
		const value = mappedValue(mapping, node.endpoint);
		if (value !== undefined) {
			selectors.push(`${mapping.label}=${promString(value)}`);
		}
	}

	return selectors.length === 0
		? undefined
		: selectors.map(selector => `last_over_time(${composedSeries.instance}{${selector}}[${lookBack}])`).join(' or ');
}

/**
Labels that identify a scraped target, as far as a series has them. Labels that describe the server are not included.
*/
const identityLabels = ['job', 'instance', 'addr', 'target', 'alias', 'namespace', 'pod'] as const;

export type NodeSelector =
	| {readonly kind: 'found'; readonly matchers: string}
	| {readonly kind: 'unknown'}
	/** The reply has series of several servers, so it is unknown which of them is the node. */
	| {readonly kind: 'ambiguous'; readonly instances: readonly string[]};

/**
The matchers of all series of a node, from the reply to `findingQuery`: `instance="…",job="…"`. Series with the `run_id`
of the node's process are preferred to series that only have the node's address.
*/
export function nodeSelector(
	series: readonly PrometheusSeries[],
	node: SoughtNode,
	mapping: LabelMapping | undefined,
): NodeSelector {
	const own = series.filter(({labels}) => node.runId !== undefined && labels.run_id === node.runId);
	const candidates = new Map((own.length > 0 ? own : series).map(({labels}) => [matchersOf(labels, mapping), labels]));
	const [first, ...others] = [...candidates].sort(([one], [other]) => (one < other ? -1 : 1));
	if (first === undefined) {
		return {kind: 'unknown'};
	}

	// If two jobs scrape the same process, both have the series of this node, and the first of them is used.
	return others.length > 0 && own.length === 0
		? {kind: 'ambiguous', instances: [first, ...others].map(([, labels]) => labels.instance ?? '-')}
		: {kind: 'found', matchers: first[0]};
}

const matchersOf = (labels: SeriesLabels, mapping: LabelMapping | undefined): string =>
	[...new Set([...identityLabels, ...(mapping === undefined ? [] : [mapping.label])])]
		.flatMap(label => {
			const value = labels[label];
			return value === undefined ? [] : [`${label}=${promString(value)}`];
		})
		.join(',');
