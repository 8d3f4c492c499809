import type {KeyBinding} from '../../keys/key-binding.js';
import type {Keyboard} from '../../keys/keyboard.js';
import {type PanelId, panelRow} from '../../state/panel-table.js';
import {wrapWords} from '../../text/wrap-words.js';
import type {Figure} from '../figure.js';
import {panelFigures} from '../panel-figures.js';
import type {Fact} from './box-rows.js';

/** Width of the first column of the help, in cells. The column has keyboard keys or labels of figures. */
export const helpLabelWidth = 14;

/** Width of the screen, in cells, from which the help shows figures and keyboard keys side by side. */
const twoColumnsFrom = 116;

/** Largest width of one column of the help, in cells: longer lines are hard to read. */
const widestColumn = 92;

export type HelpLayout = {
	/** Width of the whole box with its border, in cells. */
	readonly width: number;
	/** One or two columns of rows. A section begins with a row that has the section's name in capitals. */
	readonly columns: ReadonlyArray<readonly Fact[]>;
	/** Width of a column, in cells. */
	readonly columnWidth: number;
	/** The number of rows of the longest column. */
	readonly length: number;
};

const matches = (text: string, words: readonly string[]): boolean => {
	const lower = text.toLowerCase();
	return words.every(word => lower.includes(word));
};

/** A label and its text as rows, each wrapped to the width of its column. No label is cut. */
function wrapped(label: string, text: string, width: number): Fact[] {
	const labels = wrapWords(label, helpLabelWidth);
	const rows = wrapWords(text, Math.max(10, width));
	return Array.from(
		{length: Math.max(labels.length, rows.length)},
		(_, index): Fact => [labels[index] ?? '', rows[index] ?? ''],
	);
}

const withHead = (head: Fact, rows: readonly Fact[]): readonly Fact[] => (rows.length === 0 ? [] : [head, ...rows]);

/** The sections into which the help groups the keyboard keys, in the order of the help. */
const sections: ReadonlyArray<KeyBinding['section']> = ['Look', 'Move', 'Time', 'Copy', 'Act'];

const sectionNotes: Readonly<Record<KeyBinding['section'], string>> = {
	Look: 'keys that change what a panel shows',
	Move: 'keys for panels, rows and nodes',
	Time: 'keys for the moment that is shown, and for polling',
	Copy: 'keys that copy or write what is shown',
	Act: 'keys that open a guarded box, or leave',
};

/**
The keyboard keys as label and value pairs, grouped in sections. The descriptions are wrapped to `valueWidth`
characters.

@param search Words, separated by blanks. Only keys whose line contains every word are kept; case is ignored. By default
all keys are kept.
*/
export function helpFacts({bindings, lost}: Keyboard, valueWidth: number, search = ''): readonly Fact[] {
	const words = search.toLowerCase().split(' ').filter(Boolean);
	const listed: ReadonlyArray<Pick<KeyBinding, 'section' | 'shown' | 'description'>> = [
		...bindings,
		...lost.map(({binding: {section, shown, description}, takenBy}) => ({
			section,
			shown: 'no key',
			description: `${description} (the config file gives ${shown} to ${takenBy})`,
		})),
	];
	return sections.flatMap(section =>
		withHead(
			[section.toUpperCase(), sectionNotes[section]],
			listed
				.filter(binding => binding.section === section && matches(`${binding.shown} ${binding.description}`, words))
				.flatMap(({shown, description}) => wrapped(shown, description, valueWidth)),
		),
	);
}

/** The explanations of the panel's figures: where each value comes from, and from which value it is bad. */
function figureFacts(panel: PanelId, valueWidth: number, search: string): readonly Fact[] {
	const words = search.toLowerCase().split(' ').filter(Boolean);
	const rows = panelFigures[panel].filter((figure: Figure) => matches(figure.join(' '), words));
	return withHead(
		['FIGURES', `of ${panelRow(panel).title}: from where, what is bad`],
		rows.flatMap(([labels, meaning]) => wrapped(labels, meaning, valueWidth)),
	);
}

/** The help on a screen of `columns` cells: the explanations of the panel's figures first, then the keyboard keys. */
export function helpLayout(keyboard: Keyboard, panel: PanelId, columns: number, search = ''): HelpLayout {
	const isWide = columns >= twoColumnsFrom;
	const width = Math.min(columns, isWide ? 2 * widestColumn + 2 : widestColumn + 4);
	const columnWidth = isWide ? Math.floor((width - 2) / 2) : width - 2;
	const valueWidth = columnWidth - helpLabelWidth - 6;
	const figures = figureFacts(panel, valueWidth, search);
	const keys = helpFacts(keyboard, valueWidth, search);
	const all = isWide ? [figures, keys] : [[...figures, ...keys]];
	return {width, columns: all, columnWidth, length: Math.max(...all.map(rows => rows.length))};
}
