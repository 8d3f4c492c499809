import type {Series} from '../../../domain/series.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {chart, readingsPerColumn} from '../../../text/chart.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {line} from '../../../text/line.js';
import {bytes, count, milliseconds, seconds} from '../../../text/units.js';
import type {Card} from '../card.js';
import {memoryLimit} from '../memory/memory-facts.js';

type ChartFacts = {
	readonly title: string;
	readonly series: Series | undefined;
	readonly format: (value: number) => string;
	readonly minimum?: number;
	readonly limit?: {readonly value: number; readonly label: string} | undefined;
};

function chartCard({title, series, format, minimum, limit}: ChartFacts, intervalMs: number, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const readings = series?.latest(series.length) ?? [];
		const taken = series?.taken;
		const perColumn = readingsPerColumn(readings.length, Math.max(1, width - 8));
		const covered = seconds((readings.length * intervalMs) / 1000);
		return {
			title,
			right: `last ${covered}${perColumn > 1 ? `, peak of ${perColumn} a column` : ''}`,
			lines: chart(readings, {width, height, glyphs, format, minimum, limit, taken}).map(text => line(text, 'accent')),
		};
	};
}

/** A chart of operations per second over the whole history. */
export const operationsChart = (node: NodeRecord, glyphs: Glyphs): Card =>
	chartCard(
		{title: 'ops/s', series: node.series.get('operations'), format: count, minimum: 0},
		node.intervalMs,
		glyphs,
	);

/** A chart of used memory, with maxmemory where it is set. */
export function memoryChart(node: NodeRecord, glyphs: Glyphs): Card {
	const limit = memoryLimit(node);
	const line = limit?.source === 'maxmemory' ? {value: limit.limitBytes, label: 'maxmemory'} : undefined;
	return chartCard(
		{title: 'used memory', series: node.series.get('usedMemory'), format: bytes, limit: line},
		node.intervalMs,
		glyphs,
	);
}

/** A chart of the round-trip times of PING. */
export const roundTripChart = (node: NodeRecord, glyphs: Glyphs): Card =>
	chartCard(
		{
			title: 'round trip of PING',
			series: node.ping.series,
			format: milliseconds,
			minimum: 0,
		},
		node.intervalMs,
		glyphs,
	);
