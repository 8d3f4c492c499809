import type {PanelId} from '../state/panel-table.js';

/**
The meaning of a keyboard key, in the imperative. No intent changes a server: `open-actions` and `take-back` only open a
dialog.
*/
export type Intent =
	| {readonly kind: 'quit'}
	/** Quits and prints the last frame on the shell's screen. */
	| {readonly kind: 'quit-with-frame'}
	| {readonly kind: 'back'}
	| {readonly kind: 'open-help'}
	| {readonly kind: 'open-palette'}
	| {readonly kind: 'open-panel'; readonly panel: PanelId}
	| {readonly kind: 'step-panel'; readonly by: 1 | -1}
	| {readonly kind: 'move'; readonly to: 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'}
	| {readonly kind: 'open-details'}
	| {readonly kind: 'start-filter'}
	| {readonly kind: 'next-sort'}
	| {readonly kind: 'invert-sort'}
	| {readonly kind: 'next-grouping'}
	/** Shows or hides the events from before the start of redis-top. */
	| {readonly kind: 'toggle-earlier'}
	/** Shows or hides what a failure of a node, host or zone would lose. */
	| {readonly kind: 'toggle-what-if'}
	| {readonly kind: 'toggle-pause'}
	| {readonly kind: 'toggle-baseline'}
	| {readonly kind: 'scrub'; readonly by: 1 | -1; readonly unit: 'sample' | 'minute'}
	/** Shows the live state. If the live state is shown already, the last row is selected. */
	| {readonly kind: 'go-live'}
	| {readonly kind: 'step-interval'; readonly by: 1 | -1}
	| {readonly kind: 'set-interval'; readonly intervalMs: number}
	/** Plays or pauses a recording. This intent and the next four exist only in a replay. */
	| {readonly kind: 'toggle-play'}
	| {readonly kind: 'step-ten-minutes'; readonly by: 1 | -1}
	/** Moves to the next or previous finding, event or action of a recording. */
	| {readonly kind: 'step-change'; readonly by: 1 | -1}
	| {readonly kind: 'ask-time'}
	| {readonly kind: 'step-speed'; readonly by: 1 | -1}
	| {readonly kind: 'poll-now'}
	| {readonly kind: 'step-node'; readonly by: 1 | -1}
	| {readonly kind: 'dismiss-node'}
	/** Opens the dialog of the selected row's own action: closing a client, the remedy of a finding. */
	| {readonly kind: 'open-row-action'}
	/** Shows the client of the selected row on the panel of clients. */
	| {readonly kind: 'show-client'}
	/** Asks for the user and the password of the node in focus, if the node refuses the present ones. */
	| {readonly kind: 'ask-password'}
	| {readonly kind: 'open-actions'}
	/**
	Opens the dialog that undoes a temporary change of a server setting. The screen reminds the user of this change.
	*/
	| {readonly kind: 'take-back'}
	| {readonly kind: 'copy'; readonly what: 'row' | 'panel'}
	/** Offers, starts, stops or continues a scan of the Redis keys on the node in focus. */
	| {readonly kind: 'scan-keys'}
	| {readonly kind: 'write-dump'}
	| {readonly kind: 'toggle-recording'}
	/** Switches the time that the charts show: 1, 5 or 30 minutes. */
	| {readonly kind: 'step-window'}
	| {readonly kind: 'toggle-wall'}
	/** Switches whether the monitor or the terminal handles the mouse. */
	| {readonly kind: 'toggle-mouse'}
	| {readonly kind: 'repaint'}
	| {readonly kind: 'suspend'};
