import type {NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {EntryContent, OpenFinding} from '../record/entry.js';
import type {NodeRecord} from './monitor-state.js';

/** One thing that the monitor store is told: what a recording holds, with the outcome of a poll in place of its replies. */
export type StoreInput =
	| Exclude<EntryContent, {readonly kind: 'poll' | 'failure' | 'actions'}>
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number};

/** Fields of a node's record whose readings have an age of their own. */
export type AgedReading = keyof {
	[Key in keyof NodeRecord as NonNullable<NodeRecord[Key]> extends {readonly atMs: number; readonly value: unknown}
		? Key
		: never]: true;
};

/** When each reading of a node came, milliseconds since the epoch. */
export type ReadingAges = ReadonlyMap<AgedReading, number>;

/** What the replies at the beginning of a block don't say. */
export type RestoredState = {
	/** Since when the conditions have held that were listed as findings. */
	readonly findings: readonly OpenFinding[];
	readonly ages: ReadonlyMap<NodeAddress, ReadingAges>;
};

/** The record with the readings' own ages, where they came in earlier polls. */
export function withAges(record: NodeRecord, ages: ReadingAges): NodeRecord {
	const aged = [...ages].flatMap(([name, atMs]) => {
		const reading = record[name];
		return reading === undefined ? [] : [[name, {...reading, atMs}] as const];
	});
	return {...record, ...Object.fromEntries(aged)};
}
