import {panelKeys, panelTable, panelWithKey} from '../state/panel-table.js';
import type {KeyBinding} from './key-binding.js';

/** Bindings that choose a panel and move in its list. */
export const panelBindings: readonly KeyBinding[] = [
	{
		id: 'help',
		keys: ['?', 'f1'],
		shown: '?',
		description: 'every key',
		footer: 'help',
		footerRank: 0,
		intent: () => ({kind: 'open-help'}),
	},
	{
		id: 'panel',
		keys: panelTable.map(({key}) => key),
		shown: panelKeys,
		description: `open a panel: ${panelTable.map(({key, title}) => `${key} ${title}`).join(', ')}; the key of the shown panel changes nothing`,
		intent: key => ({kind: 'open-panel', panel: panelWithKey(key) ?? 'overview'}),
	},
	{
		id: 'back',
		keys: ['escape'],
		shown: 'Esc',
		description: 'close the box, clear the filter, or go back to the previous panel; never quits',
		intent: () => ({kind: 'back'}),
	},
	{
		id: 'next-panel',
		keys: ['tab'],
		shown: 'Tab',
		description: 'the next panel',
		intent: () => ({kind: 'step-panel', by: 1}),
	},
	{
		id: 'previous-panel',
		keys: ['shift+tab'],
		shown: 'Shift-Tab',
		description: 'the previous panel',
		intent: () => ({kind: 'step-panel', by: -1}),
	},
	{
		id: 'up',
		keys: ['up', 'k'],
		shown: '↑ k',
		description: 'one row up',
		intent: () => ({kind: 'move', to: 'up'}),
	},
	{
		id: 'down',
		keys: ['down', 'j'],
		shown: '↓ j',
		description: 'one row down',
		intent: () => ({kind: 'move', to: 'down'}),
	},
	{
		id: 'page-up',
		keys: ['pageup'],
		shown: 'PgUp',
		description: 'one page up',
		intent: () => ({kind: 'move', to: 'page-up'}),
	},
	{
		id: 'page-down',
		keys: ['pagedown'],
		shown: 'PgDn',
		description: 'one page down',
		intent: () => ({kind: 'move', to: 'page-down'}),
	},
	{
		id: 'first',
		keys: ['g', 'home'],
		shown: 'g Home',
		description: 'the first row',
		intent: () => ({kind: 'move', to: 'first'}),
	},
	{
		id: 'last',
		keys: ['G'],
		shown: 'G',
		description: 'the last row',
		intent: () => ({kind: 'move', to: 'last'}),
	},
	{
		id: 'details',
		keys: ['enter'],
		shown: 'Enter',
		description:
			'all facts about the selected row, or the rows that it stands for; on a list of nodes, first put the node in focus. Never executes anything',
		footer: 'details',
		footerRank: 6,
		intent: () => ({kind: 'open-details'}),
	},
	{
		id: 'filter',
		keys: ['/'],
		shown: '/',
		description:
			'filter the list as you type, `!text` for the rows without it; in the help, search it; Enter keeps, Esc clears',
		footer: 'filter',
		footerRank: 4,
		intent: () => ({kind: 'start-filter'}),
	},
	{
		id: 'sort',
		keys: ['s'],
		shown: 's',
		description: 'sort by the next column',
		footer: 'sort',
		footerRank: 5,
		intent: () => ({kind: 'next-sort'}),
	},
	{
		id: 'invert',
		keys: ['I'],
		shown: 'I',
		description: 'reverse the order',
		intent: () => ({kind: 'invert-sort'}),
	},
	{
		id: 'group',
		keys: ['v'],
		shown: 'v',
		description:
			'clients: count them by name, address, user or library instead of listing them; slow log: show all nodes',
		intent: () => ({kind: 'next-grouping'}),
	},
];
