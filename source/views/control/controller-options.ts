import type {ActionsController} from '../../actions/dialog/actions-controller.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import type {Glyphs} from '../../text/glyphs.js';
import type {Line} from '../../text/line.js';
import type {TimeEffects} from './time-control.js';

/** What a key can cause outside the screen. Nothing here can change a server. */
export type ControllerEffects = TimeEffects & {
	/** `leavesFrame`: what the screen shows last stays on the shell's. */
	readonly quit: (leavesFrame: boolean) => void;
	readonly pollNow: () => void;
	readonly setInterval: (intervalMs: number) => void;
	/** False when the text is too long for the terminal's clipboard. */
	readonly copy: (text: string) => boolean;
	/** Resolves with the notice to show. */
	readonly writeDump: () => Promise<Notice>;
	readonly repaint: () => void;
	readonly suspend: () => void;
	/** Takes a node off the screen and asks it no more. */
	readonly dismissNode: (node: NodeAddress) => void;
};

export type ControllerOptions = {
	/** What is on the screen: the live state, or the held one while it is paused. */
	readonly shownState: () => MonitorState;
	/** What is true now: actions are for the node as it is, whatever is shown. */
	readonly liveState: () => MonitorState;
	readonly view: ExternalStore<ViewState>;
	readonly actions: Pick<ActionsController, 'isOpen' | 'open' | 'choose' | 'press' | 'running'>;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly now: () => number;
	/** The moment the screen shows; not now while it is held or of the past. */
	readonly shownNow: () => number;
	readonly size: () => {readonly columns: number; readonly rows: number};
	/** The screen's rows as they are shown, as text: the map of what lies under the mouse. */
	readonly shownLines: () => readonly Line[];
	readonly effects: ControllerEffects;
};
