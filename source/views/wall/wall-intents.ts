import type {Intent} from '../../keys/intent.js';

/** The intents that keys may have on the wall display. None of them changes a server. */
export const wallIntents: ReadonlySet<Intent['kind']> = new Set<Intent['kind']>([
	'quit',
	'quit-with-frame',
	'back',
	'toggle-wall',
	'open-help',
	'poll-now',
	'write-dump',
	'toggle-recording',
	'repaint',
	'suspend',
]);

/** The intents that keys may have in addition on the wall display of a replay. They move through the recording. */
export const replayIntents: ReadonlySet<Intent['kind']> = new Set<Intent['kind']>([
	'toggle-play',
	'scrub',
	'go-live',
	'step-ten-minutes',
	'step-change',
	'ask-time',
	'step-speed',
]);
