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
export type Threshold = {
	readonly value: number;
	readonly unit: ThresholdUnit;
	/** Where the default value comes from, or the reason for it, as text. */
	readonly source: string;
};

/** The thresholds of one rule by their short names: `warning`, `critical`, `share`. */
export type ThresholdTable = Readonly<Record<string, Threshold>>;

/** A rule, or anything else that has thresholds. The config file names each threshold `id.name`: `mem.max.warning`. */
export type WithThresholds<Table extends ThresholdTable> = {readonly id: string; readonly thresholds: Table};

/**
The values that the config file sets, by the threshold's full name: `mem.max.warning`. All others have their defaults.
*/
export type ThresholdOverrides = Readonly<Record<string, number>>;

/** The values of one rule's thresholds, by their short names. */
export type LimitsOf<Table extends ThresholdTable> = {readonly [What in keyof Table]: number};

/** A number from `warning` on is a warning; a number from `critical` on is critical. */
export type Limits = {readonly warning: number; readonly critical: number};

const none: ThresholdOverrides = {};

/**
The results of `limitsOf`, by threshold table and then by overrides. They are kept because every evaluation of a rule
asks for them.
*/
const known = new WeakMap<ThresholdTable, WeakMap<ThresholdOverrides, unknown>>();

/** The values of a rule's thresholds: the value from the config file if it sets one, else the default. */
export function limitsOf<Table extends ThresholdTable>(
	{id, thresholds}: WithThresholds<Table>,
	overrides: ThresholdOverrides = none,
): LimitsOf<Table> {
	const byOverrides = known.get(thresholds);
	const before = byOverrides?.get(overrides);
	if (before !== undefined) {
		return before as LimitsOf<Table>;
	}

	const limits = Object.fromEntries(
		Object.entries(thresholds).map(([what, {value}]) => [what, overrides[`${id}.${what}`] ?? value]),
	);
	known.set(thresholds, (byOverrides ?? new WeakMap()).set(overrides, limits));
	return limits as LimitsOf<Table>;
}

/** Bytes of a kibibyte. */
export const kibibyte = 1024;
/** Bytes of a mebibyte. */
export const mebibyte = 1024 * 1024;
