import type {Series} from '../../domain/series.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {bandChart, type ChartLimit, type ChartMark, readingsPerChartColumn} from '../../text/band-chart.js';
import {cellWidth} from '../../text/cell-width.js';
import {line} from '../../text/line.js';
import {seconds, utcClock} from '../../text/units.js';
import type {PanelInput} from '../panel.js';
import type {Card} from './card.js';

export type HistoryChart = {
	readonly title: string;
	readonly series: Series | undefined;
	readonly format: (value: number) => string;
	/** The upper end of the scale; by default the largest reading, rounded up. */
	readonly max?: number | undefined;
	readonly limits?: readonly ChartLimit[];
};

/** Width of a chart's scale, in cells. */
const scaleWidth = 8;

/** The node's events as marks of a chart. A mark's place is the event's age, counted in polling intervals. */
function marksOf({state, nowMs}: PanelInput, {address, intervalMs}: NodeRecord): readonly ChartMark[] {
	return state.events
		.filter(event => event.node === address)
		.map(({atMs, severity}) => ({readingsAgo: Math.max(0, nowMs - atMs) / intervalMs, severity}));
}

/**
A card with the chart of one series over the chosen window. The title line says how much time the chart covers. That
time is the window, or longer if the chart has more columns than the window has readings.
*/
export function historyChart(chart: HistoryChart, input: PanelInput, node: NodeRecord): Card {
	const {series, title, format, max, limits} = chart;
	return ({width, height}) => {
		const columns = Math.max(1, width - scaleWidth);
		const perColumn = readingsPerChartColumn(input.windowMs / node.intervalMs, columns);
		const readings = series?.latest((columns + 2) * perColumn) ?? [];
		const isEmpty = !readings.some(reading => reading !== undefined);
		const drawn = bandChart(readings, {
			width,
			height,
			glyphs: input.glyphs,
			format,
			perColumn,
			taken: series?.taken ?? 0,
			ownReadings: series === undefined || series.prepended === 0 ? undefined : series.taken,
			max,
			limits: limits ?? [],
			marks: marksOf(input, node),
		});
		const lines = isEmpty ? [line('-  no readings in this time', 'dim')] : drawn;
		const covered = seconds((columns * perColumn * node.intervalMs) / 1000);
		const key = input.keyboard.shown('window');
		const span = `last ${covered}${key === '' ? '' : ` (${key})`}`;
		const isMixed = series !== undefined && series.prepended > 0 && columns * perColumn > series.taken;
		return {title, right: isMixed ? withSource(span, title, series.taken, input, node, width) : span, lines};
	};
}

/**
The text for a chart whose older readings come from Prometheus: the covered time, and when the readings of Prometheus
end. The longest text that fits beside the title is taken.
*/
function withSource(
	span: string,
	title: string,
	ownReadings: number,
	{nowMs}: PanelInput,
	{intervalMs}: NodeRecord,
	width: number,
): string {
	const before = ownReadings === 0 ? '' : ` before ${utcClock(nowMs - ownReadings * intervalMs)}Z`;
	const texts = [`Prometheus${before}, ${span}`, `Prometheus${before}`, `${span} Prom.`];
	return texts.find(text => cellWidth(title) + cellWidth(text) + framesCells <= width) ?? span;
}

/** Cells of a card's top border that neither its title nor the text at its right can take. */
const framesCells = 5;
