import type {Intent} from '../../keys/intent.js';

/** The intents that keys have on the wall: leave it, show the help, poll, dump, repaint. No intent opens an action. */
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
