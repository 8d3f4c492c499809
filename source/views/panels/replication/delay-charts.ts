import {limitsOf} from '../../../domain/threshold.js';
import {repLagBytes} from '../../../rules/replication-lag.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {beside} from '../../../text/frame.js';
import type {Line} from '../../../text/line.js';
import {seconds} from '../../../text/units.js';
import type {PanelInput, Rect} from '../../panel.js';
import {drawCard} from '../card.js';
import {highestChart, lowestChart} from '../chart-row.js';
import {historyChart} from '../history-chart.js';
import type {TreeRow} from './replication-tree.js';

/** Least width of a chart with its frame, in cells. */
const narrowest = 50;

/** Width of the panel from which charts of the delays are drawn, in cells. */
const widthForDelays = 116;

/**
A chart of the delay for each replica, the age of its data. As many charts are drawn as fit; the
result is empty if none fits. The threshold line is that of the rule `rep.lag_bytes`.
*/
export function delayCharts(
	rows: readonly TreeRow[],
	node: NodeRecord,
	input: PanelInput,
	{width, height}: Rect,
): Line[] {
	const replicas = rows.filter(({link}) => link?.delays !== undefined && link.delays.length > 0);
	if (replicas.length === 0 || width < widthForDelays || height < lowestChart) {
		return [];
	}

	const across = Math.min(replicas.length, Math.max(1, Math.floor(width / narrowest)));
	const down = Math.min(Math.ceil(replicas.length / across), Math.floor(height / lowestChart));
	const chartHeight = Math.min(highestChart, Math.floor(height / down));
	return Array.from({length: down}, (_, row) => {
		const inRow = replicas.slice(row * across, (row + 1) * across);
		const chartWidth = Math.floor(width / across);
		return beside(
			inRow.map(({address, link, record}) => {
				const {warning} = limitsOf(repLagBytes, record?.thresholds);
				const card = historyChart(
					{
						title: `delay of ${address}`,
						series: link?.delays,
						format: seconds,
						limits: [{value: warning, label: `bad from ${seconds(warning)}`, tone: 'warning'}],
					},
					input,
					node,
				);
				return {lines: drawCard(card, {width: chartWidth, height: chartHeight}, input.glyphs), width: chartWidth};
			}),
			chartHeight,
		);
	}).flat();
}
