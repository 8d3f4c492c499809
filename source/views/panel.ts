import type {NodeAddress} from '../domain/node.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {PollInterest} from '../poll/poll-demand.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {PanelId} from '../state/panel-table.js';
import type {TableView} from '../state/view-state.js';
import type {Glyphs} from '../text/glyphs.js';
import type {Line} from '../text/line.js';

export type Rect = {readonly width: number; readonly height: number};

/** Everything that a panel is drawn from. A panel reads no clock, no terminal size and no store. */
export type PanelInput = {
	readonly state: MonitorState;
	/** The node in focus; undefined before the first node is known. */
	readonly node: NodeRecord | undefined;
	/** The address of the node in focus, if `node` is another node: panel 8 shows the view of a node that answers. */
	readonly focus?: NodeAddress | undefined;
	readonly table: TableView;
	/**
	The kept position of each list row, by the row's key, while the list keeps its order. Undefined while the list is
	sorted by present values. See `Panel.isOrderHeld`.
	*/
	readonly positions?: ReadonlyMap<string, number> | undefined;
	readonly nowMs: number;
	/** Least time that each history chart covers, in milliseconds. */
	readonly windowMs: number;
	readonly glyphs: Glyphs;
	/** The key bindings in force, so that hints on the screen name the right keyboard key. */
	readonly keyboard: Keyboard;
};

/**
What a list row knows about a client, so that panel 4, Clients, can find the client. Panel 4 selects the listed client
with this address. Without such a client, the list is filtered by the name, else by the address, else by the last
command.
*/
export type SoughtClient = {
	/** The node that the client is connected to; undefined: the node in focus. */
	readonly node?: NodeAddress | undefined;
	readonly address?: string | undefined;
	readonly name?: string | undefined;
	/** The name of the last command, as CLIENT LIST has it. */
	readonly command?: string | undefined;
};

export type SortKey = {readonly id: string; readonly title: string};

export type Panel = {
	readonly id: PanelId;
	readonly interests: readonly PollInterest[];
	/**
	The commands that the panel needs, as in `BlindSpot.command`. The screen says when the node denies one of them or
	lacks it.
	*/
	readonly commands: readonly string[];
	/** The orders that the key `s` steps through; empty for a panel without sorting. */
	readonly sortKeys: readonly SortKey[];
	/**
	Whether the list keeps its order for some seconds. Panels ask for that if the values by which the list is sorted
	change with each reading. Rows would otherwise move before the user has read them. Absent means no.
	*/
	readonly isOrderHeld?: (table: TableView) => boolean;
	/** The keys of the rows that keep their order, if these are the rows of another list than that of `rowKeys`. */
	readonly heldKeys?: (input: PanelInput) => readonly string[];
	/** Stable keys of the list rows after filter and sort, top to bottom; empty for a panel without a list. */
	readonly rowKeys: (input: PanelInput) => readonly string[];
	/** False for a panel that can also show a Sentinel, which holds no data. Absent means true. */
	readonly holdsData?: boolean;
	/** The node of a list row, for a list of nodes: Enter puts that node in focus. */
	readonly nodeOf?: (input: PanelInput, rowKey: string) => NodeAddress | undefined;
	/** The client that a list row is about, for the keyboard key that shows the client on panel 4. */
	readonly clientOf?: (input: PanelInput, rowKey: string) => SoughtClient | undefined;
	/** Whether Enter unfolds or folds the list row instead of opening its details. Absent means that no row is folded. */
	readonly isFoldable?: (input: PanelInput, rowKey: string) => boolean;
	/** Draws at most `height` lines of at most `width` cells, for any size from 1×1 up. */
	readonly draw: (input: PanelInput, rect: Rect) => readonly Line[];
	/** The title of the details box, such as `Client`; absent for a panel without details. */
	readonly rowTitle?: string;
	/** Label and value pairs of one list row for the details box; undefined when the row has left the list. */
	readonly details?: (
		input: PanelInput,
		rowKey: string,
	) => ReadonlyArray<readonly [label: string, value: string]> | undefined;
};
