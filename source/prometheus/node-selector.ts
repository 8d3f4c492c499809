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
	/** The matchers of each scraped target that has series of the node, in alphabetical order. */
	| {readonly kind: 'found'; readonly targets: readonly [matchers: string, ...others: string[]]}
	| {readonly kind: 'unknown'}
	/** The reply has series of several servers, so it is unknown which of them is the node. */
	| {readonly kind: 'ambiguous'; readonly instances: readonly string[]};

type Candidate = {readonly matchers: string; readonly labels: SeriesLabels; readonly runIds: ReadonlySet<string>};

/**
The matchers of all series of a node, from the reply to `findingQuery`: `instance="…",job="…"`. Series with the `run_id`
of the node's process are preferred to series that only have the node's address. Several jobs may scrape one server, for
example redis_exporter and `redis-top watch --metrics`. Two targets scrape the same server if a `run_id` occurs in the
series of both.
*/
export function nodeSelector(
	series: readonly PrometheusSeries[],
	node: SoughtNode,
	mapping: LabelMapping | undefined,
): NodeSelector {
	const candidates = candidatesIn(series, mapping);
	const isOwn = ({runIds}: Candidate) => node.runId !== undefined && runIds.has(node.runId);
	const first = candidates.find(isOwn) ?? candidates[0];
	if (first === undefined) {
		return {kind: 'unknown'};
	}

	const same = sameServer(first, candidates);
	return same.length < candidates.length && !isOwn(first)
		? {kind: 'ambiguous', instances: candidates.map(({labels}) => labels.instance ?? '-')}
		: {kind: 'found', targets: same.map(({matchers}) => matchers) as [string, ...string[]]};
}

/** The scraped targets in alphabetical order of their matchers, each with every `run_id` that its series have. */
function candidatesIn(series: readonly PrometheusSeries[], mapping: LabelMapping | undefined): readonly Candidate[] {
	const candidates = new Map<string, Candidate & {readonly runIds: Set<string>}>();
	for (const {labels} of series) {
		const matchers = matchersOf(labels, mapping);
		const candidate = candidates.get(matchers) ?? {matchers, labels, runIds: new Set()};
		candidates.set(matchers, candidate);
		if (labels.run_id !== undefined && labels.run_id !== '') {
			candidate.runIds.add(labels.run_id);
		}
	}

	return [...candidates.values()].sort((one, other) => (one.matchers < other.matchers ? -1 : 1));
}

/** The candidates that share a `run_id` with the first, directly or through another candidate. */
function sameServer(first: Candidate, candidates: readonly Candidate[]): readonly Candidate[] {
	const runIds = new Set(first.runIds);
	const same = new Set([first]);
	for (let size = 0; size < same.size; ) {
		size = same.size;
		for (const candidate of candidates) {
			if ([...candidate.runIds].some(runId => runIds.has(runId))) {
				same.add(candidate);
				for (const runId of candidate.runIds) {
					runIds.add(runId);
				}
			}
		}
	}

	return candidates.filter(candidate => same.has(candidate));
}

const matchersOf = (labels: SeriesLabels, mapping: LabelMapping | undefined): string =>
	[...new Set([...identityLabels, ...(mapping === undefined ? [] : [mapping.label])])]
		.flatMap(label => {
			const value = labels[label];
			return value === undefined ? [] : [`${label}=${promString(value)}`];
		})
		.join(',');
