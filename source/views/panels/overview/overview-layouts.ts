import {countsTraffic} from '../../../derive/client-rates.js';
import {isClusterEnabled} from '../../../derive/deployment.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {beside} from '../../../text/frame.js';
import type {Line} from '../../../text/line.js';
import {count, milliseconds} from '../../../text/units.js';
import type {PanelInput, Rect} from '../../panel.js';
import {aged, type Card, drawCard, sides, withNodeName} from '../card.js';
import {historyChart} from '../history-chart.js';
import {usedChart} from '../memory/memory.js';
import {keyspaceCard} from '../memory/memory-keyspace.js';
import {memoryCard, persistenceCard, throughputCard} from './overview-cards.js';
import {clusterCard} from './overview-cluster.js';
import {latencyCard} from './overview-latency.js';
import {clientsCard, commandsCard, eventsCard, slowlogCard, talkersCard} from './overview-lists.js';
import {nodesCard, nodesHeight} from './overview-nodes-card.js';

type Cell = {
	readonly card: Card;
	readonly padding?: 0 | 1;
	/** True for a card about all nodes. It keeps its colours while the figures of the node in focus are old. */
	readonly isOfAllNodes?: boolean;
};

/** Cards side by side, each with its share of the width. The last card gets the remaining cells. */
function row(
	cells: ReadonlyArray<Cell & {readonly share: number}>,
	{width, height}: Rect,
	{glyphs, node, nowMs}: PanelInput,
): Line[] {
	let left = width;
	const blocks = cells.map(({card, padding = 1, share, isOfAllNodes = false}, index) => {
		const own = index === cells.length - 1 ? left : Math.round(width * share);
		left -= own;
		const drawn = node === undefined || isOfAllNodes ? card : aged(card, node, nowMs);
		return {lines: drawCard(drawn, {width: own, height}, glyphs, padding), width: own};
	});
	return beside(blocks, height);
}

/** A chart of operations per second. */
const operationsChart = (input: PanelInput, node: NodeRecord): Card =>
	historyChart({title: 'ops/s', series: node.series.get('operations'), format: count}, input, node);

/** A chart of used memory, up to maxmemory where it is set. */
const memoryChart = (input: PanelInput, node: NodeRecord): Card => usedChart(input, node, 'used memory');

/** A chart of the round-trip times of PING. */
const roundTripChart = (input: PanelInput, node: NodeRecord): Card =>
	historyChart({title: 'round trip of PING', series: node.ping.series, format: milliseconds}, input, node);

const list = (card: Card): Cell => ({card, padding: 0});

/** The layout of the overview for an area from 72×16 cells on, as on a terminal of 80×24. */
export function narrowLayout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs, state, nowMs} = input;
	const top = 7;
	const wanted = nodesHeight(input);
	const middle = middleHeight(height - top, wanted, state.nodes.size);
	const rest = height - top - middle;
	// The list of nodes is shown whole if it fits. The lists below it need three lines.
	const nodes = rest - wanted >= 3 ? wanted : rest >= wanted || rest - 4 < 6 ? rest : rest - 4;
	return [
		...figureCards(input, node, {width, top, middle, leftShare: 0.525}),
		...drawCard(nodesCard(input), {width, height: nodes}, glyphs, 0),
		...(rest - nodes < 3
			? []
			: row(
					[
						{...list(clientsCard(node, glyphs)), share: 0.525},
						{...list(eventsCard(state, nowMs, node?.address)), isOfAllNodes: true, share: 0.475},
					],
					{width, height: rest - nodes},
					input,
				)),
	];
}

/**
Height of the cards of persistence and latency, in lines. It is up to 7, less if the list of nodes needs the room, and 0
on a very low screen. With several nodes the list has precedence over these cards.
*/
function middleHeight(height: number, nodesWanted: number, nodes: number): number {
	if (height < 12 || (nodes > 1 && height < nodesWanted + 11)) {
		return 0;
	}

	const least = 4;
	const room = height - nodesWanted - least;
	return Math.max(least, Math.min(7, room));
}

/** The layout of the overview for an area from 110×32 cells on. */
export function workingLayout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs} = input;
	const top = 10;
	const middle = 7;
	const rest = height - top - middle;
	const nodes = Math.min(nodesHeight(input), Math.max(5, rest - 7));
	return [
		...figureCards(input, node, {width, top, middle, leftShare: 0.5}),
		...drawCard(nodesCard(input), {width, height: nodes}, glyphs, 0),
		...fourLists(input, node, {width, height: rest - nodes}),
	];
}

/** The layout of the overview for an area from 180×44 cells on. */
export function wallLayout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs, nowMs} = input;
	const top = 10;
	const isCluster = node.sample !== undefined && isClusterEnabled(node.sample.info);
	const leastCharts = Math.floor(height / 4);
	// The card beside the list of nodes needs nine lines in a cluster, and five for the keys of a few databases.
	const wanted = Math.max(isCluster ? 9 : 5, nodesHeight(input));
	const nodes = Math.min(wanted, height - top - leastCharts - 14);
	// The charts get the lines that a short list of nodes leaves.
	const charts = leastCharts + Math.max(0, 9 - nodes);
	const rest = height - top - charts;
	const [nodesWidth, besideWidth] = sides(width, 0.75);
	const named = (card: Card) => withNodeName(card, node, input.state);
	return [
		...row(
			[
				{card: named(memoryCard(node, glyphs)), share: 0.24},
				{card: named(persistenceCard(node, nowMs, glyphs)), share: 0.28},
				{card: named(latencyCard(node, glyphs)), share: 0.24},
				{card: named(throughputCard(node, glyphs)), share: 0.24},
			],
			{width, height: top},
			input,
		),
		...row(
			[
				{card: memoryChart(input, node), share: 1 / 3},
				{card: roundTripChart(input, node), share: 1 / 3},
				{card: operationsChart(input, node), share: 1 / 3},
			],
			{width, height: charts},
			input,
		),
		...beside(
			[
				{lines: drawCard(nodesCard(input), {width: nodesWidth, height: nodes}, glyphs, 0), width: nodesWidth},
				{
					lines: isCluster
						? drawCard(clusterCard(node, input.state, nowMs, glyphs), {width: besideWidth, height: nodes}, glyphs)
						: drawCard(keyspaceCard(node, glyphs), {width: besideWidth, height: nodes}, glyphs),
					width: besideWidth,
				},
			],
			nodes,
		),
		...fourLists(input, node, {width, height: rest - nodes}),
	];
}

/** Width from which a chart of used memory stands beside the cards of persistence and latency, in cells. */
const widthForChart = 118;

/** Cards in two rows: memory and throughput above persistence and latency. A wide screen also has a chart of memory. */
function figureCards(
	input: PanelInput,
	node: NodeRecord,
	{width, top, middle, leftShare}: {width: number; top: number; middle: number; leftShare: number},
): Line[] {
	const hasChart = width >= widthForChart;
	const {nowMs, glyphs} = input;
	const named = (card: Card) => withNodeName(card, node, input.state);
	const pair = (left: Card, right: Card, height: number) =>
		row(
			[
				{card: named(left), share: leftShare},
				{card: named(right), share: 1 - leftShare},
			],
			{width, height},
			input,
		);
	return [
		...pair(memoryCard(node, glyphs), throughputCard(node, glyphs), top),
		...(hasChart
			? row(
					[
						{card: named(persistenceCard(node, nowMs, glyphs)), share: 0.35},
						{card: named(latencyCard(node, glyphs)), share: 0.3},
						{card: memoryChart(input, node), share: 0.35},
					],
					{width, height: middle},
					input,
				)
			: pair(persistenceCard(node, nowMs, glyphs), latencyCard(node, glyphs), middle)),
	];
}

/**
Width from which the busiest clients have a card beside the card of the clients with the largest buffers, in cells.
*/
const widthForTalkers = 180;

/**
Four lists in two rows: slow log and clients above events and commands. A wide screen also has the busiest clients, where
the server counts their bytes.
*/
function fourLists(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs, state, nowMs} = input;
	const top = Math.ceil(height / 2);
	const {clients: listed} = node;
	// Redis before 8.4 counts no bytes of its clients, so nothing would ever stand in the card.
	const hasTalkers = width >= widthForTalkers && (listed === undefined || countsTraffic(listed.value));
	const clients = !hasTalkers
		? [{...list(clientsCard(node, glyphs)), share: 0.5}]
		: [
				{...list(clientsCard(node, glyphs)), share: 0.28},
				{...list(talkersCard(node, glyphs)), share: 0.22},
			];
	return [
		...row([{...list(slowlogCard(node, glyphs)), share: 0.5}, ...clients], {width, height: top}, input),
		...row(
			[
				{...list(eventsCard(state, nowMs, node?.address)), isOfAllNodes: true, share: 0.5},
				{...list(commandsCard(node, glyphs)), share: 0.5},
			],
			{width, height: height - top},
			input,
		),
	];
}
