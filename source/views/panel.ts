import type {NodeAddress} from '../domain/node.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {PollInterest} from '../poll/poll-demand.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {PanelId} from '../state/panel-table.js';
import type {TableView} from '../state/view-state.js';
import type {Glyphs} from '../text/glyphs.js';
import type {Line} from '../text/line.js';

export type Rect = {readonly width: number; readonly height: number};

/** The whole input of a panel. A panel reads no clock, no terminal size and no store. */
export type PanelInput = {
	readonly state: MonitorState;
	/** The node in focus; undefined before the first is known. */
	readonly node: NodeRecord | undefined;
	readonly table: TableView;
	readonly nowMs: number;
	readonly glyphs: Glyphs;
	/** The keys in force, so that hints on the screen name the right key. */
	readonly keyboard: Keyboard;
};

export type SortKey = {readonly id: string; readonly title: string};

export type Panel = {
	readonly id: PanelId;
	readonly interests: readonly PollInterest[];
	/** The commands that the panel needs, as in `BlindSpot.command`; a note says when one is denied or absent. */
	readonly commands: readonly string[];
	/** The orders that the key `s` steps through; empty for a panel without sorting. */
	readonly sortKeys: readonly SortKey[];
	/** Stable keys of the list rows after filter and sort, top to bottom; empty for a panel without a list. */
	readonly rowKeys: (input: PanelInput) => readonly string[];
	/** False for a panel that can show a Sentinel, which has no data. */
	readonly holdsData?: boolean;
	/** The node of a list row, in a list of nodes: Enter puts it in focus. */
	readonly nodeOf?: (input: PanelInput, rowKey: string) => NodeAddress | undefined;
	/** Draws at most `height` lines of at most `width` cells, for any size from 1×1 up. */
	readonly draw: (input: PanelInput, rect: Rect) => readonly Line[];
	/** The title of the details box, such as `Client`. */
	readonly rowTitle?: string;
	/** Label and value pairs of one list row for the details box; undefined when that row is gone. */
	readonly details?: (
		input: PanelInput,
		rowKey: string,
	) => ReadonlyArray<readonly [label: string, value: string]> | undefined;
};
