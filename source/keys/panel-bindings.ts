import {panelKeys, panelTable, panelWithKey} from '../state/panel-table.js';
import type {KeyBinding, KeyName} from './key-binding.js';

/** The description of the binding that opens panels, with the panels whose keys are in `keys`. */
export function panelDescription(keys: readonly KeyName[]): string {
	const named = panelTable.filter(({key}) => keys.includes(key)).map(({key, title}) => `${key} ${title}`);
	return `open a panel: ${named.join(', ')}; the key of the shown panel changes nothing`;
}

/** Bindings that choose a panel and move in its list. */
export const panelBindings: readonly KeyBinding[] = [
	{
		id: 'help',
		section: 'Look',
		keys: ['?', 'f1'],
		shown: '? F1',
		description: 'what the figures of this panel mean, and every key',
		footer: 'help',
		footerRank: 0,
		intent: () => ({kind: 'open-help'}),
	},
	{
		id: 'palette',
		section: 'Look',
		keys: [':'],
		shown: ':',
		description:
			'the palette: type the name of a panel, node, action or setting; an action opens its box, nothing more',
		intent: () => ({kind: 'open-palette'}),
	},
	{
		id: 'panel',
		section: 'Move',
		keys: panelTable.map(({key}) => key),
		shown: panelKeys,
		description: panelDescription(panelTable.map(({key}) => key)),
		intent: key => ({kind: 'open-panel', panel: panelWithKey(key) ?? 'overview'}),
	},
	{
		id: 'back',
		section: 'Move',
		keys: ['escape'],
		shown: 'Esc',
		description: 'close the box, clear the filter, or go back to the previous panel; never quits',
		intent: () => ({kind: 'back'}),
	},
	{
		id: 'next-panel',
		section: 'Move',
		keys: ['tab'],
		shown: 'Tab',
		description: 'the next panel',
		intent: () => ({kind: 'step-panel', by: 1}),
	},
	{
		id: 'previous-panel',
		section: 'Move',
		keys: ['shift+tab'],
		shown: 'Shift-Tab',
		description: 'the previous panel',
		intent: () => ({kind: 'step-panel', by: -1}),
	},
	{
		id: 'up',
		section: 'Move',
		keys: ['up', 'k'],
		shown: '↑ k',
		description: 'one row up',
		intent: () => ({kind: 'move', to: 'up'}),
	},
	{
		id: 'down',
		section: 'Move',
		keys: ['down', 'j'],
		shown: '↓ j',
		description: 'one row down',
		intent: () => ({kind: 'move', to: 'down'}),
	},
	{
		id: 'page-up',
		section: 'Move',
		keys: ['pageup'],
		shown: 'PgUp',
		description: 'one page up',
		intent: () => ({kind: 'move', to: 'page-up'}),
	},
	{
		id: 'page-down',
		section: 'Move',
		keys: ['pagedown'],
		shown: 'PgDn',
		description: 'one page down',
		intent: () => ({kind: 'move', to: 'page-down'}),
	},
	{
		id: 'first',
		section: 'Move',
		keys: ['g', 'home'],
		shown: 'g Home',
		description: 'the first row',
		intent: () => ({kind: 'move', to: 'first'}),
	},
	{
		id: 'last',
		section: 'Move',
		keys: ['G'],
		shown: 'G',
		description: 'the last row',
		intent: () => ({kind: 'move', to: 'last'}),
	},
	{
		id: 'details',
		section: 'Look',
		keys: ['enter'],
		shown: 'Enter',
		description:
			'all facts about the selected row, or the rows that it stands for; on a list of nodes, first put the node in focus. Never executes anything',
		footer: 'details',
		footerRank: 10,
		intent: () => ({kind: 'open-details'}),
	},
	{
		id: 'filter',
		section: 'Look',
		keys: ['/'],
		shown: '/',
		description:
			'filter the list as you type, `!text` for the rows without it; in the help, search it; Enter keeps, Esc clears',
		footer: 'filter',
		footerRank: 8,
		intent: () => ({kind: 'start-filter'}),
	},
	{
		id: 'sort',
		section: 'Look',
		keys: ['s'],
		shown: 's',
		description: 'sort by the next column',
		footer: 'sort',
		footerRank: 9,
		intent: () => ({kind: 'next-sort'}),
	},
	{
		id: 'invert',
		section: 'Look',
		keys: ['I'],
		shown: 'I',
		description: 'reverse the order',
		intent: () => ({kind: 'invert-sort'}),
	},
	{
		id: 'client',
		section: 'Move',
		keys: ['c'],
		shown: 'c',
		description:
			'from a slow command, a command or a finding to its client on panel 4: the row of its address, else the clients of its name',
		footer: 'its client',
		footerRank: 6,
		intent: () => ({kind: 'show-client'}),
	},
	{
		id: 'scan-keys',
		section: 'Look',
		keys: ['S'],
		shown: 'S',
		description:
			'look for large keys: panel K offers a bounded scan with its price, S again starts it, stops it and goes on with it',
		on: 'live',
		intent: () => ({kind: 'scan-keys'}),
	},
	{
		id: 'group',
		section: 'Look',
		keys: ['v'],
		shown: 'v',
		description:
			'clients: count them by name, address, user or library instead of listing them; slow log: show all nodes',
		intent: () => ({kind: 'next-grouping'}),
	},
	{
		id: 'earlier',
		section: 'Look',
		keys: ['E'],
		shown: 'E',
		description:
			'events: also what servers and this machine still knew of the time before redis-top started, or without it; on other panels, open Events with it',
		intent: () => ({kind: 'toggle-earlier'}),
	},
	{
		id: 'what-if',
		section: 'Look',
		keys: ['W'],
		shown: 'W',
		description:
			'what if a node, host or zone dies now: which writes are lost, which slots are not served, who takes over; on Replication and Cluster back to the list, on other panels, open one of them with it',
		footer: 'what if',
		footerRank: 7,
		intent: () => ({kind: 'toggle-what-if'}),
	},
];
