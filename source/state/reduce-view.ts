import type {NodeAddress} from '../domain/node.js';
import {type PanelId, panelIds} from './panel-table.js';
import type {Subject} from './subject.js';
import {
	type HeldOrder,
	type HelpSearch,
	type Notice,
	type PaletteView,
	plainTable,
	type TableView,
	tableOf,
	type ViewState,
} from './view-state.js';

/** The poll intervals that `+` and `-` select, in milliseconds. */
export const intervalSteps: readonly number[] = [500, 1000, 2000, 5000, 10_000];

/** The time ranges of the charts that `z` selects in turn, in milliseconds. The longest is as long as the history. */
export const windowSteps: readonly number[] = [60_000, 300_000, 1_800_000];
const usualWindowMs = 300_000;

/**
The groupings of each panel that `v` selects in turn. `undefined` comes first: the plain list of the selected node.
*/
const groupings: Readonly<Partial<Record<PanelId, ReadonlyArray<string | undefined>>>> = {
	clients: [undefined, 'name', 'address', 'user', 'library'],
	slowlog: [undefined, 'nodes'],
};

/** The panels that can show what a failure of a node, host or zone would lose. */
export type WhatIfPanel = 'replication' | 'cluster';

export type ViewEvent =
	| {readonly kind: 'panel-opened'; readonly panel: PanelId}
	| {readonly kind: 'panel-stepped'; readonly by: 1 | -1}
	| {readonly kind: 'went-back'}
	| {readonly kind: 'node-chosen'; readonly node: NodeAddress}
	| {readonly kind: 'row-chosen'; readonly rowKey: string}
	/** Opens panel 4 (clients) with one client, or with the clients that match a filter. */
	| {
			readonly kind: 'clients-shown';
			readonly node: NodeAddress | undefined;
			readonly rowKey: string | undefined;
			readonly filter: string;
	  }
	| {readonly kind: 'row-toggled'; readonly rowKey: string}
	| {readonly kind: 'sorted'; readonly sort: string | undefined}
	| {readonly kind: 'sort-inverted'}
	| {readonly kind: 'grouping-stepped'}
	| {readonly kind: 'earlier-toggled'}
	/** Shows or hides what a failure would lose. `panel` is opened, unless the present panel can show that itself. */
	| {readonly kind: 'what-if-toggled'; readonly panel: WhatIfPanel}
	| {readonly kind: 'filter-started'}
	| {readonly kind: 'filter-typed'; readonly text: string}
	| {readonly kind: 'filter-kept'}
	| {readonly kind: 'filter-cleared'}
	| {readonly kind: 'overlay-opened'; readonly overlay: NonNullable<ViewState['overlay']>}
	| {readonly kind: 'help-searched'; readonly search: HelpSearch | undefined}
	| {readonly kind: 'palette-typed'; readonly text: string}
	| {readonly kind: 'palette-moved'; readonly selected: number}
	| {readonly kind: 'overlay-closed'}
	| {readonly kind: 'overlay-scrolled'; readonly firstRow: number}
	| {readonly kind: 'paused'; readonly atMs: number}
	| {readonly kind: 'resumed'}
	| {readonly kind: 'moment-chosen'; readonly atMs: number}
	| {readonly kind: 'baseline-set'; readonly atMs: number | undefined}
	| {readonly kind: 'recording-changed'; readonly recording: ViewState['recording']}
	| {readonly kind: 'replay-moved'; readonly atMs: number; readonly replay: NonNullable<ViewState['replay']>}
	/** The moment being typed in a replay; undefined when no moment is being typed. */
	| {readonly kind: 'time-typed'; readonly text: string | undefined}
	| {readonly kind: 'interval-stepped'; readonly by: 1 | -1}
	| {readonly kind: 'window-stepped'}
	| {readonly kind: 'interval-set'; readonly intervalMs: number}
	| {
			readonly kind: 'subject-changed';
			readonly subject: Subject | undefined;
			readonly followed: NodeAddress | undefined;
	  }
	| {readonly kind: 'order-changed'; readonly order: HeldOrder | undefined}
	| {readonly kind: 'wall-toggled'}
	| {readonly kind: 'noticed'; readonly notice: Notice}
	| {readonly kind: 'notice-expired'};

export const newView = (panel: PanelId, intervalMs: number, isWall = false): ViewState => ({
	panel,
	previousPanel: undefined,
	node: undefined,
	tables: {},
	overlay: undefined,
	filterDraft: undefined,
	pausedAtMs: undefined,
	shownAtMs: undefined,
	baselineAtMs: undefined,
	isWall,
	intervalMs,
	windowMs: usualWindowMs,
	notice: undefined,
});

const withTable = (view: ViewState, change: Partial<TableView>): ViewState => ({
	...view,
	tables: {...view.tables, [view.panel]: {...tableOf(view, view.panel), ...change}},
});

/**
Opens a panel. The keyboard key of the panel that is already shown changes nothing. It does not go back to the previous
panel, because Esc does that.
*/
function openPanel(view: ViewState, panel: PanelId): ViewState {
	return panel === view.panel ? view : {...view, panel, previousPanel: view.panel, filterDraft: undefined};
}

const searchHelp = (view: ViewState, search: HelpSearch | undefined): ViewState =>
	view.overlay?.kind === 'help' ? {...view, overlay: {kind: 'help', firstRow: 0, search}} : view;

const withPalette = (view: ViewState, change: Partial<Pick<PaletteView, 'text' | 'selected'>>): ViewState =>
	view.overlay?.kind === 'palette' ? {...view, overlay: {...view.overlay, ...change}} : view;

/**
One step back with Esc. Esc closes the first of these that is open: the search in the help, the box, the wall display,
the filter, the panel. It never quits.
*/
function goBack(view: ViewState): ViewState {
	if (view.overlay?.kind === 'help' && view.overlay.search !== undefined) {
		return searchHelp(view, undefined);
	}

	if (view.overlay !== undefined) {
		return {...view, overlay: undefined};
	}

	if (view.isWall) {
		return {...view, isWall: false};
	}

	if (view.filterDraft !== undefined || tableOf(view, view.panel).filter !== '') {
		return {...withTable(view, {filter: ''}), filterDraft: undefined};
	}

	const panel = view.previousPanel ?? 'overview';
	return panel === view.panel ? view : {...view, panel, previousPanel: undefined};
}

function stepInterval(view: ViewState, by: 1 | -1): ViewState {
	const next =
		by === 1
			? intervalSteps.find(step => step > view.intervalMs)
			: intervalSteps.findLast(step => step < view.intervalMs);
	return next === undefined ? view : {...view, intervalMs: next};
}

/** The view state after an event, such as a key. It does not depend on servers, and never waits for a poll. */
export function reduceView(view: ViewState, event: ViewEvent): ViewState {
	switch (event.kind) {
		case 'panel-opened': {
			return openPanel(view, event.panel);
		}

		case 'panel-stepped': {
			const index = panelIds.indexOf(view.panel) + event.by;
			const panel = panelIds[(index + panelIds.length) % panelIds.length] ?? 'overview';
			return openPanel(view, panel);
		}

		case 'went-back': {
			return goBack(view);
		}

		case 'node-chosen': {
			return {...view, node: event.node};
		}

		case 'row-chosen': {
			return withTable(view, {selectedKey: event.rowKey});
		}

		case 'clients-shown': {
			const {node, rowKey, filter} = event;
			const opened = {...openPanel(view, 'clients'), node: node ?? view.node, overlay: undefined};
			return withTable(opened, {filter, selectedKey: rowKey, groupBy: undefined});
		}

		case 'row-toggled': {
			const {opened} = tableOf(view, view.panel);
			const isOpen = opened.includes(event.rowKey);
			return withTable(view, {
				opened: isOpen ? opened.filter(key => key !== event.rowKey) : [...opened, event.rowKey],
			});
		}

		case 'sorted': {
			return withTable(view, {sort: event.sort, isInverted: false});
		}

		case 'sort-inverted': {
			return withTable(view, {isInverted: !tableOf(view, view.panel).isInverted});
		}

		case 'grouping-stepped': {
			const choices = groupings[view.panel] ?? [];
			const index = choices.indexOf(tableOf(view, view.panel).groupBy);
			return withTable(view, {groupBy: choices[(index + 1) % choices.length], selectedKey: undefined});
		}

		case 'earlier-toggled': {
			if (view.panel !== 'events') {
				const opened = reduceView(view, {kind: 'panel-opened', panel: 'events'});
				return withTable(opened, {groupBy: 'earlier', selectedKey: undefined});
			}

			const groupBy = tableOf(view, 'events').groupBy === undefined ? 'earlier' : undefined;
			return withTable(view, {groupBy, selectedKey: undefined});
		}

		case 'what-if-toggled': {
			const isThere = view.panel === 'replication' || view.panel === 'cluster';
			const opened = isThere ? view : reduceView(view, {kind: 'panel-opened', panel: event.panel});
			const isOn = isThere && tableOf(view, view.panel).groupBy === 'what-if';
			return withTable(opened, {groupBy: isOn ? undefined : 'what-if', selectedKey: undefined});
		}

		case 'filter-started': {
			return {...view, filterDraft: tableOf(view, view.panel).filter};
		}

		case 'filter-typed': {
			return {...withTable(view, {filter: event.text}), filterDraft: event.text};
		}

		case 'filter-kept': {
			return {...view, filterDraft: undefined};
		}

		case 'filter-cleared': {
			return {...withTable(view, {filter: plainTable.filter}), filterDraft: undefined};
		}

		case 'overlay-opened': {
			return {...view, overlay: event.overlay, filterDraft: undefined};
		}

		case 'help-searched': {
			return searchHelp(view, event.search);
		}

		case 'palette-typed': {
			return withPalette(view, {text: event.text, selected: 0});
		}

		case 'palette-moved': {
			return withPalette(view, {selected: event.selected});
		}

		case 'overlay-closed': {
			return {...view, overlay: undefined};
		}

		case 'overlay-scrolled': {
			return view.overlay === undefined || view.overlay.kind === 'palette' || view.overlay.kind === 'password'
				? view
				: {...view, overlay: {...view.overlay, firstRow: event.firstRow}};
		}

		case 'paused': {
			return {...view, pausedAtMs: event.atMs};
		}

		case 'resumed': {
			return {...view, pausedAtMs: undefined, shownAtMs: undefined};
		}

		case 'moment-chosen': {
			return {...view, pausedAtMs: undefined, shownAtMs: event.atMs};
		}

		case 'baseline-set': {
			return {...view, baselineAtMs: event.atMs};
		}

		case 'recording-changed': {
			return {...view, recording: event.recording};
		}

		case 'window-stepped': {
			const index = windowSteps.indexOf(view.windowMs);
			return {...view, windowMs: windowSteps[(index + 1) % windowSteps.length] ?? usualWindowMs};
		}

		case 'interval-set': {
			return {...view, intervalMs: event.intervalMs};
		}

		case 'replay-moved': {
			return {...view, shownAtMs: event.atMs, replay: event.replay};
		}

		case 'time-typed': {
			return {...view, timeDraft: event.text};
		}

		case 'interval-stepped': {
			return stepInterval(view, event.by);
		}

		case 'subject-changed': {
			return {...view, subject: event.subject, followed: event.followed};
		}

		case 'order-changed': {
			return {...view, order: event.order};
		}

		case 'wall-toggled': {
			return {...view, isWall: !view.isWall, overlay: undefined, filterDraft: undefined};
		}

		case 'noticed': {
			return {...view, notice: event.notice};
		}

		case 'notice-expired': {
			return {...view, notice: undefined};
		}
	}
}
