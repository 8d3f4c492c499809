import type {MetricId} from '../../domain/metric.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {chart, readingsPerColumn} from '../../text/chart.js';
import type {Glyphs} from '../../text/glyphs.js';
import {line} from '../../text/line.js';
import {bytes, count, milliseconds, seconds} from '../../text/units.js';
import type {Card} from './card.js';
import {memoryLimit} from './memory-facts.js';

type ChartFacts = {
	readonly title: string;
	readonly readings: ReadonlyArray<number | undefined>;
	readonly format: (value: number) => string;
	readonly minimum?: number;
	readonly limit?: {readonly value: number; readonly label: string} | undefined;
};

function chartCard({title, readings, format, minimum, limit}: ChartFacts, intervalMs: number, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const perColumn = readingsPerColumn(readings.length, Math.max(1, width - 8));
		const covered = seconds((readings.length * intervalMs) / 1000);
		return {
			title,
			right: `last ${covered}${perColumn > 1 ? `, peak of ${perColumn} a column` : ''}`,
			lines: chart(readings, {width, height, glyphs, format, minimum, limit}).map(text => line(text, 'accent')),
		};
	};
}

const historyOf = (node: NodeRecord, id: MetricId): ReadonlyArray<number | undefined> => {
	const series = node.series.get(id);
	return series?.latest(series.length) ?? [];
};

/** Operations per second over the whole history. */
export const operationsChart = (node: NodeRecord, glyphs: Glyphs): Card =>
	chartCard(
		{title: 'ops/s', readings: historyOf(node, 'operations'), format: count, minimum: 0},
		node.intervalMs,
		glyphs,
	);

/** Used memory, with maxmemory where one is set. */
export function memoryChart(node: NodeRecord, glyphs: Glyphs): Card {
	const limit = memoryLimit(node);
	const line = limit?.source === 'maxmemory' ? {value: limit.limitBytes, label: 'maxmemory'} : undefined;
	return chartCard(
		{title: 'used memory', readings: historyOf(node, 'usedMemory'), format: bytes, limit: line},
		node.intervalMs,
		glyphs,
	);
}

/** Round trips of PING. */
export const roundTripChart = (node: NodeRecord, glyphs: Glyphs): Card =>
	chartCard(
		{
			title: 'round trip of PING',
			readings: node.ping.series.latest(node.ping.series.length),
			format: milliseconds,
			minimum: 0,
		},
		node.intervalMs,
		glyphs,
	);
