import {menuRows, shortTitle} from '../../actions/catalogue/catalogue.js';
import type {ActionName} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Intent} from '../../keys/intent.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {panelTable} from '../../state/panel-table.js';
import {intervalSteps} from '../../state/reduce-view.js';
import {nodesInOrder} from '../node-order.js';

/**
The effect of Enter on an entry of the palette. Enter sends nothing to a server: an action opens its guarded dialog.
*/
export type PaletteChoice =
	| {readonly kind: 'intent'; readonly intent: Intent}
	| {readonly kind: 'action'; readonly action: ActionName}
	| {readonly kind: 'node'; readonly node: NodeAddress};

export type PaletteEntry = {
	/** The text that is typed and completed: `panel memory`, `action bgsave`, `node 10.0.1.11:6379`, `interval 2s`. */
	readonly text: string;
	readonly description: string;
	readonly choice: PaletteChoice;
	/** Why the entry can't be chosen now; undefined if it can. */
	readonly whyNot?: string | undefined;
};

export type PaletteInput = {
	readonly state: MonitorState;
	readonly node: NodeRecord | undefined;
	readonly keyboard: Keyboard;
};

/**
Ids of key bindings that are not entries of the palette. Panels and intervals have entries of their own. The other
bindings here move in a list, or open and close something.
*/
const leftOut = new Set([
	'panel',
	'palette',
	'back',
	'up',
	'down',
	'page-up',
	'page-down',
	'first',
	'last',
	'next-panel',
	'previous-panel',
	'slower',
	'faster',
]);

/**
Everything that the palette can open: panels, effects of keyboard keys, settings of redis-top, nodes, and the actions on
the node in focus.
*/
export function paletteEntries({state, node, keyboard}: PaletteInput): readonly PaletteEntry[] {
	const panels = panelTable.map(
		({id, key, title}): PaletteEntry => ({
			text: `panel ${id}`,
			description: `${key}  ${title}`,
			choice: {kind: 'intent', intent: {kind: 'open-panel', panel: id}},
		}),
	);
	const keys = keyboard.bindings
		.filter(({id}) => !leftOut.has(id))
		.map(
			({id, keys: [key = ''], shown, description, intent}): PaletteEntry => ({
				text: id,
				description: `${shown}  ${description}`,
				choice: {kind: 'intent', intent: intent(key)},
			}),
		);
	const intervals = intervalSteps.map(
		(intervalMs): PaletteEntry => ({
			text: `interval ${intervalMs / 1000}s`,
			description: 'the time between two polls of the node in focus',
			choice: {kind: 'intent', intent: {kind: 'set-interval', intervalMs}},
		}),
	);
	const nodes = nodesInOrder(state).map(
		({address, role}): PaletteEntry => ({
			text: `node ${address}`,
			description: `${role}; puts it in focus`,
			choice: {kind: 'node', node: address},
		}),
	);
	const actions =
		node === undefined
			? []
			: menuRows(node)
					.filter(({isText}) => isText !== true)
					.map(
						({id, title, whyNot}): PaletteEntry => ({
							text: `action ${id}`,
							description: whyNot === undefined ? title : `${shortTitle(title)}: ${whyNot}`,
							choice: {kind: 'action', action: id},
							whyNot,
						}),
					);
	return [...panels, ...keys, ...intervals, ...nodes, ...actions];
}

/** How well an entry fits the typed words: a lower number is better. Undefined if the entry lacks one of the words. */
function rankOf({text, description, whyNot}: PaletteEntry, words: readonly string[]): number | undefined {
	const name = text.toLowerCase();
	const all = `${name} ${description.toLowerCase()}`;
	if (!words.every(word => all.includes(word))) {
		return undefined;
	}

	const parts = name.split(' ');
	const begins = words.every(word => parts.some(part => part.startsWith(word)));
	return (begins ? 0 : words.every(word => name.includes(word)) ? 1 : 2) + (whyNot === undefined ? 0 : 3);
}

/**
The entries that contain every typed word, best first. The best entries have a name in which each typed word begins a
word. Then come entries whose name contains the typed words, then entries whose description does. Entries that can't be
chosen now come last.
*/
export function foundEntries(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
	const words = typed.toLowerCase().split(' ').filter(Boolean);
	return entries
		.flatMap(entry => {
			const rank = rankOf(entry, words);
			return rank === undefined ? [] : [{entry, rank}];
		})
		.sort((a, b) => a.rank - b.rank)
		.map(({entry}) => entry);
}

/**
The typed text after the key Tab: the longest common beginning of all names that begin with the typed text. If that adds
nothing to the typed text, the name of the selected entry is taken. If no entry fits, the typed text stays.
*/
export function completed(found: readonly PaletteEntry[], typed: string, selected: number): string {
	const names = found.map(({text}) => text).filter(text => text.startsWith(typed));
	const [first = ''] = names;
	let shared = first.length;
	for (const name of names) {
		while (!name.startsWith(first.slice(0, shared))) {
			shared -= 1;
		}
	}

	return shared > typed.length ? first.slice(0, shared) : (found[selected]?.text ?? typed);
}
