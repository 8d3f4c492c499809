import type {NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {EntryContent, OpenFinding} from '../record/entry.js';
import type {NodeRecord} from './monitor-state.js';

/**
An input of the monitor store. A recording holds these inputs. For a poll, it holds the replies in place of the outcome.
*/
export type StoreInput =
	| Exclude<EntryContent, {readonly kind: 'poll' | 'failure' | 'actions'}>
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number};

/** Fields of a node's record whose readings each have their own time. */
export type AgedReading = keyof {
	[Key in keyof NodeRecord as NonNullable<NodeRecord[Key]> extends {readonly atMs: number; readonly value: unknown}
		? Key
		: never]: true;
};

/** When each reading of a node arrived, in milliseconds since the epoch. */
export type ReadingAges = ReadonlyMap<AgedReading, number>;

/** The part of the state at the beginning of a block of a recording that the replies do not contain. */
export type RestoredState = {
	/** The findings that were open, each with the time when its condition began. */
	readonly findings: readonly OpenFinding[];
	readonly ages: ReadonlyMap<NodeAddress, ReadingAges>;
};

/** Returns the record with the time of each reading set to that in `ages`. */
export function withAges(record: NodeRecord, ages: ReadingAges): NodeRecord {
	const aged = [...ages].flatMap(([name, atMs]) => {
		const reading = record[name];
		return reading === undefined ? [] : [[name, {...reading, atMs}] as const];
	});
	return {...record, ...Object.fromEntries(aged)};
}
