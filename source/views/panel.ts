import type {NodeAddress} from '../domain/node.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {PollInterest} from '../poll/poll-demand.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {PanelId} from '../state/panel-table.js';
import type {TableView} from '../state/view-state.js';
import type {Glyphs} from '../text/glyphs.js';
import type {Line} from '../text/line.js';

export type Rect = {readonly width: number; readonly height: number};

/** All that a panel may look at. It measures nothing and asks nobody. */
export type PanelInput = {
	readonly state: MonitorState;
	/** The node in focus; undefined before the first is known. */
	readonly node: NodeRecord | undefined;
	readonly table: TableView;
	readonly nowMs: number;
	readonly glyphs: Glyphs;
	/** The keys in force: what a panel says of a key must be true. */
	readonly keyboard: Keyboard;
};

export type SortKey = {readonly id: string; readonly title: string};

export type Panel = {
	readonly id: PanelId;
	readonly interests: readonly PollInterest[];
	/** The commands behind it, as BlindSpot.command names them; the panel's frame says when one is denied or absent. */
	readonly commands: readonly string[];
	/** What `s` walks through; empty where there is nothing to sort. */
	readonly sortKeys: readonly SortKey[];
	/** Stable keys of the rows after filter and sort, top to bottom; empty for a panel without a list. */
	readonly rowKeys: (input: PanelInput) => readonly string[];
	/** False where it has something to show of a node without data, a sentinel. */
	readonly holdsData?: boolean;
	/** The node that a row stands for, on a list of nodes: Enter looks at it. */
	readonly nodeOf?: (input: PanelInput, rowKey: string) => NodeAddress | undefined;
	/** Fills the rectangle: at most `height` lines of at most `width` cells. Any size from 1×1 up. */
	readonly draw: (input: PanelInput, rect: Rect) => readonly Line[];
	/** What a row is, for its box's title. */
	readonly rowTitle?: string;
	/** Label and value pairs of one row for the details box; undefined when that row is gone. */
	readonly details?: (
		input: PanelInput,
		rowKey: string,
	) => ReadonlyArray<readonly [label: string, value: string]> | undefined;
};
