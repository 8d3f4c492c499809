import type {Intent} from '../../keys/intent.js';

/** What keys do on the wall: leave it, show help, write what it shows. No action on a server. */
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
