import {sanitize} from '../text/sanitize.js';

/** The labels of a series by name, printable. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** One series of a reply. Both lists have the same length, oldest first. */
export type PrometheusSeries = {
	readonly labels: SeriesLabels;
	/** When each value was measured, in milliseconds since the epoch. */
	readonly timesMs: readonly number[];
	/** The values. A value that is no finite number (`NaN`, `+Inf`) is left out, with its time. */
	readonly values: readonly number[];
};

/**
The result of a query: its series, or the reason why there are none. The reason is a line that completes "Prometheus …".
*/
export type PrometheusReply =
	| {readonly kind: 'series'; readonly series: readonly PrometheusSeries[]}
	| {readonly kind: 'failed'; readonly why: string};

/** Largest number of characters of Prometheus' error text that are kept. */
const quotedCharacters = 160;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const failed = (why: string): PrometheusReply => ({kind: 'failed', why});

const nonsense = failed('answers something that is not a reply of its query API');

/**
Parses a reply of `/api/v1/query` or `/api/v1/query_range`. Never throws. Series and values in another format are left
out. Source: https://prometheus.io/docs/prometheus/latest/querying/api/
*/
export function parsePrometheusReply(body: string): PrometheusReply {
	let reply: unknown;
	try {
		reply = JSON.parse(body);
	} catch {
		return nonsense;
	}

	if (!isObject(reply)) {
		return nonsense;
	}

	if (reply.status === 'error') {
		return failed(`refuses the query: ${errorText(reply.error)}`);
	}

	const data = reply.data;
	if (reply.status !== 'success' || !isObject(data) || !Array.isArray(data.result)) {
		return nonsense;
	}

	switch (data.resultType) {
		case 'vector': {
			return {kind: 'series', series: seriesOf(data.result, 'value')};
		}

		case 'matrix': {
			return {kind: 'series', series: seriesOf(data.result, 'values')};
		}

		default: {
			return nonsense;
		}
	}
}

const errorText = (error: unknown): string =>
	typeof error === 'string' ? sanitize(error).slice(0, quotedCharacters) : 'without a reason';

function seriesOf(results: readonly unknown[], field: 'value' | 'values'): PrometheusSeries[] {
	const series: PrometheusSeries[] = [];
	for (const result of results) {
		const points = isObject(result) ? result[field] : undefined;
		const labels = isObject(result) ? labelsOf(result.metric) : undefined;
		if (labels !== undefined && Array.isArray(points)) {
			series.push({labels, ...readingsOf(field === 'value' ? [points] : points)});
		}
	}

	return series;
}

/**
Returns the labels in printable form. If nothing had to be escaped, the object of the reply itself is returned, because
a reply may have 100,000 such objects.
*/
function labelsOf(metric: unknown): SeriesLabels | undefined {
	if (!isObject(metric)) {
		return undefined;
	}

	for (const name in metric) {
		const value = metric[name];
		if (typeof value !== 'string' || sanitize(value) !== value) {
			return Object.fromEntries(
				Object.entries(metric).flatMap(([each, text]) =>
					typeof text === 'string' ? [[sanitize(each), sanitize(text)] as const] : [],
				),
			);
		}
	}

	return metric as SeriesLabels;
}

function readingsOf(points: readonly unknown[]): Pick<PrometheusSeries, 'timesMs' | 'values'> {
	const timesMs: number[] = [];
	const values: number[] = [];
	for (const point of points) {
		const [seconds, text]: readonly unknown[] = Array.isArray(point) ? point : [];
		const value = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
		const atMs = typeof seconds === 'number' ? Math.round(seconds * 1000) : Number.NaN;
		if (Number.isFinite(value) && Number.isFinite(atMs) && atMs >= (timesMs.at(-1) ?? Number.NEGATIVE_INFINITY)) {
			timesMs.push(atMs);
			values.push(value);
		}
	}

	return {timesMs, values};
}
