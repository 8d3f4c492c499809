import {replicaBufferBytes} from '../../../derive/replica-buffers.js';
import type {MetricId} from '../../../domain/metric.js';
import {limitsOf} from '../../../domain/threshold.js';
import {keyTotals} from '../../../parse/info-fields.js';
import {memMax} from '../../../rules/memory-limit.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {fit, partsThatFit} from '../../../text/fit.js';
import {pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, span} from '../../../text/line.js';
import {readingsPerCell, sparkline} from '../../../text/sparkline.js';
import {bytes, count, grouped, microseconds, percent, seconds} from '../../../text/units.js';
import {type Card, values} from '../card.js';
import {fieldText, figureWidth, metricText, numberText} from '../changes.js';
import {fullness, limitName, maxmemoryPolicy, memoryLimit, ratioText} from '../memory/memory-facts.js';
import {aofFacts, forkFacts, rdbFacts} from '../persistence/persistence-facts.js';
import {aofSummary, rdbSummary, savePointsText, tookText} from '../persistence/persistence-lines.js';
import {gradedMeter} from '../severity-cells.js';

const right = (text: string, width: number): string => fit(text, width, 'right');

/**
The card of used memory: its limit with a meter, and what uses the memory. A low card has more figures on each line.
*/
export function memoryCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const info = node.sample?.info;
		const limit = memoryLimit(node);
		const full = fullness(node);
		const figure = figureWidth(node);
		const memory = (name: string) => right(fieldText(node, 'memory', name, bytes), figure);
		const of = bytes(limit?.limitBytes);
		// Without maxmemory, the resident set counts towards the RAM. It then stands beside the RAM and its share.
		const isOfRam = limit?.source === 'system' && info?.number('memory', 'used_memory_rss') !== undefined;
		const counted = isOfRam ? 'used_memory_rss' : 'used_memory';
		const head: Line = [
			...(node.since === undefined
				? // The unit is that of the list of nodes, which shows the same figure.
					values(
						right(metricText(node, isOfRam ? 'residentMemory' : 'usedMemory'), figure),
						' of ',
						of,
						` ${limitName(limit)} `,
					)
				: values(memory(counted), ' to ', right(bytes(info?.number('memory', counted)), 5), ' of ', of, ' ')),
			span(full.text, full.tone),
		];
		const bar: Line = gradedMeter(limit?.ratio, width, glyphs, limitsOf(memMax, node.thresholds));
		const other = isOfRam ? right(metricText(node, 'usedMemory'), figure) : memory('used_memory_rss');
		const otherLabel = isOfRam ? 'used' : 'rss';
		const peak = memory('used_memory_peak');
		const policy = maxmemoryPolicy(node) ?? '-';
		const evicted = metricText(node, 'evicted');
		const expired = metricText(node, 'expired');
		const keys = right(metricText(node, 'keys'), figure);
		const rows: ReadonlyArray<readonly [string, Line | string]> =
			height < 8
				? [
						[otherLabel, values(other, ' peak ', peak, ' frag ', fragmentation(node))],
						['policy', values(policy, ' evicts ', evicted)],
						['keys', values(keys, ' ttl ', percent(expiringShare(node)).padStart(5), ' expire ', expired)],
					]
				: [
						[otherLabel, values(other, '  fragmentation ', fragmentation(node))],
						['peak', peak],
						['policy', policy],
						['evicted', values(right(evicted, 7), ' total ', fieldText(node, 'stats', 'evicted_keys', grouped))],
						['keys', values(keys, ' with ttl ', percent(expiringShare(node)), ' expired ', expired)],
						[
							'buffers',
							values(
								memory('mem_clients_normal'),
								' clients ',
								numberText(node, replicaBufferBytes, bytes),
								' replicas',
							),
						],
					];
		return {
			panel: 'memory',
			title: '2 Memory',
			lines: [
				...pairs([[isOfRam ? 'rss' : 'used', head]], width, glyphs.ellipsis),
				bar,
				...pairs(rows, width, glyphs.ellipsis),
			],
		};
	};
}

/**
The allocator's fragmentation ratio. Servers with another allocator than jemalloc always print 1.00 for it, so
`mem_fragmentation_ratio` is shown instead. That ratio compares the resident set, which includes freed pages, with used
memory.
*/
function fragmentation({sample}: NodeRecord): string {
	const isKnown = sample?.info.text('memory', 'mem_allocator')?.startsWith('jemalloc') ?? true;
	return ratioText(sample?.info.number('memory', isKnown ? 'allocator_frag_ratio' : 'mem_fragmentation_ratio'));
}

/** The share of keys with a time to live, from 0 to 1; undefined without keys. */
function expiringShare({sample}: NodeRecord): number | undefined {
	const {keys, expiring} = sample === undefined ? {keys: 0, expiring: 0} : keyTotals(sample.info);
	return keys === 0 ? undefined : expiring / keys;
}

type Trace = {
	readonly label: string;
	readonly value: string;
	/** Returns the last `columns` values. Each value stands for `perColumn` samples. */
	readonly readings: (columns: number, perColumn: number) => ReadonlyArray<number | undefined>;
	readonly max?: number;
};

const peaks = (node: NodeRecord, id: MetricId) => (columns: number, perColumn: number) =>
	node.series.get(id)?.groups(columns, perColumn) ?? [];

/** Hits divided by hits and misses, from 0 to 1; undefined when one of them is unknown or both are 0. */
export function hitRatio(hits: number | undefined, misses: number | undefined): number | undefined {
	return hits === undefined || misses === undefined || hits + misses === 0 ? undefined : hits / (hits + misses);
}

const sum = (readings: readonly number[]): number => readings.reduce((total, reading) => total + reading, 0);

/** The hit ratio of each column, over all samples that the column stands for. */
function hitReadings(node: NodeRecord, columns: number, perColumn: number): ReadonlyArray<number | undefined> {
	const hits = node.series.get('hits')?.groups(columns, perColumn, sum) ?? [];
	const misses = node.series.get('misses')?.groups(columns, perColumn, sum) ?? [];
	return hits.map((value, index) => hitRatio(value, misses[index]));
}

function traces(node: NodeRecord): readonly Trace[] {
	const {values: now} = node;
	const trace = (label: string, id: MetricId): Trace => ({
		label,
		value: metricText(node, id),
		readings: peaks(node, id),
	});
	return [
		trace('ops', 'operations'),
		{
			label: 'hits',
			value: percent(hitRatio(now.get('hits'), now.get('misses'))),
			readings: (columns, perColumn) => hitReadings(node, columns, perColumn),
			max: 1,
		},
		trace('in', 'networkInput'),
		trace('out', 'networkOutput'),
		{...trace('cpu', 'cpuSeconds'), value: percent(now.get('cpuSeconds')), max: 1},
		trace('clients', 'connectedClients'),
		trace('evicted', 'evicted'),
		trace('errors', 'errorReplies'),
		trace('connects', 'connectionsReceived'),
		trace('rejected', 'connectionsRejected'),
	];
}

const traceLabel = 9;
const traceValue = 8;

/** The card of the server's throughput: each rate with its last values, on one time axis, newest at the right. */
export function throughputCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const columns = Math.max(0, width - traceLabel - traceValue - 1);
		const perColumn = readingsPerCell(columns);
		const shown = traces(node).slice(0, Math.max(0, height));
		return {
			title: throughputTitle(node),
			right: columns < 8 ? undefined : axisText(columns, perColumn, node),
			lines: shown.map(({label, value, readings, max}) => [
				span(fit(label, traceLabel), 'label'),
				span(`${right(value, traceValue)} `),
				span(sparkline(readings(columns, perColumn), columns, glyphs, {max}), 'accent'),
			]),
		};
	};
}

/** Share of error replies in the operations from which the title of the throughput names them. */
const manyErrors = 0.1;

/**
The title of the card of throughput. The server does not count refused commands among its operations. So many errors are
named beside the rate of operations, which would otherwise look like a falling load.
*/
function throughputTitle({values: now}: NodeRecord): string {
	const [errors, operations] = [now.get('errorReplies') ?? 0, now.get('operations') ?? 0];
	return errors >= 1 && errors >= operations * manyErrors ? `Throughput  ! ${count(errors)} errors/s` : 'Throughput';
}

/** The meaning of the time axis: `last 1m`, or `1m20s, peaks of 5s` when a column stands for several samples. */
function axisText(columns: number, perColumn: number, {intervalMs, series}: NodeRecord): string {
	const covered = seconds((columns * perColumn * intervalMs) / 1000);
	const operations = series.get('operations');
	const isMixed = operations !== undefined && operations.prepended > 0 && columns * perColumn > operations.taken;
	const source = isMixed ? ', Prometheus' : '';
	return perColumn === 1
		? `last ${covered}${source}`
		: `${covered}, peaks of ${(perColumn * intervalMs) / 1000}s${source}`;
}

/** Width of the label `unsaved` with the blanks after it, in cells. */
const unsavedLabel = 9;

/** The card of persistence: the states of RDB and AOF, and whether the data would survive a crash. */
export function persistenceCard(node: NodeRecord, nowMs: number, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const rdb = rdbFacts(node, nowMs);
		const aof = aofFacts(node);
		const fork = forkFacts(node);
		const unsaved = right(metricText(node, 'unsavedChanges'), figureWidth(node));
		const forkText = microseconds(fork.lastMicroseconds, glyphs.isAscii);
		const rows: ReadonlyArray<readonly [string, Line | string]> =
			height < 3
				? [
						['rdb', rdbSummary(rdb)],
						[
							'aof',
							partsThatFit(
								[aofSummary(aof), values('', '  unsaved ', unsaved.trim()), values('', '  fork ', forkText)],
								width - 5,
							),
						],
					]
				: height < 5
					? [
							['rdb', rdbSummary(rdb)],
							['unsaved', values(unsaved, ' changes')],
							['aof', [...aofSummary(aof), ...values('', '  fork ', forkText)]],
						]
					: [
							['rdb', rdbSummary(rdb)],
							[
								'unsaved',
								partsThatFit(
									[values(unsaved, ' changes'), values('', ', save points ', savePointsText(rdb))],
									width - unsavedLabel,
								),
							],
							['aof', aofSummary(aof)],
							['fork', values(forkText, '  per GB ', microseconds(fork.microsecondsPerGigabyte, glyphs.isAscii))],
							['took', values(tookText(rdb), '  copied ', bytes(rdb.cowBytes))],
						];
		return {
			panel: 'persistence',
			title: '7 Persistence',
			lines: pairs(rows.slice(0, Math.max(1, height)), width, glyphs.ellipsis),
		};
	};
}
