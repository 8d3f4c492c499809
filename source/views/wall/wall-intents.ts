import type {Intent} from '../../keys/intent.js';

/** What a key may ask for on the wall: to leave it, to be told something, to keep what it shows. Nothing that acts. */
export const wallIntents: ReadonlySet<Intent['kind']> = new Set<Intent['kind']>([
	'quit',
	'quit-with-frame',
	'back',
	'toggle-wall',
	'open-help',
	'poll-now',
	'write-dump',
	'repaint',
	'suspend',
]);
