import type {Threshold, ThresholdTable, WithThresholds} from '../domain/threshold.js';
import {allRules} from './all-rules.js';
import {coveredRestart} from './planned-restart.js';
import {roleGrace} from './replication-link.js';

/** Every rule, and the two tables of thresholds that several rules share. */
const owners: ReadonlyArray<WithThresholds<ThresholdTable>> = [...allRules, roleGrace, coveredRestart];

/** Every threshold by its name in the config file, `rule.id.what`, in the order of the rules. */
export const allThresholds: ReadonlyMap<string, Threshold> = new Map(
	owners.flatMap(({id, thresholds}) =>
		Object.entries(thresholds).map(([what, threshold]) => [`${id}.${what}`, threshold] as const),
	),
);

/** Thresholds of earlier versions that no rule ever read. A config file may still name them; they change nothing. */
export const retiredThresholds: readonly string[] = [
	'per.fsync.seconds',
	'per.slow_save.still',
	'rep.diverged.seconds',
	'rep.none.seconds',
	'rep.state.seconds',
];
