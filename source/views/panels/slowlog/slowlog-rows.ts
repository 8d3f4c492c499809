import type {NodeAddress} from '../../../domain/node.js';
import type {LargeEntry, SlowlogEntry} from '../../../domain/slowlog.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {PanelInput} from '../../panel.js';

/**
An entry of a node's slow log or of its logs of large requests and replies. `node` is set when several nodes' logs are
shown together.
*/
export type SlowRow = (SlowlogEntry | LargeEntry) & {readonly node?: NodeAddress};

const isLarge = (row: SlowRow): row is LargeEntry & SlowRow => 'log' in row;

export const isSlow = (row: SlowRow): row is SlowlogEntry & SlowRow => !isLarge(row);

/** The name of the log that the entry is from, as in COMMANDLOG: `slow`, `large-request`, `large-reply`. */
export const logOf = (row: SlowRow): string => (isLarge(row) ? row.log : 'slow');

/**
The duration of the entry's command, in microseconds. Undefined for an entry of a log of large requests or replies.
*/
export const durationOf = (row: SlowRow): number | undefined => (isLarge(row) ? undefined : row.durationMicroseconds);

export const bytesOf = (row: SlowRow): number | undefined => (isLarge(row) ? row.bytes : undefined);

/**
The key of a row. The entry's id alone is not unique. Each log numbers its entries from 0, again after each start of the
server, and redis-top keeps older entries.
*/
export const keyOf = (row: SlowRow): string =>
	`${row.id}@${row.atMs}${isLarge(row) ? ` ${row.log}` : ''}${row.node === undefined ? '' : ` ${row.node}`}`;

export const isMerged = ({table}: Pick<PanelInput, 'table'>): boolean => table.groupBy === 'nodes';

const largeOf = ({largeRequests, largeReplies}: NodeRecord): readonly SlowRow[] => [
	...(largeRequests?.value.entries ?? []),
	...(largeReplies?.value.entries ?? []),
];

/** All entries of a node's logs, slow log first. */
export function entriesOf(node: NodeRecord): readonly SlowRow[] {
	const [slow, large] = [node.slowlog?.value.entries ?? [], largeOf(node)];
	return large.length === 0 ? slow : [...slow, ...large];
}

const nodesOf = (input: Pick<PanelInput, 'table' | 'state' | 'node'>): readonly NodeRecord[] =>
	isMerged(input) ? [...input.state.nodes.values()] : input.node === undefined ? [] : [input.node];

/** Whether the shown servers also log large requests and replies: Valkey ≥ 8.1. */
export const hasSizes = (input: Pick<PanelInput, 'table' | 'state' | 'node'>): boolean =>
	nodesOf(input).some(({largeRequests, largeReplies}) => (largeRequests ?? largeReplies) !== undefined);
