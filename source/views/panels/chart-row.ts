import type {NodeRecord} from '../../state/monitor-state.js';
import {beside} from '../../text/frame.js';
import type {Line} from '../../text/line.js';
import type {PanelInput, Rect} from '../panel.js';
import {drawCard} from './card.js';
import {type HistoryChart, historyChart} from './history-chart.js';

/** Least height of a chart with its frame, in lines. */
export const lowestChart = 8;
/** Largest height of a chart with its frame, in lines. */
export const highestChart = 16;
/** Width of a panel from which it has room for charts below its list, in cells. */
const widthForCharts = 116;

/**
Charts of a node side by side, for the lines that a list leaves free on a large screen. Empty if they do not fit.
*/
export function chartRow(
	charts: readonly HistoryChart[],
	node: NodeRecord,
	input: PanelInput,
	{width, height}: Rect,
): Line[] {
	if (width < widthForCharts || height < lowestChart || charts.length === 0) {
		return [];
	}

	const chartHeight = Math.min(highestChart, height);
	const chartWidth = Math.floor(width / charts.length);
	return beside(
		charts.map(chart => ({
			lines: drawCard(historyChart(chart, input, node), {width: chartWidth, height: chartHeight}, input.glyphs),
			width: chartWidth,
		})),
		chartHeight,
	);
}
