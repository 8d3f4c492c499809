import type {NodeRecord} from '../../../state/monitor-state.js';
import {beside, pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, span} from '../../../text/line.js';
import {meter} from '../../../text/meter.js';
import {bytes, count, percent, seconds} from '../../../text/units.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox} from '../../panel-box.js';
import {type Card, drawCard, sides} from '../card.js';
import {historyChart} from '../history-chart.js';
import {aofFacts, forkFacts, loadingProgress, type Progress, rdbFacts} from './persistence-facts.js';
import {aofRows, forkRows, rdbRows} from './persistence-lines.js';

/** Panel 7: the changes that a crash would lose now, and whether saving works. */
export const persistencePanel: Panel = {
	id: 'persistence',
	interests: [],
	commands: ['INFO', 'CONFIG GET'],
	sortKeys: [],
	rowKeys: () => [],
	draw: (input, rect) => {
		const {node} = input;
		return node?.sample === undefined
			? panelBox(persistencePanel, input, rect, () => ({title: '', lines: []}))
			: layout(input, node, rect);
	},
};

/** Largest height of the chart, in lines. On a screen of 60 lines, the cards leave this height free. */
const highestChart = 46;

/** Height of a card, in lines: eight facts, a meter and the border. */
const cardHeight = 11;

function layout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs, nowMs} = input;
	const rdb = rdbCard(node, nowMs, glyphs);
	const aof = aofCard(node, glyphs);
	const fork = forkCard(node, glyphs);
	const history = unsavedCard(input, node);
	if (width < 72) {
		return singleColumn([rdb, aof, fork], {width, height}, glyphs);
	}

	const top = Math.min(height, cardHeight);
	if (width >= threeCardsFrom && height - top >= 3) {
		return [
			...threeCards([rdb, aof, fork], {width, height: top}, glyphs),
			...drawCard(history, {width, height: height - top}, glyphs),
		];
	}

	const bottom = Math.min(height - top, highestChart);
	const [left, right] = sides(width, 0.5);
	const row = (first: Card, second: Card, rows: number, widths: readonly [number, number]) =>
		beside(
			[
				{lines: drawCard(first, {width: widths[0], height: rows}, glyphs), width: widths[0]},
				{lines: drawCard(second, {width: widths[1], height: rows}, glyphs), width: widths[1]},
			],
			rows,
		);
	return [...row(rdb, aof, top, [left, right]), ...(bottom < 3 ? [] : row(fork, history, bottom, sides(width, 0.4)))];
}

/** Width from which the three cards stand side by side, in cells. */
const threeCardsFrom = 150;

function threeCards(cards: readonly Card[], {width, height}: Rect, glyphs: Glyphs): Line[] {
	const each = Math.floor(width / cards.length);
	return beside(
		cards.map((card, index) => {
			const own = index === cards.length - 1 ? width - each * (cards.length - 1) : each;
			return {lines: drawCard(card, {width: own, height}, glyphs), width: own};
		}),
		height,
	);
}

/** The cards one below the other, as many as fit. */
function singleColumn(cards: readonly Card[], {width, height}: Rect, glyphs: Glyphs): Line[] {
	const lines: Line[] = [];
	for (const card of cards) {
		const left = height - lines.length;
		if (lines.length === 0 || left >= 4) {
			lines.push(...drawCard(card, {width, height: Math.min(left, cardHeight - 1)}, glyphs));
		}
	}

	return lines;
}

/** The number of keys written so far and of all keys, as numbers and as a bar. Empty while no save runs. */
function keysMeter(progress: Progress | undefined, width: number, glyphs: Glyphs): Line[] {
	if (progress === undefined) {
		return [];
	}

	const keys = `${count(progress.done)} of ${count(progress.total)} keys `;
	return [[span(keys), span(meter(progress.ratio, width - keys.length, glyphs), 'accent')]];
}

function rdbCard(node: NodeRecord, nowMs: number, glyphs: Glyphs): Card {
	return ({width}) => {
		const rdb = rdbFacts(node, nowMs);
		return {
			panel: 'persistence',
			title: '7 Persistence: RDB',
			lines: [...pairs(rdbRows(rdb, node), width, glyphs.ellipsis), ...keysMeter(rdb.saving, width, glyphs)],
		};
	};
}

function aofCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width}) => {
		const aof = aofFacts(node);
		return {
			title: 'AOF',
			lines: [...pairs(aofRows(aof, node), width, glyphs.ellipsis), ...keysMeter(aof.rewriting, width, glyphs)],
		};
	};
}

function forkCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width}) => {
		const loading = loadingProgress(node);
		const rows = forkRows(forkFacts(node), node, glyphs);
		const loadingRows: ReadonlyArray<readonly [string, string]> =
			loading === undefined
				? [['loading', node.sample?.info.number('persistence', 'loading') === undefined ? '-' : 'no']]
				: [
						['loading', `${percent(loading.ratio)}  ${bytes(loading.done)} of ${bytes(loading.total)}`],
						['time left', `${seconds(loading.leftSeconds)} after ${seconds(loading.elapsedSeconds)}`],
					];
		return {
			title: 'Fork and loading',
			lines: [
				...pairs([...rows, ...loadingRows], width, glyphs.ellipsis),
				...(loading === undefined ? [] : [line(meter(loading.ratio, width, glyphs), 'accent')]),
			],
		};
	};
}

const unsavedCard = (input: PanelInput, node: NodeRecord): Card =>
	historyChart({title: 'unsaved changes', series: node.series.get('unsavedChanges'), format: count}, input, node);
