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
What a threshold's number counts. A `share` is 0.8 for 80 %. `seconds` may have decimals. `count` is a plain number. A
`ratio` is one quantity over another (1.4 is 40 % more).
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

/** A default with its reason. */
export type ThresholdRow = {
	readonly value: number;
	readonly unit: ThresholdUnit;
	/** Where the number comes from. */
	readonly source: string;
};

/** Every threshold there is, named `rule.id.what`. A rule's own rows stand together. */
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

export const thresholdNames = Object.keys(thresholdRows) as readonly ThresholdName[];

export const isThresholdName = (name: string): name is ThresholdName => Object.hasOwn(thresholdRows, name);

export const defaultThresholds: Thresholds = Object.fromEntries(
	thresholdNames.map(name => [name, thresholdRows[name].value]),
) as Thresholds;

/** From where on a number is called bad, and very bad. */
export type Limits = {readonly warning: number; readonly critical: number};

/** The two of a rule that has two, as panels mark numbers by them, too. */
export const limitsOf = (
	rule: 'mem.max' | 'rep.lag_bytes' | 'rep.lag_ack' | 'rep.link_down' | 'lat.p99',
	thresholds: Thresholds = defaultThresholds,
): Limits => ({warning: thresholds[`${rule}.warning`], critical: thresholds[`${rule}.critical`]});

/** The thresholds with some of them replaced: the config file's for all targets, then those for one. */
export const withOverrides = (base: Thresholds, overrides: Partial<Thresholds>): Thresholds => ({
	...base,
	...overrides,
});

/** Those of the names that are thresholds. */
export const thresholdsIn = (values: ReadonlyMap<string, number>): Partial<Thresholds> =>
	Object.fromEntries([...values].filter(([name]) => isThresholdName(name)));
