import type {Keyboard} from '../../keys/keyboard.js';
import {wrapWhole} from '../../text/wrap-words.js';
import {helpFacts} from './help-facts.js';

export type Fact = readonly [label: string, value: string];

/** Cells of the help's first column. */
export const helpLabelWidth = 10;

export const helpWidth = (columns: number): number => Math.min(columns, 96);
export const detailsWidth = (columns: number): number => Math.min(columns, 100);

/** Header and verdict above a details box, the keys below it. */
const rowsAround = {above: 2, below: 1};

/** From here on there is room for both. */
const roomyRows = 12;

/** Where a details box begins, and how high it can get. It doesn't hang in the middle: what it shows must not move as it grows. */
export const detailsRoom = (rows: number): {readonly top: number; readonly height: number} =>
	rows < roomyRows
		? {top: 0, height: rows}
		: {top: rowsAround.above, height: rows - rowsAround.above - rowsAround.below};

/** The help's rows on a screen of so many columns. */
export const helpRows = (keyboard: Keyboard, columns: number, search?: string): readonly Fact[] =>
	helpFacts(keyboard, helpWidth(columns) - helpLabelWidth - 8, search);

/** A row's details, wrapped; undefined facts: the row is gone. */
export function detailRows(facts: readonly Fact[] | undefined, columns: number): readonly Fact[] {
	const labelWidth = Math.max(4, ...(facts ?? []).map(([label]) => label.length));
	return (facts ?? [['gone', 'this row is no longer in the list'] as const]).flatMap(([label, value]) =>
		wrapWhole(value, Math.max(10, detailsWidth(columns) - labelWidth - 8)).map(
			(text, index) => [index === 0 ? label : '', text] as const,
		),
	);
}
