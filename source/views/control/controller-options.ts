import type {ActionsController} from '../../actions/actions-controller.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import type {Glyphs} from '../../text/glyphs.js';
import type {Line} from '../../text/line.js';
import type {TimeEffects} from './time-control.js';

/** What keys do outside the screen. None of these effects can change a server. */
export type ControllerEffects = TimeEffects & {
	/** `leavesFrame`: prints the last frame on the shell's screen. */
	readonly quit: (leavesFrame: boolean) => void;
	readonly pollNow: () => void;
	readonly setInterval: (intervalMs: number) => void;
	/** Returns false when the text is too long for the terminal's clipboard. */
	readonly copy: (text: string) => boolean;
	/** Resolves with the notice to show. */
	readonly writeDump: () => Promise<Notice>;
	readonly repaint: () => void;
	readonly suspend: () => void;
	/** Takes a node off the screen and stops polling it. */
	readonly dismissNode: (node: NodeAddress) => void;
};

export type ControllerOptions = {
	/** The state on the screen: live, held by a pause, or past. */
	readonly shownState: () => MonitorState;
	/** The live state. Actions use it even while the screen shows a past moment. */
	readonly liveState: () => MonitorState;
	readonly view: ExternalStore<ViewState>;
	readonly actions: Pick<ActionsController, 'isOpen' | 'open' | 'choose' | 'press' | 'running'>;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly now: () => number;
	/** The moment that the screen shows; earlier than `now` while the screen is held or shows the past. */
	readonly shownNow: () => number;
	readonly size: () => {readonly columns: number; readonly rows: number};
	/** The lines on the screen, with the targets of their spans; a click is looked up in them. */
	readonly shownLines: () => readonly Line[];
	readonly effects: ControllerEffects;
};
