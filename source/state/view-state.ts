import type {NodeAddress} from '../domain/node.js';
import type {FindingSpan} from '../record/finding-spans.js';
import type {PanelId} from './panel-table.js';
import type {Subject} from './subject.js';

/** The colour themes of the screen; see `views/theme.ts`. */
export const themeNames = ['soft', 'dark', 'light', 'high-contrast', 'color-blind', 'mono'] as const;
export type ThemeName = (typeof themeNames)[number];

/** How one panel's list is shown. The selection follows the row's key, not its position. */
export type TableView = {
	/** The id of the column by which the list is sorted; undefined: the panel's own order. */
	readonly sort: string | undefined;
	readonly isInverted: boolean;
	/**
	The filter: only rows whose text contains it are shown. `!text` shows the rows that do not contain the text; an empty
	filter shows all rows.
	*/
	readonly filter: string;
	/** The key of the selected row; undefined: the first row. */
	readonly selectedKey: string | undefined;
	/**
	How rows are grouped. In the slow log, `nodes` shows the logs of all nodes. In clients, rows are groups by `name`,
	`address`, `user` or `library`. In events, `earlier` adds the time before the start. In replication and cluster,
	`what-if` shows what failures would lose. Undefined: the plain list.
	*/
	readonly groupBy: string | undefined;
	/** The keys of the rows that are unfolded. Enter unfolds a row, and folds it again. */
	readonly opened: readonly string[];
};

export const plainTable: TableView = {
	sort: undefined,
	isInverted: false,
	filter: '',
	selectedKey: undefined,
	groupBy: undefined,
	opened: [],
};

/** The search in the help. It shows the keyboard keys whose help contains every word of the text. */
export type HelpSearch = {readonly text: string; readonly isTyping: boolean};

/** The command palette: the typed words, and the position of the selected entry in the list of matches. */
export type PaletteView = {
	readonly kind: 'palette';
	readonly text: string;
	readonly selected: number;
	/** Always 0, because the palette scrolls with its selection. In other boxes this is the first visible row. */
	readonly firstRow: 0;
};

/**
The box that asks for the credentials of a node. The view may be drawn, compared and logged, so it has only the number
of the password's characters.
*/
export type PasswordView = {
	readonly kind: 'password';
	readonly node: NodeAddress;
	readonly field: 'user' | 'password';
	readonly user: string;
	readonly passwordLength: number;
	/**
	`trying` until the node has answered; else the text below the fields, such as the node's refusal. Undefined before the
	first attempt.
	*/
	readonly answer: 'trying' | {readonly problem: string} | undefined;
	readonly firstRow: 0;
};

/**
A box over the panel. The dialog of an action is not in this list, because `ActionsController` holds the state of that
dialog.
*/
export type Overlay =
	| {readonly kind: 'help'; readonly firstRow: number; readonly search?: HelpSearch | undefined}
	| PaletteView
	| PasswordView
	| {readonly kind: 'details'; readonly panel: PanelId; readonly rowKey: string; readonly firstRow: number};

/** The order of a list whose values change with each reading. The order is kept for some seconds. */
export type HeldOrder = {
	/** Identifies the list that has this order, by its panel, node, sort, filter, grouping and baseline. */
	readonly of: string;
	/** The position of each row in this order, by the key of the row. The first row has position 0. */
	readonly positions: ReadonlyMap<string, number>;
	/** When the order was made, in milliseconds since the epoch. */
	readonly atMs: number;
};

export type Notice = {readonly text: string; readonly tone: 'plain' | 'warning' | 'critical'; readonly untilMs: number};

/** What the header shows of the recording that is being written. */
export type RecordingView = {
	/** The size of the file so far, in bytes. */
	readonly bytes: number;
	/** Why the file can't be written now; undefined while it is written. */
	readonly problem: string | undefined;
};

/** The progress of a replay; the shown moment is `shownAtMs`. */
export type ReplayView = {
	readonly isPlaying: boolean;
	/** Speed of the replay: seconds of the recording per second. */
	readonly speed: number;
	/** The first moment of the recording, in milliseconds since the epoch. */
	readonly beganMs: number;
	/** The last moment of the recording, in milliseconds since the epoch. */
	readonly endedMs: number;
	/** The time ranges in which findings were open. */
	readonly spans: readonly FindingSpan[];
};

export type ViewState = {
	/** The panel that Esc returns to. */
	readonly previousPanel: PanelId | undefined;
	readonly panel: PanelId;
	/** The node that the panels of one node show; undefined until a node is known. */
	readonly node: NodeAddress | undefined;
	/**
	The cause that line 2 shows. It is kept while other causes come and go. Undefined: line 2 shows the most urgent cause.
	*/
	readonly subject?: Subject | undefined;
	/** The node in focus while `node` is undefined: the node with the critical problem of line 2. */
	readonly followed?: NodeAddress | undefined;
	readonly tables: Readonly<Partial<Record<PanelId, TableView>>>;
	/** The order of the list on the screen, kept for some seconds; undefined: the order changes with each reading. */
	readonly order?: HeldOrder | undefined;
	readonly overlay: Overlay | undefined;
	/** The filter while it is being typed; undefined when no filter is being typed. */
	readonly filterDraft: string | undefined;
	readonly pausedAtMs: number | undefined;
	/** The past moment that is shown, in milliseconds since the epoch; undefined: the present. */
	readonly shownAtMs: number | undefined;
	/**
	When the baseline was set, in milliseconds since the epoch. Panels show changes since then. Undefined: no baseline is
	set, and panels show values as read.
	*/
	readonly baselineAtMs: number | undefined;
	/** Whether the screen is a wall display: large letters, and no keyboard key that can change a server. */
	readonly isWall: boolean;
	readonly intervalMs: number;
	/** The shortest time range that the charts show, in milliseconds. */
	readonly windowMs: number;
	readonly notice: Notice | undefined;
	/** The recording that is being written; undefined when nothing is recorded. */
	readonly recording?: RecordingView | undefined;
	/** The replay; undefined on the live screen. */
	readonly replay?: ReplayView | undefined;
	/** The moment to go to in a replay, while it is typed. */
	readonly timeDraft?: string | undefined;
};

export const tableOf = (view: ViewState, panel: PanelId): TableView => view.tables[panel] ?? plainTable;
