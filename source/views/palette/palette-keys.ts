import type {KeyName} from '../../keys/bindings.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {PaletteView} from '../../state/view-state.js';
import {completed, foundEntries, type PaletteEntry} from './palette-entries.js';

/** What a key does in the palette: a change of the view, or the choice of an entry. */
export type PaletteStep = {readonly event: ViewEvent} | {readonly chosen: PaletteEntry};

const typed = (text: string): PaletteStep => ({event: {kind: 'palette-typed', text}});

/** The effect of a key while the palette is open; undefined for a key that has no effect. */
export function paletteStep(
	{text, selected}: PaletteView,
	entries: readonly PaletteEntry[],
	key: KeyName,
): PaletteStep | undefined {
	const found = foundEntries(entries, text);
	const at = Math.min(selected, Math.max(0, found.length - 1));
	const move = (by: number): PaletteStep => ({
		event: {kind: 'palette-moved', selected: Math.min(Math.max(0, at + by), Math.max(0, found.length - 1))},
	});
	switch (key) {
		case 'escape':
			return {event: {kind: 'overlay-closed'}};
		case 'enter': {
			const chosen = found[at];
			return chosen === undefined ? undefined : {chosen};
		}

		case 'tab':
			return typed(completed(found, text, at));
		case 'backspace':
			return text === '' ? {event: {kind: 'overlay-closed'}} : typed([...text].slice(0, -1).join(''));
		case 'up':
			return move(-1);
		case 'down':
			return move(1);
		case 'space':
			return typed(`${text} `);
		default:
			return [...key].length === 1 ? typed(text + key) : undefined;
	}
}
