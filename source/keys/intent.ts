import type {PanelId} from '../state/panel-table.js';

/** What a key asks for. Imperative; nothing here can change a server: `open-actions` and `take-back` only open a box. */
export type Intent =
	| {readonly kind: 'quit'}
	/** And leaves the last frame on the shell's screen. */
	| {readonly kind: 'quit-with-frame'}
	| {readonly kind: 'back'}
	| {readonly kind: 'open-help'}
	| {readonly kind: 'open-panel'; readonly panel: PanelId}
	| {readonly kind: 'step-panel'; readonly by: 1 | -1}
	| {readonly kind: 'move'; readonly to: 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'}
	| {readonly kind: 'open-details'}
	| {readonly kind: 'start-filter'}
	| {readonly kind: 'next-sort'}
	| {readonly kind: 'invert-sort'}
	| {readonly kind: 'next-grouping'}
	| {readonly kind: 'toggle-pause'}
	| {readonly kind: 'toggle-baseline'}
	| {readonly kind: 'scrub'; readonly by: 1 | -1; readonly unit: 'sample' | 'minute'}
	/** Back to now; where that is now already, the last row. */
	| {readonly kind: 'go-live'}
	| {readonly kind: 'step-interval'; readonly by: 1 | -1}
	| {readonly kind: 'poll-now'}
	| {readonly kind: 'step-node'; readonly by: 1 | -1}
	| {readonly kind: 'dismiss-node'}
	| {readonly kind: 'open-actions'}
	/** The box that takes back the temporary change that the screen reminds of. */
	| {readonly kind: 'take-back'}
	| {readonly kind: 'copy'; readonly what: 'row' | 'panel'}
	| {readonly kind: 'write-dump'}
	| {readonly kind: 'toggle-wall'}
	| {readonly kind: 'repaint'}
	| {readonly kind: 'suspend'};
