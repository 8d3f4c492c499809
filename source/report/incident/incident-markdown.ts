import {chart, downsampled, readingsPerColumn} from '../../text/chart.js';
import {unicodeGlyphs} from '../../text/glyphs.js';
import type {Incident} from './incident.js';
import {type Block, documentOf, type Item} from './incident-document.js';

const chartWidth = 78;
const chartHeight = 8;
/** Width of a chart's left part, which has the labels of the scale and the axis, in cells. */
const scaleWidth = 9;
/** Largest number of charts for one figure. Each node has a chart of its own. */
const chartsOfFigure = 2;

/** Escapes a text for Markdown, so that no name of a client, key or server becomes markup. */
export const escaped = (text: string): string =>
	text
		.replaceAll(/[\\`*<>[\]|&~$]|(?<!\w)_|_(?!\w)/g, found => `\\${found}`)
		.replaceAll(/(https?):\/\//gi, String.raw`$1:\/\/`);

/** A command in a code span. */
function code(text: string): string {
	const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = '`'.repeat(longest + 1);
	return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

/** A report as Markdown (CommonMark with GitHub's tables), with charts of characters. */
export function incidentMarkdown(incident: Incident): string {
	const {title, severity, facts, sections, foot} = documentOf(incident);
	return [
		`# ${escaped(title)}`,
		'',
		...facts.map(([label, value]) => `- ${label}: ${escaped(value)}`),
		`- Severity: ${severity}`,
		...sections.flatMap(section => [
			'',
			`## ${escaped(section.title)}`,
			...section.blocks.flatMap(block => ['', ...linesOf(block)]),
		]),
		'',
		`---`,
		'',
		escaped(foot),
	].join('\n');
}

function linesOf(block: Block): readonly string[] {
	switch (block.kind) {
		case 'paragraph':
			return [escaped(block.text)];
		case 'table':
			return [
				row(block.heads),
				row(block.heads.map(() => '---')),
				...block.rows.map(({cells}) => row(cells.map(escaped))),
			];
		case 'list':
			return block.items.flatMap(item => itemLines(item, ''));
		case 'figure':
			return figureLines(block);
	}
}

const row = (cells: readonly string[]): string => `| ${cells.map(cell => (cell === '' ? '-' : cell)).join(' | ')} |`;

const itemLines = ({text, isCommand = false, items = []}: Item, indent: string): string[] => [
	`${indent}- ${isCommand ? code(text) : escaped(text)}`,
	...items.flatMap(item => itemLines(item, `${indent}  `)),
];

/** Number of columns for each reading, so that a chart of few readings fills its width. */
const repeats = (readings: number, columns: number): number => Math.max(1, Math.floor(columns / readings));

const stretched = <Value>(values: readonly Value[], columns: number): Value[] =>
	values.flatMap(value => Array.from({length: repeats(values.length, columns)}, () => value));

function figureLines({figure, fromMs, toMs, shades, time}: Extract<Block, {readonly kind: 'figure'}>): string[] {
	const {title, lines, format, limit} = figure;
	const columns = chartWidth - scaleWidth;
	return lines.slice(0, chartsOfFigure).flatMap(({node, values}, index) => {
		const known = values.flatMap(value => value ?? []);
		const isNear = limit !== undefined && Math.max(...known) >= limit.value / 4;
		const shown = stretched(downsampled(values, columns), columns);
		const drawn = chart(shown, {
			width: chartWidth,
			height: chartHeight,
			glyphs: unicodeGlyphs,
			format,
			minimum: 0,
			limit: isNear ? limit : undefined,
		});
		const axis = drawn[0]?.search(/[┤│]/) ?? 0;
		const start = axis + 1 + Math.max(0, chartWidth - axis - 1 - shown.length);
		const perReading = (toMs - fromMs) / Math.max(1, values.length - 1);
		const perColumn = (readingsPerColumn(values.length, columns) * perReading) / repeats(values.length, columns);
		const isShaded = (column: number) =>
			shades.some(shade => {
				const columnMs = fromMs + column * perColumn;
				return columnMs + perColumn > shade.fromMs && columnMs <= shade.toMs;
			});
		const marks = shown.map((_, column) => (isShaded(column) ? '▔' : ' ')).join('');
		const [from, to] = [time(fromMs), time(toMs)];
		const note = limit === undefined ? '' : ` (${limit.label}${isNear ? '' : ', above the chart'})`;
		return [
			...(index === 0 ? [] : ['']),
			`${escaped(`${title}, ${node}${note}`)}:`,
			'',
			'```text',
			...drawn,
			...(marks.trim() === '' ? [] : [`${' '.repeat(start)}${marks}`.trimEnd()]),
			`${' '.repeat(start)}${from}${to.padStart(Math.max(1, shown.length - from.length))}${marks.trim() === '' ? '' : '  ▔ incident'}`,
			'```',
		];
	});
}
