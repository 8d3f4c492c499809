import {longestDelay, memoryShare, slowestCommand} from '../../derive/outage-figures.js';
import {limitsOf, type ThresholdOverrides} from '../../domain/threshold.js';
import {latP99} from '../../rules/latency.js';
import {memMax} from '../../rules/memory-limit.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';

type Figure = {
	readonly label: string;
	readonly unit: string;
	readonly decimals: number;
	readonly read: (node: NodeRecord) => number | undefined;
	/** Whether the node cannot be asked because of what the figure counts: the others' values would hide it. */
	readonly isHidden?: (node: NodeRecord) => boolean;
	/** Returns the warning and the critical threshold. Undefined for a figure whose rule has no fixed thresholds. */
	readonly limits?: (thresholds: ThresholdOverrides | undefined) => readonly [warning: number, critical: number];
};

/** The five figures in the performance data: those that operators look at first. */
const figures: readonly Figure[] = [
	{
		label: 'mem',
		unit: '%',
		decimals: 0,
		read(node) {
			const share = memoryShare(node);
			return share === undefined ? undefined : share * 100;
		},
		limits(thresholds) {
			const {warning, critical} = limitsOf(memMax, thresholds);
			return [warning * 100, critical * 100];
		},
	},
	{
		label: 'rejected',
		unit: '',
		decimals: 1,
		read: ({values}) => values.get('connectionsRejected'),
		isHidden: ({failure}) => failure?.kind === 'MAXCLIENTS',
	},
	{label: 'evicted', unit: '', decimals: 1, read: ({values}) => values.get('evicted')},
	{
		label: 'lag',
		unit: 's',
		decimals: 1,
		read: node => longestDelay(node)?.seconds,
		limits(thresholds) {
			const {warning, critical} = limitsOf(repLagBytes, thresholds);
			return [warning, critical];
		},
	},
	{
		label: 'p99',
		unit: 'ms',
		decimals: 3,
		read(node) {
			const slowest = slowestCommand(node);
			return slowest === undefined ? undefined : slowest.p99 / 1000;
		},
		limits(thresholds) {
			const {warning, critical} = limitsOf(latP99, thresholds);
			return [warning, critical];
		},
	},
];

const rounded = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)));

/**
The highest value of each figure over all nodes, as a monitoring plugin's performance data: `mem=83%;80;90 rejected=0`.
Rates are per second. A value that no node reports is `U`, which means unknown. The form is that of
https://www.monitoring-plugins.org/doc/guidelines.html.
*/
export function performanceData({nodes}: Pick<MonitorState, 'nodes'>): string {
	return figures
		.map(({label, unit, decimals, read, isHidden, limits}) => {
			const readings = [...nodes.values()]
				.flatMap(node => {
					const value = read(node);
					return value === undefined ? [] : [{value, thresholds: node.thresholds}];
				})
				.toSorted((one, other) => other.value - one.value);
			const [worst] = readings;
			const bounds = limits?.(worst?.thresholds ?? [...nodes.values()][0]?.thresholds);
			const isUnknown = worst === undefined || (isHidden !== undefined && [...nodes.values()].some(isHidden));
			const text = isUnknown ? 'U' : `${rounded(worst.value, decimals)}${unit}`;
			return `${label}=${[text, ...(bounds ?? []).map(bound => rounded(bound, 3))].join(';')}`;
		})
		.join(' ');
}
