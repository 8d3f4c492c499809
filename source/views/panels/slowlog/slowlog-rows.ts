import type {NodeAddress} from '../../../domain/node.js';
import type {LargeEntry, SlowlogEntry} from '../../../domain/slowlog.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {PanelInput} from '../../panel.js';

/** An entry of one of the logs; `node` is set when the logs of several nodes are shown together. */
export type SlowRow = (SlowlogEntry | LargeEntry) & {readonly node?: NodeAddress};

const isLarge = (row: SlowRow): row is LargeEntry & SlowRow => 'log' in row;

export const isSlow = (row: SlowRow): row is SlowlogEntry & SlowRow => !isLarge(row);

/** The name of the log as in COMMANDLOG: `slow`, `large-request`, `large-reply`. */
export const logOf = (row: SlowRow): string => (isLarge(row) ? row.log : 'slow');

/** The duration in microseconds; undefined for an entry of a log of sizes. */
export const durationOf = (row: SlowRow): number | undefined => (isLarge(row) ? undefined : row.durationMicroseconds);

export const bytesOf = (row: SlowRow): number | undefined => (isLarge(row) ? row.bytes : undefined);

/** The id is not unique: each log and each server start counts from 0, and entries from before a restart are kept. */
export const keyOf = (row: SlowRow): string =>
	`${row.id}@${row.atMs}${isLarge(row) ? ` ${row.log}` : ''}${row.node === undefined ? '' : ` ${row.node}`}`;

export const isMerged = ({table}: Pick<PanelInput, 'table'>): boolean => table.groupBy === 'nodes';

const largeOf = ({largeRequests, largeReplies}: NodeRecord): readonly SlowRow[] => [
	...(largeRequests?.value.entries ?? []),
	...(largeReplies?.value.entries ?? []),
];

/** All entries of a node's logs. */
export function entriesOf(node: NodeRecord): readonly SlowRow[] {
	const [slow, large] = [node.slowlog?.value.entries ?? [], largeOf(node)];
	return large.length === 0 ? slow : [...slow, ...large];
}

const nodesOf = (input: Pick<PanelInput, 'table' | 'state' | 'node'>): readonly NodeRecord[] =>
	isMerged(input) ? [...input.state.nodes.values()] : input.node === undefined ? [] : [input.node];

/** Whether the server also logs large requests and replies: Valkey ≥ 8.1. */
export const hasSizes = (input: Pick<PanelInput, 'table' | 'state' | 'node'>): boolean =>
	nodesOf(input).some(({largeRequests, largeReplies}) => (largeRequests ?? largeReplies) !== undefined);
