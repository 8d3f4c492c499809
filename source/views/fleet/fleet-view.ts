import type {Notice} from '../../state/view-state.js';

/** The orders of the list that the key `s` steps through; the first is the default. */
export const fleetSorts = ['worst', 'memory', 'operations', 'evicted', 'delay', 'name'] as const;
export type FleetSort = (typeof fleetSorts)[number];

/** The user's view of the fleet list: selection, filter, order and grouping. */
export type FleetView = {
	/** The key of the selected row; undefined: the first row. */
	readonly selectedKey: string | undefined;
	readonly sort: FleetSort;
	readonly isInverted: boolean;
	readonly filter: string;
	/** Whether the filter is being typed. */
	readonly isTyping: boolean;
	/** The grouping: `deployment`, the name of a label, or undefined for a list without groups. */
	readonly groupBy: string | undefined;
	/** The row keys of the folded groups, whose servers are hidden. */
	readonly folded: ReadonlySet<string>;
	readonly hasHelp: boolean;
	readonly notice: Notice | undefined;
};

export const newFleetView: FleetView = {
	selectedKey: undefined,
	sort: 'worst',
	isInverted: false,
	filter: '',
	isTyping: false,
	groupBy: 'deployment',
	folded: new Set(),
	hasHelp: false,
	notice: undefined,
};
