import type {NodeFacts} from './node-facts.js';

/** Milliseconds of readings in which many errors are no burst of a single moment. */
const enoughMs = 2000;

/** A poll may come this many milliseconds early. */
const earlyMs = 100;

/** From this rate on, errors of two seconds are listed without waiting for further samples. */
export const manyErrors = {
	value: 10,
	unit: 'perSecond',
	source: 'over two seconds, in which only a program makes as many',
} as const;

/** Seconds between the two last samples; above 0. */
export const secondsBetween = ({sample, earlier}: NodeFacts): number =>
	Math.max((sample?.elapsedMs ?? 0) - (earlier?.elapsedMs ?? 0), 1) / 1000;

/**
Whether many errors were measured for long enough to be listed: polls a second apart need three samples, and polls that
a busy machine slowed down need two. Clients get these errors now, so line 2 must not say meanwhile that all is well.

@param heldMs Milliseconds for which the condition has held.
*/
export const areMeasured = (facts: NodeFacts, errorsPerSecond: number, many: number, heldMs: number): boolean =>
	errorsPerSecond >= many && facts.earlier !== undefined && heldMs + secondsBetween(facts) * 1000 >= enoughMs - earlyMs;
