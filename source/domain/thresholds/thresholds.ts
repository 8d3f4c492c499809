import {clientThresholds} from './clients.js';
import {clusterThresholds} from './cluster.js';
import {connectionThresholds} from './connection.js';
import {hostThresholds} from './host.js';
import {memoryThresholds} from './memory.js';
import {persistenceThresholds} from './persistence.js';
import {replicationThresholds} from './replication.js';
import {sentinelThresholds} from './sentinel.js';
import {workloadThresholds} from './workload.js';

/**
The unit of a threshold. A `share` is 0.8 for 80 %. `seconds` may have decimals. `count` is a plain number. A `ratio`
divides one quantity by another (1.4 is 40 % more).
*/
export type ThresholdUnit =
	| 'share'
	| 'ratio'
	| 'bytes'
	| 'seconds'
	| 'milliseconds'
	| 'count'
	| 'perSecond'
	| 'perMinute';

/** The default value of one threshold, with its unit and its source. */
export type ThresholdRow = {
	readonly value: number;
	readonly unit: ThresholdUnit;
	/** Where the default comes from. */
	readonly source: string;
};

/** Every threshold, named `rule.id.what`. Thresholds of one rule stand together. */
export const thresholdRows = {
	...connectionThresholds,
	...memoryThresholds,
	...persistenceThresholds,
	...replicationThresholds,
	...clientThresholds,
	...workloadThresholds,
	...hostThresholds,
	...sentinelThresholds,
	...clusterThresholds,
} as const satisfies Readonly<Record<string, ThresholdRow>>;

export type ThresholdName = keyof typeof thresholdRows;

export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** Thresholds of earlier versions that no rule ever read. A config file may still name them; they change nothing. */
export const retiredThresholds: readonly string[] = [
	'per.fsync.seconds',
	'per.slow_save.still',
	'rep.diverged.seconds',
	'rep.none.seconds',
	'rep.state.seconds',
];

export const thresholdNames = Object.keys(thresholdRows) as readonly ThresholdName[];

export const isThresholdName = (name: string): name is ThresholdName => Object.hasOwn(thresholdRows, name);

export const defaultThresholds: Thresholds = Object.fromEntries(
	thresholdNames.map(name => [name, thresholdRows[name].value]),
) as Thresholds;

/** The values from which a number is a warning and from which it is critical. */
export type Limits = {readonly warning: number; readonly critical: number};

/** The warning and critical thresholds of a rule that has both. Panels mark numbers by them too. */
export const limitsOf = (
	rule: 'mem.max' | 'rep.lag_bytes' | 'rep.lag_ack' | 'rep.link_down' | 'lat.p99',
	thresholds: Thresholds = defaultThresholds,
): Limits => ({warning: thresholds[`${rule}.warning`], critical: thresholds[`${rule}.critical`]});

/**
The thresholds with some of them replaced. The config file's values for all targets come first, then those for one
target.
*/
export const withOverrides = (base: Thresholds, overrides: Partial<Thresholds>): Thresholds => ({
	...base,
	...overrides,
});

/** The entries of `values` whose name is that of a threshold. */
export const thresholdsIn = (values: ReadonlyMap<string, number>): Partial<Thresholds> =>
	Object.fromEntries([...values].filter(([name]) => isThresholdName(name)));
