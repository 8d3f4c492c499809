import type {NodeAddress} from '../domain/node.js';
import type {PanelId} from './panel-table.js';

/** How the screen is coloured; see `views/theme.ts`. */
export const themeNames = ['dark', 'light', 'high-contrast', 'mono'] as const;
export type ThemeName = (typeof themeNames)[number];

/** How one panel's list is looked at. The selection follows the row's key, not its place. */
export type TableView = {
	/** The column's id; undefined for the panel's own order. */
	readonly sort: string | undefined;
	readonly isInverted: boolean;
	/** Rows whose text contains it stay; `!text` inverts; empty for all. */
	readonly filter: string;
	/** Undefined: the first row. */
	readonly selectedKey: string | undefined;
	/** Slow log: `nodes` for that of every node. Clients: group by this instead of listing (`name`, `address`, `user`, `library`). */
	readonly groupBy: string | undefined;
};

export const plainTable: TableView = {
	sort: undefined,
	isInverted: false,
	filter: '',
	selectedKey: undefined,
	groupBy: undefined,
};

/** Which keys the help shows: those with every word of the text. */
export type HelpSearch = {readonly text: string; readonly isTyping: boolean};

/** A box over the panel. The guarded actions' box is not among them: its state is the action session's. */
export type Overlay =
	| {readonly kind: 'help'; readonly firstRow: number; readonly search?: HelpSearch | undefined}
	| {readonly kind: 'details'; readonly panel: PanelId; readonly rowKey: string; readonly firstRow: number};

export type Notice = {readonly text: string; readonly tone: 'plain' | 'warning' | 'critical'; readonly untilMs: number};

export type ViewState = {
	/** Where the same key again, or Esc, goes back to. */
	readonly previousPanel: PanelId | undefined;
	readonly panel: PanelId;
	/** The node that the panels of one node show; undefined until one is known. */
	readonly node: NodeAddress | undefined;
	readonly tables: Readonly<Partial<Record<PanelId, TableView>>>;
	readonly overlay: Overlay | undefined;
	/** The filter while it is being typed, undefined when no filter is. */
	readonly filterDraft: string | undefined;
	readonly pausedAtMs: number | undefined;
	/** The moment of the past that is shown; undefined: now. */
	readonly shownAtMs: number | undefined;
	/** Since when figures are changes; undefined: they are as read. */
	readonly baselineAtMs: number | undefined;
	/** The screen is the war room's wall: large, and no key on it can change a server. */
	readonly isWall: boolean;
	readonly intervalMs: number;
	readonly notice: Notice | undefined;
};

export const tableOf = (view: ViewState, panel: PanelId): TableView => view.tables[panel] ?? plainTable;
