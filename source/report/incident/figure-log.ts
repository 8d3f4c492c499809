import {boundBelow} from '../../derive/latency-percentiles.js';
import type {NodeRecord} from '../../derive/node-record.js';
import {longestDelay, memoryShare, slowestCommand} from '../../derive/outage-figures.js';
import type {NodeAddress} from '../../domain/node.js';
import {limitsOf, type Threshold, type WithThresholds} from '../../domain/threshold.js';
import {latP99} from '../../rules/latency.js';
import {memMax} from '../../rules/memory-limit.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {bytes, count, milliseconds, percent, perSecond, seconds} from '../../text/units.js';

/** Largest number of points of a chart. In a long report each point stands for several samples. */
const points = 240;
const leastPointMs = 1000;

export type FigureId = 'operations' | 'memory' | 'memoryShare' | 'clients' | 'delay' | 'p99';

/** A value that charts show over time. */
type FigureRow = {
	readonly id: FigureId;
	readonly title: string;
	/**
	How the samples of a point become one value. `mean`: their mean. `max`: the highest sample, because a peak must not
	vanish.
	*/
	readonly fold: 'mean' | 'max';
	readonly format: (value: number) => string;
	readonly read: (record: NodeRecord, state: MonitorState) => number | undefined;
	/** The threshold at which the figure's rule warns, drawn as a line in the chart. */
	readonly limit?: {readonly value: number; readonly label: string};
};

const usedMemory = ({sample}: NodeRecord): number | undefined => sample?.info.number('memory', 'used_memory');

/**
The highest p99 latency of any command, in milliseconds. The server's latency buckets have powers of two as bounds. The
value is the middle of the bucket that contains the p99.
*/
const worstP99 = (record: NodeRecord): number | undefined => {
	const worst = slowestCommand(record)?.p99;
	return worst === undefined ? undefined : (worst + boundBelow(worst)) / 2 / 1000;
};

function warnsAt(rule: WithThresholds<Readonly<Record<'warning', Threshold>>>, text: (value: number) => string) {
	const {warning} = limitsOf(rule);
	return {value: warning, label: `${rule.id} warns at ${text(warning)}`};
}

export const figureRows: readonly FigureRow[] = [
	{
		id: 'operations',
		title: 'Commands per second',
		fold: 'mean',
		format: perSecond,
		read: ({values}) => values.get('operations'),
	},
	{
		id: 'memoryShare',
		title: 'Memory against maxmemory',
		fold: 'max',
		format: percent,
		read: memoryShare,
		limit: warnsAt(memMax, percent),
	},
	{
		id: 'memory',
		title: 'Memory used, without a limit',
		fold: 'max',
		format: bytes,
		read: record => (memoryShare(record) === undefined ? usedMemory(record) : undefined),
	},
	{
		id: 'clients',
		title: 'Connected clients',
		fold: 'max',
		format: count,
		read: ({values}) => values.get('connectedClients'),
	},
	{
		id: 'delay',
		title: 'Replication delay of the farthest replica',
		fold: 'max',
		format: seconds,
		read: record => longestDelay(record)?.seconds,
		limit: warnsAt(repLagBytes, seconds),
	},
	{
		id: 'p99',
		title: 'p99 of the slowest command',
		fold: 'max',
		format: milliseconds,
		read: worstP99,
		limit: warnsAt(latP99, milliseconds),
	},
];

/** One node's values of a figure, one for each point; undefined for a point without a sample. */
export type FigureLine = {readonly node: NodeAddress; readonly values: ReadonlyArray<number | undefined>};

export type Figure = Pick<FigureRow, 'id' | 'title' | 'format' | 'limit'> & {readonly lines: readonly FigureLine[]};

type Points = {readonly sums: Float64Array; readonly counts: Uint32Array};

/** Figures of each node over the time of a report. */
export class FigureLog {
	readonly #fromMs: number;
	readonly #pointMs: number;
	readonly #length: number;
	readonly #points = new Map<FigureId, Map<NodeAddress, Points>>();
	readonly #taken = new Map<NodeAddress, number>();

	constructor(fromMs: number, toMs: number, intervalMs = leastPointMs) {
		this.#fromMs = fromMs;
		this.#pointMs = Math.max(leastPointMs, 2 * intervalMs, (toMs - fromMs) / points);
		this.#length = Math.floor(Math.max(0, toMs - fromMs) / this.#pointMs) + 1;
	}

	/** Adds the samples that arrived since the last call. */
	add(state: MonitorState): void {
		for (const record of state.nodes.values()) {
			const {address, sample, reach} = record;
			if (sample === undefined || reach !== 'up' || this.#taken.get(address) === sample.atMs) {
				continue;
			}

			this.#taken.set(address, sample.atMs);
			const point = Math.floor((sample.atMs - this.#fromMs) / this.#pointMs);
			if (point < 0 || point >= this.#length) {
				continue;
			}

			for (const {id, fold, read} of figureRows) {
				const value = read(record, state);
				if (value !== undefined && Number.isFinite(value)) {
					this.#put(id, address, point, value, fold);
				}
			}
		}
	}

	#put(id: FigureId, node: NodeAddress, point: number, value: number, fold: FigureRow['fold']): void {
		const nodes = this.#points.get(id) ?? new Map<NodeAddress, Points>();
		this.#points.set(id, nodes);
		const {sums, counts} = nodes.get(node) ?? {
			sums: new Float64Array(this.#length),
			counts: new Uint32Array(this.#length),
		};
		nodes.set(node, {sums, counts});
		const known = sums[point] ?? 0;
		const isFirst = counts[point] === 0;
		sums[point] = isFirst ? value : fold === 'mean' ? known + value : Math.max(known, value);
		counts[point] = (counts[point] ?? 0) + 1;
	}

	/** The figures that have values. A figure that was 0 throughout is left out. */
	figures(): readonly Figure[] {
		return figureRows.flatMap(({id, title, format, limit, fold}): Figure[] => {
			const lines = [...(this.#points.get(id) ?? [])]
				.map(([node, {sums, counts}]) => ({
					node,
					values: Array.from({length: this.#length}, (_, point) => {
						const samples = counts[point] ?? 0;
						const sum = sums[point] ?? 0;
						return samples === 0 ? undefined : fold === 'mean' ? sum / samples : sum;
					}),
				}))
				.filter(({values}) => values.filter(value => value !== undefined).length > 1);
			const isEmpty = lines.every(({values}) => values.every(value => (value ?? 0) === 0));
			return isEmpty ? [] : [{id, title, format, lines, ...(limit === undefined ? {} : {limit})}];
		});
	}
}
