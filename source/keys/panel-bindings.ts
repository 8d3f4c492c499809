import type {PanelId} from '../state/view-state.js';
import type {KeyBinding, KeyName} from './key-binding.js';

/** The digits are the same at every size, so that the fingers transfer. */
export const panelDigits: ReadonlyArray<readonly [digit: string, panel: PanelId, title: string]> = [
	['1', 'overview', 'Overview'],
	['2', 'memory', 'Memory'],
	['3', 'replication', 'Replication'],
	['4', 'clients', 'Clients'],
	['5', 'commands', 'Commands and latency'],
	['6', 'slowlog', 'Slow log'],
	['7', 'persistence', 'Persistence'],
	['8', 'cluster', 'Cluster'],
	['9', 'findings', 'Findings'],
	['0', 'events', 'Events'],
	['a', 'audit', 'Audit'],
];

const panelOf = (digit: KeyName): PanelId => panelDigits.find(([shown]) => shown === digit)?.[1] ?? 'overview';

/** Where one looks, and how one moves in a list. */
export const panelBindings: readonly KeyBinding[] = [
	{
		id: 'help',
		keys: ['?', 'f1'],
		shown: '?',
		description: 'every key',
		footer: 'help',
		footerRank: 1,
		intent: () => ({kind: 'open-help'}),
	},
	{
		id: 'panel',
		keys: panelDigits.map(([digit]) => digit),
		shown: '0-9 a',
		description: `open a panel: ${panelDigits.map(([digit, , title]) => `${digit} ${title}`).join(', ')}; the same digit again goes back`,
		footer: 'panel',
		footerRank: 2,
		intent: key => ({kind: 'open-panel', panel: panelOf(key)}),
	},
	{
		id: 'back',
		keys: ['escape'],
		shown: 'Esc',
		description: 'close the box, clear the filter, or go back to the panel before; never quits',
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
		description: 'the panel before',
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
			'on a list of nodes: look at this one; else, and again, everything about the selected row. Never executes anything',
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
		description: 'turn the order around',
		intent: () => ({kind: 'invert-sort'}),
	},
	{
		id: 'group',
		keys: ['v'],
		shown: 'v',
		description:
			'clients: count them by name, address, user or library instead of listing them; slow log: of all nodes',
		intent: () => ({kind: 'next-grouping'}),
	},
];
