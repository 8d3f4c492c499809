import {limitsOf} from '../../../domain/threshold.js';
import {latP99} from '../../../rules/latency.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {fit} from '../../../text/fit.js';
import {type Line, line, span} from '../../../text/line.js';
import {meter} from '../../../text/meter.js';
import {count, percent} from '../../../text/units.js';
import type {PanelInput, Rect} from '../../panel.js';
import {grade} from '../severity-cells.js';
import {boundText} from './commands-columns.js';

/** Least height of a histogram, in lines. */
const fewestLines = 6;

/**
A histogram of how long the calls of one command took since the server's start. Each line is one bucket, and the slowest
bucket is last. A bucket above a threshold of the rule `lat.p99` has the tone of that threshold's severity.
*/
export function latencyHistogram(
	command: string,
	node: NodeRecord,
	{glyphs}: PanelInput,
	{width, height}: Rect,
): Line[] {
	const histogram = node.latency?.value.histograms.get(command);
	if (histogram === undefined || histogram.buckets.length === 0 || height < fewestLines || width < 30) {
		return [];
	}

	const buckets = histogram.buckets.map(({boundMicroseconds, cumulativeCount}, index) => ({
		bound: boundMicroseconds,
		calls: cumulativeCount - (histogram.buckets[index - 1]?.cumulativeCount ?? 0),
	}));
	const shown = buckets.slice(-(height - 1));
	const most = Math.max(...shown.map(({calls}) => calls));
	const labelWidth = 10;
	const figureWidth = 14;
	const barWidth = Math.max(4, width - labelWidth - figureWidth - 2);
	return [
		line(` ${command}: ${count(histogram.calls)} calls since the start, by duration`, 'label'),
		...shown.map(({bound, calls}): Line => {
			const tone = grade(bound / 1000, limitsOf(latP99, node.thresholds));
			return [
				span(` ${fit(boundText(bound, glyphs), labelWidth - 1, 'right')} `, tone === 'plain' ? 'label' : tone),
				span(meter(calls / most, barWidth, glyphs), tone === 'plain' ? 'accent' : tone),
				span(` ${fit(count(calls), 6, 'right')} ${fit(percent(calls / histogram.calls), 6, 'right')}`),
			];
		}),
	];
}
