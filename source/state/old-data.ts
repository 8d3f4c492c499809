import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './monitor-state.js';
import {ageOf, pollPeriodMs} from './new-record.js';

/** Age in milliseconds from which the data of a node that is polled more rarely is too old to say that all is well. */
const oldMs = 5000;

/** Why the data of nodes that answer is old. */
export type OldData = {
	/** The nodes that answer slowly and are therefore polled more rarely, the one with the oldest data first. */
	readonly nodes: readonly NodeAddress[];
	readonly ageMs: number;
	/** Milliseconds between two polls of the first node. */
	readonly periodMs: number;
};

/** Old data of nodes that redis-top polls more rarely because they answer slowly; undefined if there is none. */
export function oldData(records: readonly NodeRecord[], nowMs: number): OldData | undefined {
	const old = records
		.filter(record => record.isSlowed === true && (ageOf(record, nowMs) ?? 0) > oldMs)
		.toSorted((one, other) => (one.lastReplyAtMs ?? 0) - (other.lastReplyAtMs ?? 0));
	const [oldest] = old;
	return oldest === undefined
		? undefined
		: {
				nodes: old.map(({address}) => address),
				ageMs: ageOf(oldest, nowMs) ?? 0,
				periodMs: pollPeriodMs(oldest),
			};
}
