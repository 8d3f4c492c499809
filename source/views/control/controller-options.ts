import type {ActionsController} from '../../actions/actions-controller.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import type {Glyphs} from '../../text/glyphs.js';
import type {Line} from '../../text/line.js';
import type {PasswordControlOptions} from './password-control.js';
import type {ReplayEffects} from './replay-control.js';
import type {TimeEffects} from './time-control.js';

/**
The effects of keyboard keys outside of the screen, such as copying and writing files. None of these effects can change
a server.
*/
export type ControllerEffects = TimeEffects & {
	/** Ends the monitor. With `leavesFrame`, the last frame is printed on the shell's screen. */
	readonly quit: (leavesFrame: boolean) => void;
	/** Called for Esc if nothing on the screen is open. Undefined: Esc has no effect in that case. */
	readonly goBack?: (() => void) | undefined;
	readonly pollNow: () => void;
	readonly setInterval: (intervalMs: number) => void;
	/** Copies a text to the terminal's clipboard. Returns false when the text is too long for it. */
	readonly copy: (text: string) => boolean;
	/** Writes the screen as text, its state as JSON, and a recording into files. Resolves with the notice to show. */
	readonly writeDump: () => Promise<Notice>;
	/** Begins to record into a new file, or ends the recording. Resolves with the notice to show. */
	readonly toggleRecording: () => Promise<Notice>;
	/**
	Offers, starts, stops or continues the scan of a node's Redis keys. Which of these it does depends on the scan's
	phase.
	*/
	readonly scanKeys: (node: NodeAddress) => void;
	readonly repaint: () => void;
	/** Switches whether the monitor or the terminal handles the mouse. Returns true if the monitor now handles it. */
	readonly toggleMouse: () => boolean;
	readonly suspend: () => void;
	readonly tryCredentials: PasswordControlOptions['tryCredentials'];
	/** Takes a node off the screen and stops polling it. */
	readonly dismissNode: (node: NodeAddress) => void;
};

export type ControllerOptions = {
	/** The state on the screen: live, held by a pause, or of a past moment. */
	readonly shownState: () => MonitorState;
	/** The live state. Actions use it even while the screen shows a past moment. */
	readonly liveState: () => MonitorState;
	readonly view: ExternalStore<ViewState>;
	readonly actions: Pick<ActionsController, 'isOpen' | 'open' | 'choose' | 'press' | 'running'>;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly now: () => number;
	/**
	The moment that the screen shows, in milliseconds since the epoch. It is earlier than `now` while the screen is
	paused or shows the past.
	*/
	readonly shownNow: () => number;
	readonly size: () => {readonly columns: number; readonly rows: number};
	/** The lines on the screen. The targets of their spans tell the controller what a click means. */
	readonly shownLines: () => readonly Line[];
	readonly effects: ControllerEffects;
	/** The effects of a replay's keys; undefined on the live screen. */
	readonly replay?: ReplayEffects | undefined;
};
