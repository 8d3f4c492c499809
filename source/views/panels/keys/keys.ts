import {expiredFieldCount} from '../../../derive/newer-rates.js';
import {keyspace} from '../../../parse/info-fields.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {cutLine, partsThatFit} from '../../../text/fit.js';
import {beside} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {blankLine, type Line, span} from '../../../text/line.js';
import {count, percent, perSecond, signed} from '../../../text/units.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox} from '../../panel-box.js';
import {drawCard} from '../card.js';
import {historyChart} from '../history-chart.js';
import {keyspaceCard} from '../memory/memory-keyspace.js';
import {hotKeysLines} from './hot-keys-lines.js';
import {keySizesLines} from './key-sizes-lines.js';
import {scanLines} from './scan-lines.js';
import {slotLines} from './slot-lines.js';
import {watchedLines} from './watched-lines.js';

/** Panel K: the largest and the hottest keys, as the server itself counts them. */
export const keysPanel: Panel = {
	id: 'keys',
	interests: ['keys', 'key-sizes'],
	commands: [
		'CLUSTER SLOT-STATS',
		'CLUSTER GETKEYSINSLOT',
		'HOTKEYS GET',
		'TYPE',
		'XLEN',
		'XINFO GROUPS',
		'LLEN',
		'ZCARD',
	],
	sortKeys: [],
	rowKeys: () => [],
	draw: (input, rect) =>
		panelBox(keysPanel, input, rect, (node, room) => ({title: '', lines: keysBody(node, input, room)})),
};

/** Width of the panel from which the scan and the hot keys stand beside the sizes and slots, in cells. */
const widthForTwo = 160;

function keysBody(node: NodeRecord, input: PanelInput, room: Rect): readonly Line[] {
	const watched = watchedLines(
		node,
		input.state.nodes,
		{width: room.width, height: Math.floor(room.height / 2)},
		input.glyphs,
	);
	const facts = [
		keyspaceLine(node, room.width),
		...fieldExpiryLine(node),
		...watched,
		...(watched.length === 0 ? [] : [blankLine]),
	];
	const height = Math.max(0, room.height - facts.length);
	if (room.width >= widthForTwo) {
		const left = Math.floor(room.width * 0.45);
		const right = room.width - left - 2;
		return [
			...facts,
			...beside(
				[
					{lines: sizesSlotsAndChart(node, input, {width: left, height}), width: left + 2},
					{lines: keysByName(node, input, {width: right, height}), width: right},
				],
				height,
			),
		];
	}

	const isScanned = input.state.keyScan !== undefined;
	const counted = Math.max(
		0,
		height - (isScanned ? Math.max(6, Math.floor(height * 0.6)) : hotHeight(node, height) + 2),
	);
	const above = sizesAndSlots(node, input, {width: room.width, height: counted});
	const below = keysByName(node, input, {width: room.width, height: Math.max(0, height - above.length - 1)});
	return [...facts, ...above, blankLine, ...below];
}

/** The parts of the panel that name keys: the hot keys that the server reports, and the scan. */
function keysByName(node: NodeRecord, {state, glyphs, keyboard}: PanelInput, {width, height}: Rect): Line[] {
	const hot = hotKeysLines(node, {width, height: hotHeight(node, height)}, glyphs, keyboard.shown('actions'));
	const gap = hot.length === 0 ? [] : [blankLine];
	const room = {width, height: height - hot.length - gap.length};
	return [...hot, ...gap, ...scanLines(state.keyScan, node.address, keyboard.shown('scan-keys'), room, glyphs)];
}

/** Number of lines that are kept free for hot keys; 0 if hot keys were not read. */
const hotHeight = ({hotKeys}: NodeRecord, height: number): number =>
	hotKeys === undefined ? 0 : Math.max(0, Math.floor(height / 3));

/** The height that must be free below the sizes and slots for a chart of the number of keys, in lines. */
const roomForChart = 10;

/** Largest height of the chart of the number of keys, in lines. A taller chart would show no more. */
const mostForChart = 20;

/** The sizes and slots, and in the room below them the number of keys over time. */
function sizesSlotsAndChart(node: NodeRecord, input: PanelInput, {width, height}: Rect): Line[] {
	const above = sizesAndSlots(node, input, {width, height});
	const left = Math.min(mostForChart, height - above.length - 1);
	if (left < roomForChart) {
		return above;
	}

	const chart = historyChart({title: 'keys', series: node.series.get('keys'), format: count}, input, node);
	return [...above, blankLine, ...drawCard(chart, {width, height: left}, input.glyphs)];
}

/**
The sizes of keys, and below them the slots of a cluster node. If the server reports no sizes, the number of keys by
database is shown.
*/
function sizesAndSlots(node: NodeRecord, {glyphs}: PanelInput, {width, height}: Rect): Line[] {
	const isCluster = node.sample?.info.number('cluster', 'cluster_enabled') === 1;
	const room = {width, height: isCluster ? Math.max(1, Math.ceil(height / 2)) : height};
	const told = keySizesLines(node, room, glyphs);
	const databases = node.keySizes?.value.now.isTold === false ? keysByDatabase(node, room, glyphs) : [];
	const sizes = [...told, ...databases].slice(0, room.height);
	const slots =
		!isCluster || height - sizes.length < 3
			? []
			: [blankLine, ...slotLines(node, {width, height: height - sizes.length - 1}, glyphs)];
	return [...sizes, ...slots].map(row => cutLine(row, width, glyphs.ellipsis));
}

const keysByDatabase = (node: NodeRecord, {width, height}: Rect, glyphs: Glyphs): Line[] => [
	blankLine,
	...keyspaceCard(node, glyphs)({width, height: Math.max(1, height - 2)}).lines,
];

/**
The number of hashes with expiring fields (Redis 7.4: `subexpiry`, Valkey 9.0: `keys_with_volatile_items`), and how many
fields have expired. Empty if both numbers are 0.
*/
function fieldExpiryLine({sample, newerRates}: NodeRecord): Line[] {
	if (sample === undefined) {
		return [];
	}

	const {info} = sample;
	const keys = keyspace(info).reduce((sum, row) => sum + (row.fieldExpiryKeys ?? 0), 0);
	const expired = expiredFieldCount(info);
	const stale = info.number('stats', 'expired_keys_with_volatile_items_stale_perc');
	return keys === 0 && (expired ?? 0) === 0
		? []
		: [
				[
					span(' keys with fields that expire ', 'label'),
					span(count(keys)),
					span('  fields expired ', 'label'),
					span(`${perSecond(newerRates?.expiredFields)}, in all ${count(expired)}`),
					...(stale === undefined ? [] : [span('  stale ', 'label'), span(percent(stale / 100))]),
				],
			];
}

/** The number of keys, its growth, and the number of keys that have a time to live. */
function keyspaceLine(node: NodeRecord, width: number): Line {
	const rows = node.sample === undefined ? [] : keyspace(node.sample.info);
	const keys = rows.reduce((sum, row) => sum + row.keys, 0);
	const expires = rows.reduce((sum, row) => sum + (row.expires ?? 0), 0);
	const policy = node.sample?.info.text('memory', 'maxmemory_policy') ?? '-';
	const part = (label: string, value: string): Line => [span(`${label} `, 'label'), span(value)];
	return partsThatFit(
		[
			part(' keys', count(node.values.get('keys'))),
			part('  with ttl', percent(keys === 0 ? undefined : expires / keys)),
			part('  grow', growthText(node)),
			part('  evicted', `${count(node.values.get('evicted'))}/s`),
			part('  expired', `${count(node.values.get('expired'))}/s`),
			part('  policy', policy),
		],
		width,
	);
}

/**
The growth of the number of keys per minute, over the samples of the last minute; a dash until two of them are known.
*/
function growthText({series, intervalMs}: NodeRecord): string {
	const readings = series.get('keys')?.latest(Math.max(2, Math.ceil(60_000 / intervalMs))) ?? [];
	const known = readings.filter(value => value !== undefined);
	const [first, last] = [known[0], known.at(-1)];
	const minutes = ((readings.length - 1) * intervalMs) / 60_000;
	return first === undefined || last === undefined || known.length < 2 || minutes <= 0
		? '-'
		: `${signed((last - first) / minutes, count)}/min`;
}
