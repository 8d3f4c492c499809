import type {NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {EntryContent, OpenFinding} from '../record/entry.js';
import type {NodeRecord} from './monitor-state.js';

/**
An input of the monitor store. A recording holds these inputs, with the replies of a poll in place of its outcome.
*/
export type StoreInput =
	| Exclude<EntryContent, {readonly kind: 'poll' | 'failure' | 'actions'}>
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number};

/** Fields of a node's record whose readings have an age of their own. */
export type AgedReading = keyof {
	[Key in keyof NodeRecord as NonNullable<NodeRecord[Key]> extends {readonly atMs: number; readonly value: unknown}
		? Key
		: never]: true;
};

/** When each reading of a node arrived, in milliseconds since the epoch. */
export type ReadingAges = ReadonlyMap<AgedReading, number>;

/** What is known at the beginning of a block of a recording besides the replies. */
export type RestoredState = {
	/** The findings that were open, each with the time since when its condition has held. */
	readonly findings: readonly OpenFinding[];
	readonly ages: ReadonlyMap<NodeAddress, ReadingAges>;
};

/** The record in which readings of earlier polls have their own times. */
export function withAges(record: NodeRecord, ages: ReadingAges): NodeRecord {
	const aged = [...ages].flatMap(([name, atMs]) => {
		const reading = record[name];
		return reading === undefined ? [] : [[name, {...reading, atMs}] as const];
	});
	return {...record, ...Object.fromEntries(aged)};
}
