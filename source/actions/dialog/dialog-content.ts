import type {Check, LabelledValue} from '../../domain/action.js';
import {cellWidth} from '../../text/cell-width.js';
import {cut} from '../../text/fit.js';
import {blankLine, type Line, line, plainText, type Tone} from '../../text/line.js';
import {wrapWhole, wrapWords} from '../../text/wrap-words.js';
import type {DialogState} from './dialog-state.js';

/** The content of a dialog, from top to bottom: facts as a table, lines, prompt, text field, hint. */
export type DialogContent = {
	readonly title: string;
	/** Colour of the frame: `critical` for an action that can stop a service. */
	readonly tone: Tone;
	/** Pairs of label and value, one row each. */
	readonly facts: readonly LabelledValue[];
	readonly lines: readonly Line[];
	/** The request to press or type something; undefined where the dialog asks for nothing. */
	readonly prompt: Line | undefined;
	/** Content of the text field, on a line of its own; undefined without a field. */
	readonly typed: string | undefined;
	/** Seconds until the dialog closes by itself; undefined where it stays open. */
	readonly secondsLeft: number | undefined;
	readonly hint: string;
};

/** Cells of a dialog's width that hold no text: frame and padding. */
const frameColumns = 4;
const frameRows = 2;
/** A text in the frame's border needs two cells more than a text inside the frame. */
const rulePadding = '  ';

/** Widest dialog, in cells. In longer lines the eye loses the start of the next line. */
const maximumColumns = 100;

/** The parts of a dialog that most dialogs leave empty. A dialog spreads them and sets the parts that it has. */
export const emptyDialog = {facts: [], lines: [], prompt: undefined, typed: undefined, secondsLeft: undefined};

/** Width to which a dialog wraps its texts on a screen of `columns` cells. */
export const widestText = (columns: number): number => Math.max(1, Math.min(columns, maximumColumns) - frameColumns);

/** Width to which a dialog wraps its texts on the screen of its state, in cells. */
export const dialogTextWidth = ({screen}: DialogState): number => widestText(screen.columns);

/** Size of the dialog with its frame, in cells. */
export function dialogSize({title, facts, lines, prompt, typed, hint, secondsLeft}: DialogContent): {
	columns: number;
	rows: number;
} {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	const countdown = secondsLeft === undefined ? '' : ', 30 s';
	const texts = [
		title + rulePadding,
		hint + countdown + rulePadding,
		typed ?? '',
		...[...lines, prompt ?? blankLine].map(plainText),
		...facts.map(([, value]) => ' '.repeat(labelColumns) + value),
	];
	return {
		columns: Math.max(...texts.map(cellWidth)) + frameColumns,
		rows: facts.length + lines.length + (prompt ? 1 : 0) + (typed === undefined ? 0 : 1) + frameRows,
	};
}

/** Blank cells between a fact's label and its value. */
export const factGap = 2;

/** Whether the screen can show the whole dialog. An operator must not confirm what they can't read. */
export function fitsScreen(dialog: DialogContent, {screen}: DialogState): boolean {
	const {columns, rows} = dialogSize(dialog);
	return columns <= screen.columns && rows <= screen.rows;
}

/**
The lines of a check. They begin with a mark such as `[!]`, so that the state of the check is readable without colour.
*/
export function checkLines({state, text}: Check, width: number): Line[] {
	const marks = {ok: '[x] ', warning: '[!] ', veto: '[VETO] '} as const;
	const tones = {ok: 'ok', warning: 'warning', veto: 'critical'} as const;
	return wrapLine(line(marks[state] + text, tones[state]), width, ' '.repeat(marks[state].length));
}

/** Wraps a line of one tone. A line of several tones is returned unchanged. */
export function wrapLine(text: Line, width: number, indent = ''): Line[] {
	const [only, ...others] = text;
	return only === undefined || others.length > 0
		? [text]
		: wrapWords(only.text, width, indent).map(row => line(row, only.tone));
}

/** Labels of values that are wrapped and never cut: the command to send or to copy, and the command that undoes it. */
const wholeLabels: ReadonlySet<string> = new Set(['sends', 'text', 'undo']);

/** Cuts values to one line, so that a long path leaves room for the other facts. Only commands are wrapped. */
export const cutFacts = (facts: readonly LabelledValue[], width: number): LabelledValue[] =>
	factRows(facts, width, label => wholeLabels.has(label));

/** Wraps every value, for a screen with enough lines. */
export const wholeFacts = (facts: readonly LabelledValue[], width: number): LabelledValue[] =>
	factRows(facts, width, () => true);

function factRows(
	facts: readonly LabelledValue[],
	width: number,
	isWhole: (label: string) => boolean,
): LabelledValue[] {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	const room = Math.max(1, width - labelColumns);
	return facts.flatMap(([label, value]): LabelledValue[] =>
		isWhole(label)
			? wrapWhole(value, room).map((row, index) => [index === 0 ? label : '', row])
			: [[label, cut(value, room, '...')]],
	);
}
