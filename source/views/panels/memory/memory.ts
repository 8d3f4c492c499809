import {replicaBufferBytes} from '../../../derive/replica-buffers.js';
import {limitsOf} from '../../../domain/threshold.js';
import {memMax} from '../../../rules/memory-limit.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {fit} from '../../../text/fit.js';
import {beside, pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, span} from '../../../text/line.js';
import {bytes, count, grouped, percent, seconds} from '../../../text/units.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox} from '../../panel-box.js';
import {type Card, drawCard, sides, values, wholeHeight} from '../card.js';
import {fieldText, metricText, numberText} from '../changes.js';
import {historyChart} from '../history-chart.js';
import {gradedMeter} from '../severity-cells.js';
import {
	fullness,
	isTooSmallForRatios,
	limitName,
	maxmemoryPolicy,
	memoryLimit,
	ratioAndBytes,
	ratioText,
} from './memory-facts.js';
import {keyspaceCard} from './memory-keyspace.js';

/** Panel 2: used memory and its limit, what uses it, and its history. */
export const memoryPanel: Panel = {
	id: 'memory',
	interests: [],
	commands: ['INFO'],
	sortKeys: [],
	rowKeys: () => [],
	draw: (input, rect) => {
		const {node} = input;
		return node?.sample === undefined
			? panelBox(memoryPanel, input, rect, () => ({title: '', lines: []}))
			: layout(input, node, rect);
	},
};

/** Largest height of the chart, in lines. On a screen of 60 lines, the cards leave this height free. */
const highestChart = 46;

function layout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs} = input;
	const used = usedCard(node, glyphs);
	const shape = shapeCard(node, glyphs);
	const history = usedChart(
		input,
		node,
		memoryLimit(node)?.source === 'maxmemory' ? 'used against maxmemory' : 'used (no maxmemory)',
	);
	if (width < 72) {
		const usedHeight = Math.min(height, wholeHeight(used, width));
		const shapeHeight = Math.min(height - usedHeight, wholeHeight(shape, width));
		return [
			...drawCard(used, {width, height: usedHeight}, glyphs),
			...(shapeHeight >= 3 ? drawCard(shape, {width, height: shapeHeight}, glyphs) : []),
			...rest(history, {width, height: height - usedHeight - shapeHeight}, glyphs),
		].slice(0, height);
	}

	const [left, right] = sides(width, 0.525);
	const top = Math.min(height, Math.max(wholeHeight(used, left), wholeHeight(shape, right)));
	const bottom = Math.min(height - top, highestChart);
	const [wide, narrow] = sides(width, 0.64);
	return [
		...beside(
			[
				{lines: drawCard(used, {width: left, height: top}, glyphs), width: left},
				{lines: drawCard(shape, {width: right, height: top}, glyphs), width: right},
			],
			top,
		),
		...(bottom < 3
			? []
			: beside(
					[
						{lines: keyspaceAndEvictions(input, node, {width: narrow, height: bottom}), width: narrow},
						{lines: drawCard(history, {width: wide, height: bottom}, glyphs), width: wide},
					],
					bottom,
				)),
	];
}

/** Height of the panel's lower row, in lines, from which a chart of the evictions is shown below the keys. */
const roomForEvictions = 18;

/** The keys by database, and below them a chart of the evictions if there is room. */
function keyspaceAndEvictions(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const keyspace = keyspaceCard(node, input.glyphs);
	const upper = height < roomForEvictions ? height : Math.max(6, Math.floor(height / 3));
	const evictions = historyChart(
		{title: 'evicted keys a second', series: node.series.get('evicted'), format: count},
		input,
		node,
	);
	return [
		...drawCard(keyspace, {width, height: upper}, input.glyphs),
		...(upper === height ? [] : drawCard(evictions, {width, height: height - upper}, input.glyphs)),
	];
}

const rest = (card: Card, rect: Rect, glyphs: Glyphs): Line[] => (rect.height < 4 ? [] : drawCard(card, rect, glyphs));

function usedCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width}) => {
		const info = node.sample?.info;
		const field = (name: string) => info?.number('memory', name);
		const stat = (name: string) => info?.number('stats', name);
		const memory = (name: string) => fit(fieldText(node, 'memory', name, bytes), 6);
		const total = (name: string) => fieldText(node, 'stats', name, grouped);
		const limit = memoryLimit(node);
		const full = fullness(node);
		const peakAt = field('used_memory_peak_time');
		const head: Line = [
			...(node.since === undefined
				? values(bytes(field('used_memory')), ' of ', bytes(limit?.limitBytes), ` ${limitName(limit)} `)
				: values(memory('used_memory'), ' to ', bytes(field('used_memory')), ' of ', bytes(limit?.limitBytes), ' ')),
			span(full.text, full.tone),
		];
		const rss = field('used_memory_rss');
		const exceededMs = stat('current_eviction_exceeded_time') ?? 0;
		return {
			panel: 'memory',
			title: '2 Memory',
			right: limit?.source === 'system' ? `no maxmemory: RSS of ${limitName(limit)}` : undefined,
			lines: [
				...pairs([['used', head]], width, glyphs.ellipsis),
				gradedMeter(limit?.ratio, width, glyphs, limitsOf(memMax, node.thresholds)),
				...pairs(
					[
						['rss', values(memory('used_memory_rss'), ' of RAM ', percent(ratioOf(rss, field('total_system_memory'))))],
						[
							'peak',
							values(memory('used_memory_peak'), peakAt === undefined ? '' : ` ${seconds(now(node) - peakAt)} ago`),
						],
						['policy', policyLine(node)],
						['evicted', values(fit(metricText(node, 'evicted'), 8), ' total ', total('evicted_keys'))],
						['expired', values(fit(metricText(node, 'expired'), 8), ' total ', total('expired_keys'))],
						[
							'over limit',
							exceededMs > 0
								? [span(`! for ${exceededMs < 1000 ? '<1s' : seconds(exceededMs / 1000)}`, 'warning')]
								: overLimit(stat),
						],
						['keys', values(fit(metricText(node, 'keys'), 6), ' at ', bytes(bytesPerKey(node)), ' each')],
						['dataset', datasetLine(node)],
					],
					width,
					glyphs.ellipsis,
				),
			],
		};
	};
}

const ratioOf = (part: number | undefined, whole: number | undefined): number | undefined =>
	part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;

const overLimit = (stat: (name: string) => number | undefined): string =>
	stat('current_eviction_exceeded_time') === undefined ? '-' : 'no';

/** The server's clock at its last reply, in seconds since the epoch; redis-top's clock if the server reports none. */
const now = ({sample}: NodeRecord): number =>
	(sample?.info.number('server', 'server_time_usec') ?? (sample?.atMs ?? 0) * 1000) / 1_000_000;

/** The eviction policy. For a replica the line says that its primary evicts. */
function policyLine(node: NodeRecord): Line {
	const policy = maxmemoryPolicy(node);
	const isReplica = node.role === 'replica';
	return [span(policy ?? '-'), span(isReplica ? '  primary evicts' : '', 'label')];
}

/** `used_memory_dataset` per key, in bytes. */
function bytesPerKey(node: NodeRecord): number | undefined {
	const dataset = node.sample?.info.number('memory', 'used_memory_dataset');
	const keys = node.values.get('keys') ?? 0;
	return dataset === undefined || keys === 0 ? undefined : dataset / keys;
}

function datasetLine(node: NodeRecord): Line {
	const info = node.sample?.info;
	const dataset = info?.number('memory', 'used_memory_dataset');
	const overhead = info?.number('memory', 'used_memory_overhead');
	const whole = dataset === undefined || overhead === undefined ? undefined : dataset + overhead;
	const share = percent(ratioOf(dataset, whole)).padStart(4);
	const shown = (name: string) => numberText(node, reply => reply.number('memory', name), bytes);
	return values(
		`${shown('used_memory_dataset')}${node.since === undefined ? ` ${share}` : ''}`,
		' overhead ',
		shown('used_memory_overhead'),
	);
}

function shapeCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width}) => {
		const info = node.sample?.info;
		if (info === undefined) {
			return {title: 'Fragmentation and buffers', lines: []};
		}

		const field = (name: string) => info.number('memory', name);
		const memory = (name: string) => fieldText(node, 'memory', name, bytes);
		const total = (name: string) => fieldText(node, 'memory', name, grouped);
		const ratio = ratioText(field('mem_fragmentation_ratio'));
		const caveat = isTooSmallForRatios(info) ? ' too small' : ' with freed pages';
		return {
			title: 'Fragmentation and buffers',
			right: field('active_defrag_running') ? `defrag ${field('active_defrag_running')}%` : undefined,
			lines: pairs(
				[
					['allocator', ratioAndBytes(node, 'allocator_frag_ratio', 'allocator_frag_bytes')],
					['alloc. rss', ratioAndBytes(node, 'allocator_rss_ratio', 'allocator_rss_bytes')],
					['process rss', ratioAndBytes(node, 'rss_overhead_ratio', 'rss_overhead_bytes')],
					['mem_frag', values(ratio, caveat)],
					['clients', values(memory('mem_clients_normal'), '  each ', bytes(perClient(node)))],
					[
						'replicas',
						values(numberText(node, replicaBufferBytes, bytes), '  backlog ', memory('mem_replication_backlog')),
					],
					['aof buffer', memory('mem_aof_buffer')],
					['cluster', clusterMemory(node)],
					...templateRow(node),
					['scripts', values(memory('used_memory_scripts'), '  cached ', total('number_of_cached_scripts'))],
					['functions', values(memory('used_memory_functions'), '  number ', total('number_of_functions'))],
					['lazy free', values(fieldText(node, 'memory', 'lazyfree_pending_objects', count), ' objects pending')],
					['rehashing', memory('mem_overhead_db_hashtable_rehashing')],
				],
				width,
				glyphs.ellipsis,
			),
		};
	};
}

/**
Memory of the cluster bus, and of slot migrations while there are any: Redis 8.4 `mem_cluster_slot_migration_*_buffer`,
Valkey 9.0 `mem_cluster_slot_import` and `_export`.
*/
function clusterMemory(node: NodeRecord): Line | string {
	const memory = (name: string) => node.sample?.info.number('memory', name);
	const parts = [
		memory('mem_cluster_slot_migration_input_buffer') ?? memory('mem_cluster_slot_import'),
		memory('mem_cluster_slot_migration_output_buffer') ?? memory('mem_cluster_slot_export'),
	];
	const [into = 0, out = 0] = parts;
	const links = fieldText(node, 'memory', 'mem_cluster_links', bytes);
	return into + out === 0 ? links : values(links, '  slots in ', bytes(into), ' out ', bytes(out));
}

/** The memory of the templates that hashes with equal fields share (Redis 8.10). Empty if there are no templates. */
function templateRow(node: NodeRecord): ReadonlyArray<readonly [string, Line]> {
	const info = node.sample?.info;
	const keys = info?.number('memory', 'hash_template_keys') ?? info?.number('stats', 'hash_template_keys') ?? 0;
	return keys === 0
		? []
		: [
				[
					'templates',
					values(fieldText(node, 'memory', 'used_memory_hash_templates', bytes), '  of ', count(keys), ' hashes'),
				],
			];
}

function perClient(node: NodeRecord): number | undefined {
	const total = node.sample?.info.number('memory', 'mem_clients_normal');
	const clients = node.values.get('connectedClients') ?? 0;
	return total === undefined || clients === 0 ? undefined : total / clients;
}

/**
A chart of used memory. If maxmemory is set, the scale ends there, and lines show the thresholds of the rule `mem.max`.
*/
export function usedChart(input: PanelInput, node: NodeRecord, title: string): Card {
	const limit = memoryLimit(node);
	const isLimited = limit?.source === 'maxmemory';
	const {warning, critical} = limitsOf(memMax, node.thresholds);
	return historyChart(
		{
			title,
			series: node.series.get('usedMemory'),
			format: bytes,
			max: isLimited ? limit.limitBytes : undefined,
			limits: isLimited
				? [
						{value: warning * limit.limitBytes, label: percent(warning), tone: 'warning'},
						{value: critical * limit.limitBytes, label: percent(critical), tone: 'critical'},
					]
				: [],
		},
		input,
		node,
	);
}
