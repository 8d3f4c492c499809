import type {EntryKind} from './entry.js';

/** The first number of each entry in a block. A reader skips an entry whose number it does not know. */
export const entryCodes = {poll: 1, ping: 2, json: 3, replies: 4, findings: 5} as const;

/** The kinds of entries that this version knows. Entries of other kinds are skipped. */
export const jsonKinds: ReadonlySet<unknown> = new Set<EntryKind>([
	'node-found',
	'node-alias',
	'node-gone',
	'node-dismissed',
	'memory-used',
	'failure',
	'host',
	'ladder',
	'focus',
	'events',
	'earlier',
	'actions',
]);
