import type {EntryKind} from './entry.js';

/**
The number that each entry in a block begins with, by the entry's kind. A reader skips entries with an unknown number.
*/
export const entryCodes = {poll: 1, ping: 2, json: 3, replies: 4, findings: 5} as const;

/** The kinds of entries stored as JSON that this version knows. A reader skips entries of other kinds. */
export const jsonKinds: ReadonlySet<unknown> = new Set<EntryKind>([
	'node-found',
	'node-alias',
	'node-gone',
	'node-dismissed',
	'memory-used',
	'failure',
	'host',
	'look',
	'ladder',
	'focus',
	'events',
	'earlier',
	'actions',
]);
