import {setImmediate} from 'node:timers/promises';
import {type Metric, Registry, type RegistryContentType} from 'prom-client';
import {exporterFamilies} from './exporter-families.js';
import type {MetricFamily, MetricSource} from './metric-family.js';
import {ownFamilies} from './own-families.js';

/** The format of a page: OpenMetrics 1.0, or Prometheus' older text format, which the textfile collector reads. */
export type PageFormat = 'openmetrics' | 'text';

export const contentTypes: Readonly<Record<PageFormat, RegistryContentType>> = {
	openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
	text: Registry.PROMETHEUS_CONTENT_TYPE,
};

const allFamilies: readonly MetricFamily[] = [...exporterFamilies, ...ownFamilies];

/** The last line of a page in OpenMetrics. It shows the reader that the page is complete. */
const endMark = '# EOF\n';

/**
All metrics as one page, written by prom-client. Each family has its own registry, which is dropped afterwards. So the
values of 1,000 nodes are never all in memory at once, and polls can run between two families.
*/
export async function metricsPage(source: MetricSource, format: PageFormat): Promise<string> {
	const parts: string[] = [];
	for (const family of allFamilies) {
		const samples = family.samples(source);
		if (samples.length > 0) {
			const text = await familyText(family, samples, format);
			parts.push(text.endsWith(endMark) ? text.slice(0, -endMark.length) : text);
			await setImmediate();
		}
	}

	return `${parts.join('')}${format === 'openmetrics' ? endMark : ''}`;
}

function familyText(
	{name, help, type}: MetricFamily,
	samples: ReturnType<MetricFamily['samples']>,
	format: PageFormat,
): Promise<string> {
	const registry = new Registry<RegistryContentType>();
	registry.setContentType(contentTypes[format]);
	// prom-client has no kind of metric that accepts finished values. This object stands for a metric: it has the only
	// members that a registry calls.
	const metric = {
		name,
		help,
		type: type === 'unknown' && format === 'text' ? 'untyped' : type,
		get() {
			return Promise.resolve({
				name: this.name,
				help,
				type: this.type,
				values: samples.map(({labels, value, suffix = ''}) => ({labels, value, metricName: `${this.name}${suffix}`})),
			});
		},
	};
	registry.registerMetric(metric as unknown as Metric);
	return registry.metrics();
}
