import {escapeHtml} from './escape-html.js';
import type {FigureLine} from './figure-log.js';
import type {Block} from './incident-document.js';

/** The size and the margins of the drawing, in SVG user units. */
const size = {width: 760, height: 170, left: 62, right: 14, top: 12, bottom: 24};
const inner = {width: size.width - size.left - size.right, height: size.height - size.top - size.bottom};
/** Number of labelled moments below the chart. */
const timeLabels = 5;

type FigureBlock = Extract<Block, {readonly kind: 'figure'}>;
type Scale = {readonly x: (atMs: number) => number; readonly y: (value: number) => number; readonly max: number};

const short = (n: number): string => String(Math.round(n * 10) / 10);

/**
A figure as SVG with its caption. Each node is a line, which is interrupted where samples are missing. The incident is
shaded, and the threshold is a dashed line.
*/
export function figureSvg(block: FigureBlock): string[] {
	const {figure, fromMs, toMs, shades, time} = block;
	const {title, lines, format, limit} = figure;
	const highest = Math.max(0, ...lines.flatMap(({values}) => values.flatMap(value => value ?? [])));
	// A threshold far above the values is left out, because it would flatten the curve.
	const isNear = limit !== undefined && highest >= limit.value / 4;
	const max = Math.max(highest, isNear ? limit.value * 1.1 : 0) || 1;
	const scale: Scale = {
		x: atMs => size.left + ((atMs - fromMs) / Math.max(1, toMs - fromMs)) * inner.width,
		y: value => size.top + (1 - value / max) * inner.height,
		max,
	};
	const note = limit === undefined ? '' : `${limit.label}${isNear ? '' : ', above the chart'}`;
	const label = `${title} from ${time(fromMs)} to ${time(toMs)}, at most ${format(highest)}`;
	return [
		'<figure>',
		`<figcaption>${escapeHtml(title)}${note === '' ? '' : ` <small>${escapeHtml(note)}</small>`}</figcaption>`,
		`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(label)}">`,
		...shades.map(shade => {
			const x = scale.x(shade.fromMs);
			const width = Math.max(1.5, scale.x(shade.toMs) - x);
			return `<rect class="shade" x="${short(x)}" y="${size.top}" width="${short(width)}" height="${inner.height}"/>`;
		}),
		...[0, 0.5, 1].map(share => gridLine(share * max, scale, format)),
		...Array.from({length: timeLabels}, (_, index) => timeLabel(index, block, scale)),
		...(isNear
			? [
					`<line class="limit" x1="${size.left}" x2="${size.width - size.right}" y1="${short(scale.y(limit.value))}" y2="${short(scale.y(limit.value))}"/>`,
				]
			: []),
		...lines.flatMap((line, index) => curve(line, index, block, scale)),
		'</svg>',
		'<ul class="legend">',
		...lines.map(
			({node}, index) =>
				`<li><svg viewBox="0 0 32 8" aria-hidden="true"><line class="s${index}" x1="0" x2="32" y1="4" y2="4" stroke-width="2"/></svg>${escapeHtml(node)}</li>`,
		),
		...(shades.length === 0 ? [] : ['<li>shaded: the incident</li>']),
		'</ul>',
		'</figure>',
	];
}

function gridLine(value: number, {y}: Scale, format: (value: number) => string): string {
	const at = short(y(value));
	return (
		`<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${at}" y2="${at}"/>` +
		`<text x="${size.left - 6}" y="${short(y(value) + 4)}" text-anchor="end">${escapeHtml(format(value))}</text>`
	);
}

function timeLabel(index: number, {fromMs, toMs, time}: FigureBlock, {x}: Scale): string {
	const atMs = fromMs + ((toMs - fromMs) * index) / (timeLabels - 1);
	const anchor = index === 0 ? 'start' : index === timeLabels - 1 ? 'end' : 'middle';
	return `<text x="${short(x(atMs))}" y="${size.height - 7}" text-anchor="${anchor}">${escapeHtml(time(atMs))}</text>`;
}

/** The curve of a node. Neighbouring points are joined by a polyline. A point with gaps on both sides is a dot. */
function curve({values}: FigureLine, index: number, {fromMs, toMs}: FigureBlock, {x, y}: Scale): string[] {
	const pointMs = (toMs - fromMs) / Math.max(1, values.length - 1);
	const runs: string[][] = [[]];
	for (const [point, value] of values.entries()) {
		if (value === undefined) {
			runs.push([]);
		} else {
			runs.at(-1)?.push(`${short(x(fromMs + point * pointMs))},${short(y(value))}`);
		}
	}

	return runs
		.filter(run => run.length > 0)
		.map(run => {
			const [cx = '0', cy = '0'] = (run[0] ?? '').split(',');
			return run.length === 1
				? `<circle class="s${index}" cx="${cx}" cy="${cy}" r="1.6"/>`
				: `<polyline class="s${index}" points="${run.join(' ')}"/>`;
		});
}
